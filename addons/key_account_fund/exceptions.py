from odoo.exceptions import UserError


class FundError(UserError):
    """A fund cannot be used like this; the message says why and what to do."""


class InsufficientFundsError(FundError):
    """More was to be taken or set aside than is available."""
