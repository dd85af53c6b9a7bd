from odoo.exceptions import UserError


class SplitError(UserError):
    """A parent order cannot be split, or its children do not add up to it."""


class SplitLockedError(UserError):
    """A split order is changed through its children, not directly."""


class RecipientMatrixError(UserError):
    """What was entered in the matrix of a parent order cannot be saved."""


class RecipientMatrixConflictError(RecipientMatrixError):
    """Somebody else has changed what is being saved; the matrix shown is old."""


class RecipientFileError(UserError):
    """A file of recipients cannot be read, or not be imported into this order."""
