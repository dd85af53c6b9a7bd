import base64
import binascii

from odoo import api, fields, models

from odoo.addons.key_account.tools.workbook import (
    MAX_BYTES,
    WorkbookError,
    read_sheet,
    write_workbook,
)

from ..exceptions import RecipientFileError
from ..tools.csv_table import read_csv
from ..tools.recipient_columns import LINE
from ..tools.recipient_sheet import annotate

# Workbooks are archives, or files of an Excel of old that says so itself.
WORKBOOK_STARTS = (b"PK", bytes.fromhex("d0cf11e0"))
# A longer list nobody reads to its end; the downloaded file has all errors.
LISTED_ERRORS = 5000
WORKBOOK_ENDS = (".xlsx", ".xlsm", ".xls", ".ods")


class SaleOrderRecipientImport(models.TransientModel):
    """Recipients of a parent order from a file: checked as a whole, then taken over, all
    or none.

    Nothing that is stored here is trusted: the file is read and checked again when the
    order is changed.
    """

    _name = "sale.order.recipient.import"
    _inherit = "key.account.workbook.reader"
    _description = "Import Recipients"

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, ondelete="cascade"
    )
    file = fields.Binary(string="File (.xlsx or .csv)", attachment=False)
    filename = fields.Char()
    is_text_file = fields.Boolean(compute="_compute_is_text_file")
    encoding = fields.Selection(
        [
            ("utf-8", "UTF-8"),
            ("utf-16", "UTF-16"),
            ("gb18030", "GB18030 (GBK, GB2312)"),
            ("cp1252", "Windows-1252 (Western European)"),
        ],
        help="Of a text file (.csv) whose letters look wrong below; empty: found out.",
    )
    mode = fields.Selection(
        [
            ("replace", "Replace all recipients of the order by those of the file"),
            ("add", "Add those of the file to the recipients of the order"),
        ],
        required=True,
        default="replace",
    )
    duplicates = fields.Selection(
        [
            ("refuse", "Refuse them, as errors"),
            (
                "merge",
                "Merge them: quantities are added, the first row's address counts",
            ),
            ("keep", "Keep them apart, each with a child order of its own"),
        ],
        required=True,
        default="refuse",
        help="Recipients with the same name, address and phone, or with the same "
        "reference. Rows with different products for one recipient are no duplicates.",
    )
    state = fields.Selection(
        [("upload", "To Check"), ("refused", "With Errors"), ("ready", "Checked")],
        required=True,
        readonly=True,
        default="upload",
    )
    column_ids = fields.One2many("sale.order.recipient.import.column", "import_id")
    error_ids = fields.One2many(
        "sale.order.recipient.import.error", "import_id", readonly=True
    )
    preview_ids = fields.One2many(
        "sale.order.recipient.import.preview", "import_id", readonly=True
    )
    total_ids = fields.One2many(
        "sale.order.recipient.import.total", "import_id", readonly=True
    )
    present_count = fields.Integer(related="order_id.recipient_count")
    row_count = fields.Integer(string="Rows", readonly=True)
    error_count = fields.Integer(string="Errors", readonly=True)
    recipient_count = fields.Integer(string="Recipients", readonly=True)
    known_count = fields.Integer(string="Known Addresses", readonly=True)
    summary = fields.Text(compute="_compute_summary")

    @api.depends("filename")
    def _compute_is_text_file(self):
        for wizard in self:
            name = (wizard.filename or "").lower()
            wizard.is_text_file = bool(name) and not name.endswith(WORKBOOK_ENDS)

    @api.depends("state", "error_count", "recipient_count", "known_count", "mode")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = wizard._get_summary()

    def _get_summary(self):
        if self.state == "upload":
            return False
        if self.error_count > LISTED_ERRORS and self.state == "refused":
            return self.env._(
                "Errors: %(errors)s in a file of %(rows)s rows, the first %(listed)s are "
                "listed: download the file with all of them. Nothing has been imported.",
                errors=self.error_count,
                rows=self.row_count,
                listed=LISTED_ERRORS,
            )
        if self.state == "refused":
            return self.env._(
                "Errors: %(errors)s in a file of %(rows)s rows. Nothing has been "
                "imported: correct the file, choose it again and check it.",
                errors=self.error_count,
                rows=self.row_count,
            )
        values = {
            "recipients": self.recipient_count,
            "known": self.known_count,
            "new": self.recipient_count - self.known_count,
        }
        if self.mode == "replace" and self.present_count:
            return self.env._(
                "The file has no errors. Recipients: %(recipients)s, of which %(known)s "
                "at known addresses and %(new)s at one-time addresses. They replace the "
                "%(present)s recipients of the order.",
                present=self.present_count,
                **values,
            )
        return self.env._(
            "The file has no errors. Recipients: %(recipients)s, of which %(known)s at "
            "known addresses and %(new)s at one-time addresses.",
            **values,
        )

    @api.onchange("file", "encoding", "mode", "duplicates", "column_ids")
    def _onchange_file(self):
        # What was found is about another file, or another way to take it over.
        self.state = "upload"

    # -------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._assert_size(vals)
        wizards = super().create(vals_list)
        for wizard in wizards:
            wizard.order_id._assert_recipient_import_allowed()
        return wizards

    def write(self, vals):
        self._assert_size(vals)
        return super().write(vals)

    def _assert_size(self, vals):
        # Text of base64 is a third longer than what it stands for, and may have line ends.
        if len(vals.get("file") or b"") > MAX_BYTES * 1.4:
            raise RecipientFileError(self._get_file_sentence("large"))

    # ----------------------------------------------------------------- actions

    def action_check(self):
        """Check the file and show all errors, or what would be imported."""
        self.ensure_one()
        self.order_id._assert_recipient_import_allowed()
        rows, plan = self._read()
        self._show(rows, plan)
        return self._reopen()

    def action_import(self):
        """Import the recipients, all or none; a file with errors is only shown."""
        self.ensure_one()
        self.order_id._assert_recipient_import_allowed()
        rows, plan = self._read()
        if plan.problems:
            self._show(rows, plan)
            return self._reopen()
        self._apply(plan)
        self._remember_columns()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Recipients imported: %s", len(plan.recipients)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_download_template(self):
        """Return the download of an empty file for this order."""
        self.ensure_one()
        order = self.order_id
        order._assert_recipient_import_allowed()
        return order._download_recipient_file(
            self.env._("Recipients for %s.xlsx", order.name.replace("/", "-")),
            order._export_recipient_template(),
        )

    def action_download_errors(self):
        """Return the download of the file with a column that says what is wrong; its
        rows are where they were, formulas are replaced by their values."""
        self.ensure_one()
        self.order_id._assert_recipient_import_allowed()
        rows, plan = self._read()
        texts = [
            (problem, self._get_sentence(problem, rows)) for problem in plan.problems
        ]
        skipped = self._get_error_labels()
        sheet = annotate(
            rows, texts, self.env._("Recipients"), self.env._("Errors"), skipped
        )
        name = (self.filename or self.order_id.name).rpartition(".")
        return self.order_id._download_recipient_file(
            self.env._("%s with errors.xlsx", (name[0] or name[2]).replace("/", "-")),
            write_workbook([sheet]),
        )

    # ------------------------------------------------------------------- parts

    def _read_file(self):
        """Return the filled rows of the file, ``[(row number, cells)]``.

        :raise RecipientFileError: one sentence that says what to do about the file
        """
        file = self.with_context(bin_size=False).file
        if not file:
            raise RecipientFileError(
                self.env._(
                    "No file was chosen for %s: choose a workbook or a text file first.",
                    self.order_id.name,
                )
            )
        limit = self.order_id.company_id.recipient_import_limit
        try:
            content = base64.b64decode(file, validate=False)
            if content.startswith(WORKBOOK_STARTS):
                return read_sheet(content, limit)
            if (self.filename or "").lower().endswith(WORKBOOK_ENDS):
                raise WorkbookError("foreign")
            return read_csv(content, limit, self.encoding)
        except binascii.Error as error:
            raise RecipientFileError(self._get_file_sentence("broken")) from error
        except WorkbookError as error:
            raise RecipientFileError(self._get_file_sentence(error.code)) from error

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Recipients"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _remember_columns(self):
        columns = {
            column.header: (column.name or False, column.order_line_id.product_id)
            if column.name == LINE
            else (column.name or False, self.env["product.product"])
            for column in self.column_ids
            if column.header
        }
        # sudo: a file looks like the one before, whoever of the team brings it.
        self.env["sale.order.recipient.column"].sudo()._remember(
            self.order_id.partner_id.commercial_partner_id, columns
        )
