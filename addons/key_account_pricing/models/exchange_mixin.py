import base64

from odoo import models
from odoo.tools.misc import clean_context

from odoo.addons.key_account.exceptions import DutyError
from odoo.addons.key_account.tools.download import download
from odoo.addons.key_account.tools.workbook import Sheet, write_workbook

from ..exceptions import ExchangeError

# Width of a column in characters, by its field's type.
WIDTHS = {"many2one": 28, "char": 36, "selection": 24}


class PriceExchange(models.AbstractModel):
    """Documents whose lines are exported to a workbook and imported from one.

    The lines, `line_ids`, inherit ``key.account.price.exchange.line``; a document that
    is not a draft, in `state`, is not imported into.
    """

    _name = "key.account.price.exchange"
    _inherit = "key.account.workbook.reader"
    _description = "Document Whose Price Lines Are Exchanged as a Sheet"

    # ----------------------------------------------------------------- actions

    def action_export_lines(self):
        """Return the download of a workbook with the lines; of a document without lines
        it has the headers, and a sheet that explains the columns."""
        self.ensure_one()
        self.check_access("read")
        name = self.display_name.replace("/", "-")
        return self._download_exchange(f"{name}.xlsx", self._export_lines())

    def action_import_lines(self):
        """Return the action that opens the import of lines.

        :raise ExchangeError: the document is not a draft
        :raise DutyError: the user may not see what the lines hold
        """
        self.ensure_one()
        self._assert_import_allowed()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Lines"),
            "res_model": "key.account.price.import",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_res_model": self._name, "default_res_id": self.id},
        }

    def _download_exchange(self, name, content):
        """Return the action that downloads a file, to nobody but this user."""
        # sudo: who may read a document may have it as a file; the file is the user's.
        export = self.env["key.account.price.export"].sudo()
        file = export.create({"name": name, "file": base64.b64encode(content)})
        return download(file)

    # ------------------------------------------------------------------ checks

    def _assert_import_allowed(self):
        """Raise where this user may not import lines, or nobody may.

        :raise AccessError: the document is not the user's to write
        """
        self.check_access("write")
        if self.state != "draft":
            raise ExchangeError(
                self.env._(
                    "%s is not a draft: lines are imported into drafts only.",
                    self.display_name,
                )
            )
        lines = self._get_exchange_line_model()
        for entry in lines._get_exchange_columns():
            if not lines._has_field_access(lines._fields[entry["name"]], "write"):
                raise DutyError(
                    self.env._(
                        "You may not see the prices of %s: ask a salesperson of the "
                        "account to import its lines.",
                        self.display_name,
                    )
                )

    def _get_exchange_line_model(self):
        # Without the defaults of whoever calls: they are not for the lines.
        env = self.env(context=clean_context(self.env.context))
        return env[self._fields["line_ids"].comodel_name]

    def _get_exchange_currency(self):
        return self.currency_id if "currency_id" in self._fields else None

    # ------------------------------------------------------------------ export

    def _export_lines(self):
        """Return the workbook's bytes. Columns that the user may not see are left out."""
        self.ensure_one()
        columns = self._get_exchange_line_model()._describe_exchange_columns(
            self._get_exchange_currency()
        )
        sheet = self._prepare_exchange_sheet(columns)
        sheet.title = self.env._("Lines")
        sheet.rows = self._get_exchange_values(columns)
        sheets = [sheet]
        if not sheet.rows:
            sheets.append(self._prepare_exchange_hints(columns))
        return write_workbook(sheets)

    def _prepare_exchange_sheet(self, columns):
        return Sheet(
            title="",
            header=[column.label for column in columns],
            rows=[],
            widths=[WIDTHS.get(column.type, 14) for column in columns],
            formats=[self._get_exchange_format(column) for column in columns],
        )

    def _get_exchange_format(self, column):
        if not column.is_number:
            return "@"
        if column.type == "integer":
            return "0"
        return f"0.{'0' * column.decimals}" if column.decimals else "General"

    def _get_exchange_values(self, columns):
        """Return the cells of the lines, a list for each line; records are named so that
        an import finds them again."""
        lines = self.line_ids
        names = {
            column.name: lines._name_exchange_records(
                lines.mapped(column.name), self.company_id
            )
            for column in columns
            if column.comodel
        }
        rows = []
        for line in lines:
            unused = lines._get_exchange_unused(line.__getitem__)
            row = []
            for column in columns:
                value = line[column.name]
                if column.comodel:
                    value = names[column.name].get(value)
                elif column.name in unused:
                    value = None
                elif column.type == "selection":
                    value = column.choice_labels.get(value)
                elif column.is_number and column.decimals is not None:
                    value = round(value, column.decimals)
                row.append(None if value is False else value)
            rows.append(row)
        return rows

    def _prepare_exchange_hints(self, columns):
        """Return a sheet that says what each column is for, with an example; only the
        first sheet of a workbook is imported."""
        rows = []
        for column in columns:
            choices = " / ".join(column.choice_labels.values())
            example = column.choice_labels.get(column.example, column.example)
            hint = choices or column.hint
            if column.is_info:
                hint = self.env._("For people to read; it is not imported.")
            rows.append([column.label, hint, example])
        header = [self.env._("Column"), self.env._("Meaning"), self.env._("Example")]
        return Sheet(self.env._("How to fill in"), header, rows, widths=[24, 70, 20])
