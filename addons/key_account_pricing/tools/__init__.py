from . import (
    decision,
    exchange_cells,
    exchange_plan,
    signed_file,
    workbook,
)
