from odoo import api, models
from odoo.tools import SQL

from ..exceptions import DutyError

# Odoo runs init() again with every upgrade: all of it can be repeated.
FUNCTION = """
CREATE OR REPLACE FUNCTION key_account_append_only() RETURNS trigger AS $$
DECLARE
    closing text[] := string_to_array(TG_ARGV[0], ',');
BEGIN
    IF TG_OP = 'UPDATE'
        AND to_jsonb(OLD) ->> 'state' = 'open'
        AND to_jsonb(OLD) - closing = to_jsonb(NEW) - closing
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are a record: they are added, never changed', TG_TABLE_NAME;
END
$$ LANGUAGE plpgsql
"""


# What the verbs below do with super() and what they refuse is the point of this model.
# pylint: disable=method-required-super,no-raise-unlink,super-method-mismatch


class AppendOnly(models.AbstractModel):
    """Records that are added and never changed: nobody may create, write or delete
    them, whoever it is, and a trigger in the database backs that.

    The model's own verbs add rows with `_append` and close an open row, once, with
    `_close`. Rows carry no ``write_date``: their dates are fields of their own. Their
    fields are plain: the trigger would refuse a stored value that is computed later.
    """

    _name = "key.account.append.only"
    _description = "Record That Is Never Changed"

    # Columns that closing an open row fills in; none: rows are final from the start.
    _CLOSING_FIELDS = ()

    def init(self):
        # EXTENDS 'base'
        super().init()
        if self._abstract:
            return
        table = SQL.identifier(self._table)
        trigger = SQL.identifier(f"{self._table}_append_only")
        self.env.cr.execute(FUNCTION)
        self.env.cr.execute(
            SQL(
                "CREATE OR REPLACE TRIGGER %s BEFORE UPDATE OR DELETE ON %s "
                "FOR EACH ROW EXECUTE FUNCTION key_account_append_only(%s)",
                trigger,
                table,
                ",".join(self._CLOSING_FIELDS),
            )
        )

    def _append(self, vals_list):
        """Add rows and return them; access is the business of the calling verb."""
        # sudo: nobody has the right to create, the verb is the only door.
        return super(AppendOnly, self.sudo()).create(vals_list).with_env(self.env)

    def _close(self, vals):
        """Close open rows for good; ``vals`` are of ``_CLOSING_FIELDS``."""
        # sudo: nobody has the right to write, the verb is the only door.
        rows = self.sudo()
        result = super(AppendOnly, rows).write(vals)
        rows.flush_recordset()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        raise self._refusal()

    def write(self, vals):
        raise self._refusal()

    def unlink(self):
        raise self._refusal()

    def _refusal(self):
        return DutyError(
            self.env._(
                "%s is a record of what was decided and when: it is kept as it is, "
                "nobody edits or deletes it.",
                self._description,
            )
        )
