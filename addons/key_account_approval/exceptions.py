from odoo.exceptions import UserError


class ApprovalError(UserError):
    """A document cannot go on, or cannot be asked for or decided, as it stands."""
