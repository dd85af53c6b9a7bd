from . import fund_portal
