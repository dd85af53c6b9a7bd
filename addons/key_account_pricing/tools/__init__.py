from . import (
    decision,
    exchange_cells,
    exchange_plan,
    workbook,
)
