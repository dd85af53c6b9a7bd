from . import approval, portal
