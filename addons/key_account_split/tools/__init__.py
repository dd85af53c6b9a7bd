from . import allocation, tax_shares
