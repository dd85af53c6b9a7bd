from odoo import models
from odoo.tools import formatLang

from ..tools.recipient_cells import MAX_NOTE, MAX_QUANTITY, MAX_TEXT
from ..tools.recipient_columns import LINE


class SaleOrderRecipientImport(models.TransientModel):
    """What is wrong with a file, and what to do, in words."""

    _inherit = "sale.order.recipient.import"

    def _get_file_sentence(self, code):
        """Return why the file cannot be read, and what to do."""
        company = self[:1].order_id.company_id or self.env.company
        if code == "foreign":
            return self.env._(
                "The file is neither an Excel workbook nor a text table: save it as "
                "workbook (.xlsx) or as text (.csv)."
            )
        if code == "encoding":
            return self.env._(
                "The letters of the file cannot be read: choose another encoding, or "
                "save it as workbook (.xlsx)."
            )
        return self._get_workbook_sentence(code, company.recipient_import_limit)

    def _get_sentence(self, problem, rows):
        """Return what is wrong with a row, and what to do."""
        values = problem.values
        if problem.row == rows[0][0]:
            return self._get_column_sentence(problem.code, values)
        if problem.code in ("missing", "nothing", "zero", "state", "country"):
            return self._get_content_sentence(problem.code, values)
        if problem.code in ("conflict", "repeated", "twin", "present"):
            return self._get_twin_sentence(problem.code, values)
        if problem.code.startswith(("product", "address")):
            return self._get_record_sentence(problem.code, values)
        return self._get_cell_sentence(problem.code, values.get("field"))

    def _get_column_sentence(self, code, values):
        labels = self.env["sale.order.recipient.import.column"]._get_labels()
        label = labels.get(values.get("field"))
        if values.get("field") == LINE:
            line = self.env["sale.order.line"].browse(values["line"])
            label = line.product_id.display_name
        return {
            "column_twice": self.env._(
                "Two columns are taken for %s: leave one of them out.", label
            ),
            "column_missing": self.env._(
                "No column is taken for %s: say below which one it is, or add it.",
                label,
            ),
            "both_forms": self.env._(
                "The file has columns for single products and columns with product and "
                "quantity: leave out the ones or the others."
            ),
            "no_rows": self.env._(
                "The file has no rows below its headers: add one for each recipient and "
                "product."
            ),
        }[code]

    def _get_content_sentence(self, code, values):
        labels = self.env["sale.order.recipient.import.column"]._get_labels()
        return {
            "missing": self.env._(
                "%s is missing: fill it in.", labels.get(values.get("field"))
            ),
            "nothing": self.env._(
                "The recipient gets nothing: enter a quantity or remove the row."
            ),
            "zero": self.env._("The quantity is zero: enter one or remove the row."),
            "state": self.env._(
                "The state or province is not known in this country: write its name or "
                "code, for example 广东省, or leave it empty."
            ),
            "country": self.env._(
                "The country is not known: write its name, or its code of two letters, "
                "for example CN."
            ),
        }[code]

    def _get_twin_sentence(self, code, values):
        other = values.get("other")
        line = self.env["sale.order.line"].browse(values.get("line") or [])
        return {
            "conflict": self.env._(
                "Row %s says something else about the same recipient: write the same in "
                "both, or give the recipients different references.",
                other,
            ),
            "repeated": self.env._(
                "The recipient gets %(product)s in row %(row)s already: write the whole "
                "quantity there, or merge duplicates.",
                product=line.product_id.display_name,
                row=other,
            ),
            "twin": self.env._(
                "The recipient is in row %s already, by name, address and phone or by "
                "reference: remove one of them, or merge duplicates.",
                other,
            ),
            "present": self.env._(
                "The order has this recipient already: remove the row, merge duplicates, "
                "or replace all recipients."
            ),
        }[code]

    def _get_record_sentence(self, code, values):
        order = self.order_id
        codes = order._get_line_codes().values()
        return {
            "product": self.env._(
                "The code is of no product of %(order)s: write one of its codes, for "
                "example %(code)s, or add the product to the order first.",
                order=order.name,
                code=next(iter(codes), "-"),
            ),
            "product_ambiguous": self.env._(
                "Several lines of %(order)s are of this product: write which one, for "
                "example %(code)s; the template lists all codes.",
                order=order.name,
                code=next((text for text in codes if "#" in text), "-"),
            ),
            "address_unknown": self.env._(
                "The address is missing, and the customer has no contact of this name: "
                "fill in street and city."
            ),
            "address_ambiguous": self.env._(
                "The address is missing, and the customer has several contacts of this "
                "name: fill in street and city."
            ),
        }[code]

    def _get_cell_sentence(self, code, name):
        if code == "text" and name == "quantity":
            return self.env._("The quantity is no number: enter one, for example 12.")
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return {
            "formula": self.env._(
                "The cell contains a formula without a value: enter the value."
            ),
            "error": self.env._(
                "The cell contains an error of Excel: enter the value."
            ),
            "boolean": self.env._(
                "The cell contains yes or no: enter what the column is for."
            ),
            "date": self.env._(
                "The cell contains a date or a time: enter what the column is for, as text."
            ),
            "day": self.env._(
                "The cell contains no day from 2000 to 2100: enter one, for example "
                "2026-05-31."
            ),
            "percent": self.env._("The cell contains a percentage: enter a number."),
            "infinite": self.env._("The number is not finite: enter a quantity."),
            "large": self.env._(
                "The quantity is too large: enter at most %s.",
                formatLang(self.env, MAX_QUANTITY, digits=0),
            ),
            "negative": self.env._("The quantity is negative: enter one above zero."),
            "decimals": self.env._(
                "The quantity has too many decimals: enter at most %s of them.", digits
            ),
            "long": self.env._(
                "The text is too long: shorten it to %s characters.",
                MAX_NOTE if name == "note" else MAX_TEXT,
            ),
            "scientific": self.env._(
                "Excel has shortened a long number: format the column as text and enter "
                "the number again."
            ),
        }[code]
