from odoo.exceptions import UserError


class SplitError(UserError):
    """A parent order cannot be split, or its children do not add up to it."""


class SplitLockedError(UserError):
    """A split order is changed through its children, not directly."""
