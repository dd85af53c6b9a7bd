from odoo import models
from odoo.tools import format_list

from odoo.addons.key_account.tools.cells import (
    CellError,
    normalize,
    read_integer,
    read_number,
    read_text,
)
from odoo.addons.key_account.tools.workbook import (
    WorkbookError,
    read_sheet,
)

from ..exceptions import ExchangeError
from ..tools.exchange_plan import Plan, Remark, Row


class PriceExchange(models.AbstractModel):
    """Reading an uploaded sheet: every row is checked to its end, nothing is changed."""

    _inherit = "key.account.price.exchange"

    def _read_exchange(self, content, mode):
        """Return the ``Plan`` of what a file would change, with all that is wrong.

        The number of queries does not grow with the rows.

        :param content: the bytes of the file
        :param mode: ``replace``: the lines are those of the file; ``update``: lines of
            the same target and quantity are changed, others added
        :raise ExchangeError: it cannot be read at all
        """
        self.ensure_one()
        try:
            plan = Plan(mode=mode, raw=read_sheet(content))
        except WorkbookError as error:
            raise ExchangeError(self._get_workbook_sentence(error.code)) from error
        self._read_exchange_header(plan)
        self._read_exchange_rows(plan)
        self._check_exchange_rows(plan)
        self._plan_exchange(plan)
        return plan

    # ------------------------------------------------------------------ header

    def _read_exchange_header(self, plan):
        """Find the column of each header, in any order and language."""
        plan.known = known = self._get_exchange_line_model()._describe_exchange_columns(
            self._get_exchange_currency()
        )
        number, cells = plan.raw[0]
        seen = {}
        for index, cell in enumerate(cells):
            if cell is None or self._is_exchange_remark_header(cell.value):
                continue
            header = normalize(cell.value)
            column = next((c for c in known if header in c.labels), None)
            sentence = self._get_exchange_header_problem(column, seen, known)
            if sentence:
                plan.remarks.append(
                    Remark(number, str(cell.value), index, str(cell.value), sentence)
                )
            else:
                seen[column.name] = index
                plan.columns.append((index, column))
        self._check_exchange_headless(plan)

    def _is_exchange_remark_header(self, header):
        """Return whether a column holds the remarks of an earlier check; its header may
        be in the language of somebody else, and go on with remarks of its own."""
        first_line = str(header).partition("\n")[0]
        return normalize(first_line) in {
            normalize(self.with_context(lang=code).env._("Errors"))
            for code, _name in self.env["res.lang"].get_installed()
        }

    def _get_exchange_header_problem(self, column, seen, known):
        if column is None:
            return self.env._(
                "The header is not known: use one of %s, or remove the column.",
                format_list(self.env, [c.label for c in known if not c.is_info], "or"),
            )
        if column.name in seen:
            return self.env._(
                "The column %s is there twice: remove one of them.", column.label
            )
        return None

    def _check_exchange_headless(self, plan):
        """Report columns that have values below no header, once each."""
        header = plan.raw[0][1]
        found = set()
        for number, cells in plan.raw[1:]:
            for index, cell in enumerate(cells):
                is_headed = index < len(header) and header[index] is not None
                if cell is None or is_headed or index in found:
                    continue
                found.add(index)
                sentence = self.env._(
                    "The column has no header: give it one, or empty it."
                )
                plan.remarks.append(
                    Remark(number, "", index, str(cell.value), sentence)
                )

    # ------------------------------------------------------------------- cells

    def _read_exchange_rows(self, plan):
        columns = [(i, column) for i, column in plan.columns if not column.is_info]
        names = frozenset(column.name for _index, column in columns)
        for number, cells in plan.raw[1:]:
            own = {
                column.name: cells[index]
                for index, column in columns
                if index < len(cells) and cells[index] is not None
            }
            if own:
                plan.rows.append(Row(number=number, cells=own, columns=names))
        for _index, column in columns:
            self._read_exchange_column(plan, column)

    def _read_exchange_column(self, plan, column):
        """Read the cells of a column in all rows, and report what cannot be read."""
        meant = {}
        if column.comodel:
            meant = self._find_exchange_meant(plan, column)
        separators = self._get_exchange_separators()
        for row in plan.rows:
            cell = row.cells.get(column.name)
            if cell is None:
                continue
            try:
                if column.comodel:
                    value = self._read_exchange_record(cell, meant)
                elif column.type == "selection":
                    value = self._read_exchange_choice(cell, column)
                elif column.is_number:
                    value = self._read_exchange_number(plan, row, column, separators)
                else:
                    value = read_text(cell)
            except CellError as error:
                sentence = self._get_exchange_cell_sentence(error.code, column)
                self._remark(plan, row, column.name, sentence)
            else:
                row.values[column.name] = value

    def _get_exchange_separators(self):
        language = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        return (language.decimal_point or ".", language.thousands_sep or ",")

    def _find_exchange_meant(self, plan, column):
        texts = set()
        for row in plan.rows:
            try:
                if column.name in row.cells:
                    texts.add(read_text(row.cells[column.name]))
            except CellError:
                # Reported with the row.
                continue
        return self._get_exchange_line_model()._find_exchange_records(
            column.comodel, texts, self.company_id
        )

    def _read_exchange_record(self, cell, meant):
        record, code = meant[read_text(cell)]
        if code:
            raise CellError(code)
        return record.id

    def _read_exchange_choice(self, cell, column):
        text = normalize(read_text(cell))
        if text not in column.choices:
            raise CellError("choice")
        return column.choices[text]

    def _read_exchange_number(self, plan, row, column, separators):
        cell = row.cells[column.name]
        if column.type == "integer":
            value, is_cut = read_integer(cell, separators), False
        else:
            value, is_cut = read_number(
                cell, column.decimals, separators, column.is_percent
            )
        if column.minimum is not None and value < column.minimum:
            raise CellError("low")
        if column.maximum is not None and value > column.maximum:
            raise CellError("high")
        if is_cut:
            sentence = self.env._(
                "%(column)s keeps %(decimals)s decimals: it becomes %(value)s.",
                column=column.label,
                decimals=column.decimals,
                value=f"{value:.{column.decimals}f}",
            )
            self._remark(plan, row, column.name, sentence, level="notice")
        return value

    def _remark(self, plan, row, name, sentence, level="error"):
        """Note something about a cell of a row."""
        column = next((c for c in plan.known if c.name == name), None)
        cell = row.cells.get(name)
        if level == "error":
            row.has_errors = True
        plan.remarks.append(
            Remark(
                row=row.number,
                column=column.label if column else "",
                index=plan.index.get(name),
                value="" if cell is None else str(cell.value),
                text=sentence,
                level=level,
            )
        )
