import base64

from odoo import models
from odoo.exceptions import AccessError

from odoo.addons.key_account.tools.cells import normalize
from odoo.addons.key_account.tools.download import download
from odoo.addons.key_account.tools.workbook import Sheet, write_workbook

from ..exceptions import RecipientFileError
from ..tools.recipient_columns import FIELDS

# Width of a column in characters; the others have 18.
WIDTHS = {
    "number": 8,
    "street": 40,
    "street2": 20,
    "note": 40,
    "zip": 10,
    "quantity": 10,
}
# What people type into a column of codes stays as they type it: 007.
FORMATS = {"number": "0", "quantity": "General", "date_wished": "yyyy-mm-dd"}


class SaleOrder(models.Model):
    """Recipients of a parent order as a file, out and in again."""

    _inherit = "sale.order"

    def action_import_recipients(self):
        """Return the action that opens the import of recipients.

        :raise RecipientFileError: the order is no quotation
        :raise AccessError: neither the account's salesperson nor a manager
        """
        self.ensure_one()
        self._assert_recipient_import_allowed()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Recipients"),
            "res_model": "sale.order.recipient.import",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def action_export_recipients(self):
        """Return the download of the recipients, in the form in which they are imported.

        :raise AccessError: neither the account's salesperson nor a manager
        """
        self.ensure_one()
        self._assert_recipient_exchange_allowed("read")
        return self._download_recipient_file(
            self.env._("Recipients of %s.xlsx", self.name.replace("/", "-")),
            self._export_recipients(),
        )

    # ------------------------------------------------------------------ checks

    def _assert_recipient_exchange_allowed(self, operation):
        """Raise unless the user is the salesperson of the order's account, or a manager,
        and may ``read`` or ``write`` the order."""
        self.check_access(operation)
        # The account as the user sees it: superusers see all.
        is_own = self.key_account_id.has_access("read")
        is_sales = self.env.user.has_group("key_account.group_key_account_user")
        if not self.env.su and not (is_sales and is_own):
            raise AccessError(
                self.env._(
                    "The recipients of %s are imported and exported by the salesperson "
                    "of its key account or by a manager: ask one of them.",
                    self.name,
                )
            )

    def _assert_recipient_import_allowed(self):
        self._assert_recipient_exchange_allowed("write")
        if self.parent_order_id:
            raise RecipientFileError(
                self.env._(
                    "%s is a child order and has no recipients: import them into a "
                    "quotation.",
                    self.name,
                )
            )
        if self.state not in ("draft", "sent"):
            raise RecipientFileError(
                self.env._(
                    "%s is not a quotation any more and its recipients are fixed: import "
                    "them into a quotation.",
                    self.name,
                )
            )

    # ------------------------------------------------------------------- codes

    def _get_line_codes(self):
        """Return ``{order line: code}``, what a file calls the lines: the product's
        reference, or barcode, or name; with a number where several lines share it."""
        lines = self._get_split_lines()
        bases = {line: self._get_product_code(line.product_id) for line in lines}
        owners = {}
        for line, base in bases.items():
            owners.setdefault(normalize(base), []).append(line)
        codes, taken = {}, {key for key, found in owners.items() if len(found) == 1}
        for line, base in bases.items():
            shared = owners[normalize(base)]
            code, number = base, shared.index(line) + 1
            while len(shared) > 1 and (code == base or normalize(code) in taken):
                code, number = f"{base}#{number}", number + len(shared)
            taken.add(normalize(code))
            codes[line] = code
        return codes

    def _get_product_code(self, product):
        product = product.with_context(display_default_code=False)
        return product.default_code or product.barcode or product.display_name or ""

    def _get_line_aliases(self):
        """Return ``({normalized code: order line}, {normalized code: codes to write
        instead})``: also barcodes and names stand for a line where only one has them."""
        codes = self._get_line_codes()
        aliases = {normalize(code): line for line, code in codes.items()}
        ambiguous = {}
        for name in ("default_code", "barcode", "name"):
            found = {}
            for line in codes:
                if text := line.product_id[name]:
                    found.setdefault(normalize(text), []).append(line)
            for text, lines in found.items():
                if text in aliases or text in ambiguous:
                    continue
                if len(lines) == 1:
                    aliases[text] = lines[0]
                else:
                    ambiguous[text] = [codes[line] for line in lines]
        return aliases, ambiguous

    # ------------------------------------------------------------------- files

    def _export_recipients(self):
        """Return the bytes of a workbook with one row for each recipient and product."""
        codes = self._get_line_codes()
        rows = []
        for number, recipient in enumerate(self.recipient_ids, start=1):
            values = self._prepare_recipient_export_vals(recipient)
            lines = recipient.line_ids.filtered("quantity")
            lines = lines.filtered(lambda line: line.order_line_id in codes)
            for line in lines or [lines]:
                row = {
                    **values,
                    "number": number,
                    "product": codes.get(line.order_line_id),
                    "quantity": line.quantity or None,
                }
                rows.append([row[name] or None for name in FIELDS])
        return write_workbook([self._make_recipient_sheet(rows)])

    def _prepare_recipient_export_vals(self, recipient):
        """Return the recipient's own columns of an exported row."""
        address = recipient.partner_id
        return {
            "name": address.name,
            "phone": address.phone,
            "street": address.street,
            "street2": address.street2,
            "city": address.city,
            "state": address.state_id.name,
            "country": address.country_id.name,
            "zip": address.zip,
            "date_wished": recipient.date_wished,
            "note": recipient.note,
            "reference": recipient.reference,
        }

    def _export_recipient_template(self):
        """Return the bytes of an empty workbook; its second sheet lists the products."""
        products = [
            [
                code,
                line.product_id.display_name,
                line.product_uom_qty,
                line.product_uom_id.name,
            ]
            for line, code in self._get_line_codes().items()
        ]
        titles = [
            self.env._("Product Code"),
            self.env._("Product"),
            self.env._("Ordered"),
            self.env._("Unit"),
        ]
        sheet = Sheet(
            self.env._("Products"),
            titles,
            products,
            widths=[18, 40, 12, 12],
            formats=["@", "@", "General", "@"],
        )
        return write_workbook([self._make_recipient_sheet([]), sheet])

    def _make_recipient_sheet(self, rows):
        labels = self.env["sale.order.recipient.import.column"]._get_labels()
        return Sheet(
            self.env._("Recipients"),
            [labels[name] for name in FIELDS],
            rows,
            widths=[WIDTHS.get(name, 18) for name in FIELDS],
            formats=[FORMATS.get(name, "@") for name in FIELDS],
        )

    def _download_recipient_file(self, name, content):
        """Return the action that downloads a file, to nobody but this user."""
        file = self.env["sale.order.recipient.export"].create(
            {"name": name, "file": base64.b64encode(content)}
        )
        return download(file)
