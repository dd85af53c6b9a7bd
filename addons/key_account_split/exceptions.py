from odoo.addons.key_account.exceptions import KeyAccountError


class SplitError(KeyAccountError):
    """A parent order cannot be split, or its children do not add up to it."""


class SplitLockedError(KeyAccountError):
    """A split order is changed through its children, not directly."""


class RecipientMatrixError(KeyAccountError):
    """What was entered in the matrix of a parent order cannot be saved."""


class RecipientMatrixConflictError(RecipientMatrixError):
    """Somebody else has changed what is being saved; the matrix shown is old."""


class RecipientFileError(KeyAccountError):
    """A file of recipients cannot be read, or not be imported into this order."""


class ReleaseError(KeyAccountError):
    """A child order cannot be released, postponed, stopped or resumed as asked."""


class StockShortageError(SplitError):
    """An order is not split because goods are short, as its stock policy wants it."""


class StockReserveError(KeyAccountError):
    """What is set aside cannot be changed so."""
