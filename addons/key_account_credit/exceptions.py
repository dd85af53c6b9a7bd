from odoo.exceptions import UserError


class CreditError(UserError):
    """What was asked for would break a credit limit or the rules about limits."""
