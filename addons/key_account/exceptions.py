from odoo.exceptions import UserError


class KeyAccountError(UserError):
    """What was asked for cannot be done; one sentence says why, and what to do.

    The web client shows the sentences of Odoo's own errors, which it knows by name, and
    of others a server error with a traceback: it is told that this is like one of those.
    """

    context = {"exception_class": "odoo.exceptions.UserError"}


class GateError(KeyAccountError):
    """An order did not pass the gate; the message lists what stopped it."""


class TransitionError(KeyAccountError):
    """A state was asked for that cannot follow the present one."""


class DutyError(KeyAccountError):
    """The change is somebody else's to make (separation of duties)."""
