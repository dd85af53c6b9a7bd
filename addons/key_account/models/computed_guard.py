from odoo import api, models, tools

from ..exceptions import DutyError


class ComputedGuard(models.AbstractModel):
    """Records with fields that no user writes, although the ORM would let them.

    Computed figures that count in decisions: the ORM lets a caller write a stored
    computed field although it is read-only, and nothing computes it again: a forged
    total, or a forged state of a line, would be believed. Odoo itself sets such fields
    without `write()`.

    What only the model's verbs write, as superuser: what was decided, released or
    signed, by whom, and in which version.

    Each class of a model lists its own fields, they add up.
    """

    _name = "key.account.computed.guard"
    _description = "Record with Guarded Figures"

    # Not all of them: core writes some itself, on behalf of a user.
    _GUARDED_FIELDS = ()
    # {field that only verbs write: what new records have in it}
    _VERB_FIELDS = {}

    @api.model
    @tools.ormcache()
    def _get_guarded_fields(self):
        return frozenset(
            name
            for model_class in type(self).mro()
            for name in vars(model_class).get("_GUARDED_FIELDS", ())
        )

    @api.model
    @tools.ormcache()
    def _get_verb_fields(self):
        found = {}
        for model_class in type(self).mro():
            found.update(vars(model_class).get("_VERB_FIELDS", {}))
        return found

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if not self.env.su:
            records._assert_verbs_not_given()
            for name in self._get_guarded_fields():
                field = self._fields[name]
                # Others the ORM computes whatever was given.
                if field.compute and field.store and not field.readonly:
                    self.env.add_to_compute(field, records)
        return records

    def _assert_verbs_not_given(self, without=()):
        """Raise when one of these new records has something in a field that only verbs
        write. Judged by the result: values may also come from defaults.

        :param without: names of fields that a verb has just written
        """
        # sudo: who may not read a field could still give it.
        for record in self.sudo():
            for name, start in self._get_verb_fields().items():
                if name not in without and (record[name] or False) != start:
                    raise self._get_verb_error(name)

    def write(self, vals):
        if not self.env.su:
            self._assert_writable(vals)
        return super().write(vals)

    def _assert_writable(self, vals):
        verbs = self._get_verb_fields()
        guarded = self._get_guarded_fields()
        for name in vals:
            # Without the right to the field, the ORM says so.
            if (name in verbs or name in guarded) and self._has_field_access(
                self._fields[name], "write"
            ):
                if name in verbs:
                    raise self._get_verb_error(name)
                raise DutyError(
                    self.env._(
                        "%(field)s (%(document)s) follows from other values: leave it "
                        "out, or change those.",
                        field=self._fields[name]._description_string(self.env),
                        document=self._description,
                    )
                )

    def _get_verb_error(self, name):
        return DutyError(
            self.env._(
                "%(field)s (%(document)s) is not entered by hand: leave it out, buttons "
                "write it.",
                field=self._fields[name]._description_string(self.env),
                document=self._description,
            )
        )
