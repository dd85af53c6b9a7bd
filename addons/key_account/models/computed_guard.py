from odoo import models

from ..exceptions import DutyError


class ComputedGuard(models.AbstractModel):
    """Records whose computed figures count in decisions.

    The ORM lets a caller write a stored computed field although it is read-only, and
    nothing computes it again: a forged total, or a forged state of a line, would be
    believed. Users cannot; Odoo itself sets such fields without `write()`.
    """

    _name = "key.account.computed.guard"
    _description = "Record with Guarded Figures"

    # Not all of them: core writes some itself, on behalf of a user.
    _GUARDED_FIELDS = ()

    def write(self, vals):
        for name in self._GUARDED_FIELDS if not self.env.su else ():
            # Without the right to the field, the ORM says so.
            field = self._fields[name]
            if name in vals and self._has_field_access(field, "write"):
                raise DutyError(
                    self.env._(
                        "%(field)s of a %(document)s follows from other values: leave "
                        "it out, or change those.",
                        field=field._description_string(self.env),
                        document=self._description,
                    )
                )
        return super().write(vals)
