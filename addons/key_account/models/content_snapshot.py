import json

from odoo import api, fields, models
from odoo.tools import float_repr

from ..exceptions import DutyError
from ..tools.snapshot import digest, get_moves, split_key, trim_number


def get_comparable(record, name):
    """Return a field's value as JSON can hold it, equal when people call it equal."""
    field, value = record._fields[name], record[name]
    if field.relational:
        return sorted(value._origin.ids)
    if field.type == "monetary":
        currency = record[field.get_currency_field(record)]
        return float_repr(value, currency.decimal_places if currency else 2)
    if field.type == "float":
        digits = field.get_digits(record.env)
        return float_repr(value, digits[1] if digits else 6)
    if field.type in ("json", "properties"):
        return json.dumps(value, sort_keys=True) if value else ""
    return str(value or "")


class SnapshotMixin(models.AbstractModel):
    """Documents whose content a decision can be tied to.

    The fingerprint is stored and computed from the covered fields: Odoo recomputes it
    whenever one of them changes, by whatever door, and hands the changed documents to
    `_on_content_changed`. Since it is a column of the document's row, a change of a
    line and a decision at the same moment run into each other in the database.
    """

    _name = "key.account.snapshot.mixin"
    _description = "Document with a Fingerprint"
    _inherit = ["key.account.computed.guard"]

    fingerprint = fields.Char(
        compute="_compute_fingerprint",
        store=True,
        copy=False,
        export_string_translation=False,
    )

    @api.model
    def _get_snapshot_fields(self):
        """Return the covered fields: names, or ``lines.name`` for fields of one-to-many
        lines. The first field that is named of the lines is what a line is called by.
        """
        return []

    def _get_snapshot_lines(self, name):
        """Return the lines of the field ``name`` that count."""
        return self[name]

    @api.depends(lambda self: self._get_snapshot_fields())
    def _compute_fingerprint(self):
        changed = self.browse()
        # sudo: without the secret, prices could be guessed from a fingerprint.
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        for record in self:
            value = digest(record._get_snapshot(), secret)
            before = record._origin.fingerprint
            if before and before != value and record.id:
                changed += record
            record.fingerprint = value
        if changed:
            changed._on_content_changed()

    def _on_content_changed(self):
        """Hook: covered values of these documents have changed since they were last
        saved. Called as superuser, before the change reaches the database."""

    def _get_snapshot(self):
        """Return the covered values now, see ``tools/snapshot.py`` for the format."""
        self.ensure_one()
        own, by_lines = self._group_snapshot_fields()
        snapshot = {name: get_comparable(self, name) for name in own}
        for lines_name, names in by_lines.items():
            for line in self._get_snapshot_lines(lines_name):
                for name in names:
                    key = f"{lines_name}.{line._origin.id or 0}.{name}"
                    snapshot[key] = get_comparable(line, name)
        return snapshot

    @api.model
    def _group_snapshot_fields(self):
        own, by_lines = [], {}
        for path in self._get_snapshot_fields():
            lines, _dot, name = path.partition(".")
            if name:
                by_lines.setdefault(lines, []).append(name)
            else:
                own.append(path)
        return own, by_lines

    # -------------------------------------------------------------- what moved

    def _name_moves(self, old, new):
        """Return the names of what differs between two snapshots, without the values:
        for places that people read who see no prices."""
        names = []
        for key, _before, _after in get_moves(old, new):
            lines, line_id, name = split_key(key)
            record = self[lines] if lines else self
            label = self._get_label(record, name)
            if lines:
                line = self._get_snapshot_line_label(lines, line_id, old, new)
                label = f"{line} · {label}"
            names.append(label)
        return names

    def _describe_moves(self, old, new):
        """Return a sentence part for each covered value that differs between two
        snapshots: the field's label, the line's name, from what to what."""
        sentences = []
        moved_lines = set()
        for key, before, after in get_moves(old, new):
            lines, line_id, name = split_key(key)
            if not lines:
                sentences.append(self._describe_move(self, name, before, after))
                continue
            if (lines, line_id) in moved_lines:
                continue
            line = self[lines].browse(line_id)
            label = self._get_snapshot_line_label(lines, line_id, old, new)
            if before is None or after is None:
                moved_lines.add((lines, line_id))
                if before is None:
                    text = self.env._("%s was added", label)
                else:
                    text = self.env._("%s was removed", label)
                sentences.append(text)
            else:
                move = self._describe_move(line, name, before, after)
                sentences.append(
                    self.env._("%(line)s, %(move)s", line=label, move=move)
                )
        return sentences

    def _describe_snapshot(self, snapshot):
        """Return a snapshot for reading: ``([(label, value)], [(labels, rows)])``, the
        document's own values and a table for each kind of lines."""
        own, by_lines = self._group_snapshot_fields()
        values = [
            (
                self._get_label(self, name),
                self._describe_value(self, name, snapshot[name]),
            )
            for name in own
            if snapshot.get(name)
        ]
        tables = []
        for lines, names in by_lines.items():
            ids = {split_key(key)[1] for key in snapshot if split_key(key)[0] == lines}
            records = self[lines].browse(sorted(ids))
            # Columns that are empty in all rows say nothing.
            names = [
                name
                for name in names
                if any(snapshot.get(f"{lines}.{line.id}.{name}") for line in records)
            ]
            rows = [
                [
                    self._describe_value(
                        line, name, snapshot.get(f"{lines}.{line.id}.{name}")
                    )
                    for name in names
                ]
                for line in records
            ]
            tables.append(([self._get_label(records, name) for name in names], rows))
        return values, tables

    def _get_label(self, record, name):
        return record._fields[name]._description_string(self.env)

    def _describe_move(self, record, name, before, after):
        return self.env._(
            "%(field)s: %(old)s → %(new)s",
            field=self._get_label(record, name),
            old=self._describe_value(record, name, before),
            new=self._describe_value(record, name, after),
        )

    def _describe_value(self, record, name, value):
        field = record._fields[name]
        if field.relational and isinstance(value, list):
            # sudo: whoever may see the decision may see what it was about.
            found = self.env[field.comodel_name].sudo().browse(value).exists()
            return ", ".join(found.mapped("display_name")) or self.env._("none")
        if field.type in ("float", "monetary") and value:
            return trim_number(value)
        if field.type == "selection" and value:
            labels = dict(field._description_selection(self.env))
            return labels.get(value, value)
        return value or self.env._("none")

    def _get_snapshot_line_label(self, lines, line_id, old, new):
        name = self._group_snapshot_fields()[1][lines][0]
        key = f"{lines}.{line_id}.{name}"
        value = new.get(key) or old.get(key)
        return self._describe_value(self[lines], name, value)

    # -------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        self._assert_fingerprint_not_given(vals_list)
        records = super().create(vals_list)
        if not self.env.su:
            # A default may have given another one.
            self.env.add_to_compute(self._fields["fingerprint"], records)
        return records

    def write(self, vals):
        self._assert_fingerprint_not_given([vals])
        return super().write(vals)

    def _assert_fingerprint_not_given(self, vals_list):
        # A given value would hide a change made in the same breath.
        if any("fingerprint" in vals for vals in vals_list):
            raise DutyError(
                self.env._(
                    "The fingerprint of a document follows from its content: leave it out."
                )
            )
