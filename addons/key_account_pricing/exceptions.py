from odoo.exceptions import UserError


class AgreementError(UserError):
    """An agreement cannot be changed, or go on, as it stands."""
