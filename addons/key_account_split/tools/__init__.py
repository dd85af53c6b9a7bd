from . import tax_shares
