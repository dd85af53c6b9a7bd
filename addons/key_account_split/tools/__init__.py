from . import matrix_input, tax_shares
