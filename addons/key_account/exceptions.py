from odoo.exceptions import UserError


class GateError(UserError):
    """An order did not pass the gate; the message lists what stopped it."""


class TransitionError(UserError):
    """A state was asked for that cannot follow the present one."""


class DutyError(UserError):
    """The change is somebody else's to make (separation of duties)."""
