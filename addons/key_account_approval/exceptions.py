from odoo.addons.key_account.exceptions import KeyAccountError


class ApprovalError(KeyAccountError):
    """A document cannot go on, or cannot be asked for or decided, as it stands."""
