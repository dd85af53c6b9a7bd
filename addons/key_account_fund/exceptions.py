from odoo.addons.key_account.exceptions import KeyAccountError


class FundError(KeyAccountError):
    """A fund cannot be used like this; the message says why and what to do."""


class InsufficientFundsError(FundError):
    """More was to be taken or set aside than is available."""
