from odoo.addons.key_account.exceptions import KeyAccountError


class CreditError(KeyAccountError):
    """What was asked for would break a credit limit or the rules about limits."""
