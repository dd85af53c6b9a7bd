from . import allocation
from . import tax_shares
