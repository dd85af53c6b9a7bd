from . import matrix_input, tax_shares
from . import (
    chinese_address,
    csv_table,
    recipient_cells,
    recipient_columns,
    recipient_plan,
    recipient_sheet,
    tax_shares,
)
