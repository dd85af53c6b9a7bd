from odoo import models
from odoo.tools import SQL, float_compare

from ..exceptions import ExchangeError


class PriceExchange(models.AbstractModel):
    """What an uploaded sheet changes, and doing it: all of it or nothing."""

    _inherit = "key.account.price.exchange"

    # -------------------------------------------------------------------- plan

    def _plan_exchange(self, plan):
        """Fill in what would be removed, changed and added; nothing where the sheet has
        errors."""
        plan.changes, plan.creates, plan.numbers = [], [], []
        if plan.removed is None:
            plan.removed = self._get_exchange_line_model()
        if plan.errors:
            return
        rows, sequences = self._order_exchange_rows(plan)
        for row, sequence in zip(rows, sequences, strict=True):
            if not row.line:
                vals = self._prepare_exchange_create_vals(plan, row)
                plan.creates.append({**vals, "sequence": sequence})
                continue
            vals = self._prepare_exchange_write_vals(plan, row)
            if vals:
                plan.changes.append((row.line, vals))
            else:
                plan.unchanged += 1
            if "sequence" not in vals and row.line.sequence != sequence:
                plan.numbers.append((row.line, sequence))

    def _order_exchange_rows(self, plan):
        """Return the rows in the order that their lines shall have, and the lines'
        sequences: those of the sheet, where that gives the order of its rows."""
        if plan.mode == "update":
            last = max(self.line_ids.mapped("sequence"), default=10)
            sequences = []
            for row in plan.rows:
                own = row.values.get("sequence")
                if own is None:
                    own = row.line.sequence if row.line else last
                if not row.line:
                    last = max(last, own)
                sequences.append(own)
            return plan.rows, sequences
        given, last = [], 0
        for row in plan.rows:
            last = row.values.get("sequence", last)
            given.append(last)
        order = sorted(range(len(given)), key=given.__getitem__)
        rows = [plan.rows[position] for position in order]
        sequences, last = [], 10
        for row in rows:
            own = row.line.sequence if row.line else last
            last = row.values.get("sequence", own)
            sequences.append(last)
        # New lines get higher ids than those that are there.
        marks = [
            (sequence, row.line.id if row.line else float("inf"))
            for row, sequence in zip(rows, sequences, strict=True)
        ]
        if marks != sorted(marks):
            sequences = list(range(10, 10 + len(rows)))
            for row in rows:
                row.values.pop("sequence", None)
        return rows, sequences

    def _prepare_exchange_create_vals(self, plan, row):
        names = {column.name for column in plan.known if not column.is_info}
        return {name: value for name, value in row.values.items() if name in names}

    def _prepare_exchange_write_vals(self, plan, row):
        """Return the values of the row's line that change."""
        unused = self._get_exchange_line_model()._get_exchange_unused(row.get)
        vals = {}
        for column in plan.known:
            name = column.name
            is_given = row.is_given(name) or name in row.values
            if column.is_info or (name in unused and not row.is_given(name)):
                continue
            if not is_given and (plan.mode == "update" or name == "sequence"):
                continue
            value = row.get(name)
            if name == "sequence" and name not in row.values:
                continue
            if not self._is_exchange_same(row.line[name], value, column):
                vals[name] = value
        return vals

    def _is_exchange_same(self, present, value, column):
        if column.comodel:
            return (present.id or False) == (value or False)
        if column.type in ("float", "monetary"):
            digits = 6 if column.decimals is None else column.decimals
            return not float_compare(present, value or 0.0, precision_digits=digits)
        return (present or False) == (value or False)

    # ------------------------------------------------------------------- apply

    def _apply_exchange(self, plan):
        """Change the lines as planned; an error of any of them changes none.

        :raise ExchangeError: the plan has errors
        """
        self.ensure_one()
        self._assert_import_allowed()
        if plan.errors:
            raise ExchangeError(
                self.env._(
                    "The file for %s has errors: correct them and check it again.",
                    self.display_name,
                )
            )
        self._touch_exchange()
        model = self._get_exchange_line_model()._with_late_checks()
        model.browse(plan.removed.ids).unlink()
        changes = self._group_exchange_changes(plan)
        for line_ids, vals in changes:
            model.browse(line_ids).write(vals)
        inverse = self._fields["line_ids"].inverse_name
        created = model.create([{**vals, inverse: self.id} for vals in plan.creates])
        created.browse(
            [*created.ids, *(line_id for ids, _vals in changes for line_id in ids)]
        )._check_late()
        self._tell_exchange(plan)

    def _group_exchange_changes(self, plan):
        """Return ``[(line ids, values)]``, lines with the same values together."""
        changes = {}
        for line, vals in plan.changes:
            changes.setdefault(line.id, {}).update(vals)
        for line, number in plan.numbers:
            changes.setdefault(line.id, {})["sequence"] = number
        grouped = {}
        for line_id, vals in changes.items():
            grouped.setdefault(tuple(sorted(vals.items())), []).append(line_id)
        return [(ids, dict(vals)) for vals, ids in grouped.items()]

    def _touch_exchange(self):
        """Update the document's row, so that two imports at the same moment, or an
        import and a change of state, run into each other in the database."""
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "UPDATE %s SET write_date = write_date WHERE id = %s RETURNING id",
                SQL.identifier(self._table),
                self.id,
            )
        )

    def _tell_exchange(self, plan):
        """Note in the document's chatter, if it has one, what the import changed."""
        is_changed = plan.creates or plan.changes or plan.removed
        if not is_changed or "message_ids" not in self._fields:
            return
        self.message_post(
            body=self.env._(
                "Lines imported: %(added)s added, %(changed)s changed, %(removed)s "
                "removed.",
                added=len(plan.creates),
                changed=len(plan.changes),
                removed=len(plan.removed),
            )
        )
