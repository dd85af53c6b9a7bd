from odoo import models

from ..tools.exchange_plan import Remark
from .exchange_line_mixin import TARGETS


class PriceExchange(models.AbstractModel):
    """Rules that look at whole rows of an uploaded sheet, and at all of them."""

    _inherit = "key.account.price.exchange"

    def _check_exchange_rows(self, plan):
        """Find the line that each row is about and report rows that break a rule."""
        model = self._get_exchange_line_model()
        if plan.rows and not {name for name in TARGETS if name in plan.index}:
            self._remark_missing(plan, "product_id")
        keyed = self._get_exchange_keys(plan, model)
        present = {model._get_exchange_key(line): line for line in self.line_ids}
        self._match_exchange_rows(plan, keyed, present)
        self._check_exchange_required(plan)
        kept = model
        if plan.mode == "update":
            kept = self.line_ids - model.union(
                *(row.line or model for row in plan.rows)
            )
        else:
            plan.removed = self.line_ids - model.union(
                *(row.line or model for row in plan.rows)
            )
        for row, name, sentence in model._get_exchange_problems(plan.rows, kept):
            if name in plan.index or row.is_given(name):
                self._remark(plan, row, name, sentence)
            else:
                row.has_errors = True
                self._remark_missing(plan, name)
        plan.remarks.sort(key=lambda remark: (remark.row, remark.index or 0))

    def _get_exchange_keys(self, plan, model):
        """Return ``{row number: key}`` of the rows whose target and quantity could be
        read; report those that name none or the same as another."""
        keyed, numbers = {}, {}
        key_fields = model._get_exchange_key_fields()
        has_target = any(name in plan.index for name in TARGETS)
        for row in plan.rows:
            problems = list(model._get_exchange_target_problems(row))
            for name, sentence in problems:
                if has_target:
                    self._remark(plan, row, name, sentence)
            unread = [n for n in key_fields if row.is_given(n) and n not in row.values]
            if problems or unread:
                continue
            key = model._get_exchange_key(lambda name, row=row: row.values.get(name))
            if key in numbers:
                target = next(name for name in TARGETS if row.is_given(name))
                sentence = self.env._(
                    "Row %s is for the same from the same quantity on: remove one of "
                    "them, or change its quantity.",
                    numbers[key],
                )
                self._remark(plan, row, target, sentence)
            else:
                numbers[key] = row.number
                keyed[row.number] = key
        return keyed

    def _match_exchange_rows(self, plan, keyed, present):
        """Give each row its line and what holds where the sheet says nothing."""
        model = self._get_exchange_line_model()
        columns = [column for column in plan.known if not column.is_info]
        names = [column.name for column in columns]
        defaults = model.default_get(names)
        for row in plan.rows:
            row.line = present.get(keyed.get(row.number))
            row.keeps = bool(row.line) and plan.mode == "update"
            row.defaults = defaults
            if row.keeps:
                row.defaults = {
                    column.name: row.line[column.name].id
                    if column.comodel
                    else row.line[column.name]
                    for column in columns
                }
            model._prepare_exchange_row(row)
            if row.keeps:
                self._blank_exchange_row(row, columns, model)

    def _blank_exchange_row(self, row, columns, model):
        """Empty what is empty in the sheet, of a line that is changed."""
        unused = model._get_exchange_unused(row.get)
        for column in columns:
            name = column.name
            if name in row.values or row.is_given(name) or name not in row.columns:
                continue
            if name in unused or name == "sequence":
                continue
            if column.is_number:
                row.values[name] = 0
            elif not column.is_required_by_model:
                row.values[name] = False

    def _check_exchange_required(self, plan):
        """Report empty cells, and lacking columns, that a line cannot do without."""
        for column in plan.known:
            name = column.name
            for row in plan.rows:
                is_needed = column.required or (
                    column.is_required_by_model and not row.get(name)
                )
                if column.is_info or not is_needed or row.is_given(name):
                    continue
                if name in plan.index:
                    sentence = self.env._("The cell is empty: fill it in.")
                    self._remark(plan, row, name, sentence)
                elif not row.keeps and not row.has_errors:
                    self._remark_missing(plan, name)

    def _remark_missing(self, plan, name):
        """Report once that the sheet lacks a column."""
        column = next((c for c in plan.known if c.name == name), None)
        label = column.label if column else name
        sentence = self.env._(
            "The column %s is missing: add it, the lines need it.", label
        )
        remark = Remark(plan.raw[0][0], label, None, "", sentence)
        if remark not in plan.remarks:
            plan.remarks.append(remark)

    def _get_exchange_cell_sentence(self, code, column):
        """Return what is wrong with a cell of the column, and what to do."""
        if code in ("unknown", "ambiguous", "archived", "choice"):
            return self._get_exchange_text_sentence(code, column)
        sentences = {
            "formula": self.env._(
                "The formula has no value: open the file in Excel and save it, or enter "
                "the value."
            ),
            "error": self.env._(
                "The formula ends in an error: correct it, or enter the value."
            ),
            "boolean": self.env._(
                "The cell contains true or false: enter what belongs there."
            ),
            "date": self.env._(
                "Excel has made a date of the cell: format the column as %s and enter "
                "the value again.",
                self.env._("number") if column.is_number else self.env._("text"),
            ),
            "percent": self.env._(
                "The cell contains a percentage: enter the number, formatted as number."
            ),
            "text": self.env._(
                "The text is not a number: enter digits only, such as 1234.50."
            ),
            "infinite": self.env._("The cell is not a finite number: enter one."),
            "large": self.env._("The number is too large: correct it."),
            "fraction": self.env._("The number has decimals: enter a whole number."),
            "low": self.env._(
                "The number is below %s: enter that or more.",
                f"{column.minimum or 0:g}",
            ),
            "high": self.env._(
                "The number is above %s: enter that or less.",
                f"{column.maximum or 0:g}",
            ),
        }
        return sentences[code]

    def _get_exchange_text_sentence(self, code, column):
        if code == "choice":
            return self.env._(
                "The text is no choice of this column: use one of %s.",
                ", ".join(column.choice_labels.values()),
            )
        if column.name == "categ_id" and code == "unknown":
            return self.env._(
                "No category has this name: write its whole path, such as All / Goods, "
                "or create it first."
            )
        sentences = {
            "unknown": self.env._(
                "Nothing has this reference, name, barcode or External ID: correct it, "
                "or create it first."
            ),
            "ambiguous": self.env._(
                "Several have this reference or name: write a barcode or External ID "
                "that only one of them has."
            ),
            "archived": self.env._(
                "It is archived: restore it, or choose another and remove the row."
            ),
        }
        return sentences[code]
