from . import (
    chinese_address,
    csv_table,
    matrix_input,
    recipient_cells,
    recipient_columns,
    recipient_plan,
    recipient_sheet,
    release_plan,
    tax_shares,
)
