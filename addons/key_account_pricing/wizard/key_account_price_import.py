import base64
import binascii

from odoo import api, fields, models

from odoo.addons.key_account.tools.workbook import MAX_BYTES, Sheet, write_workbook

from ..exceptions import ExchangeError


class KeyAccountPriceImport(models.TransientModel):
    """Lines of a document from a workbook: checked as a whole, then taken over.

    Nothing that is stored here is trusted: the file is read and checked again when the
    lines are changed.
    """

    _name = "key.account.price.import"
    _description = "Import Price Lines"

    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        model_field="res_model", string="Document", required=True, readonly=True
    )
    mode = fields.Selection(
        [
            ("update", "Add new lines and change those that are there"),
            ("replace", "Replace all lines by those of the file"),
        ],
        required=True,
        default="update",
        help="A line is there already when it is for the same target from the same "
        "quantity on.",
    )
    file = fields.Binary(string="Workbook (.xlsx)", attachment=False)
    filename = fields.Char()
    state = fields.Selection(
        [("upload", "To Check"), ("refused", "With Errors"), ("ready", "Checked")],
        required=True,
        readonly=True,
        default="upload",
    )
    remark_ids = fields.One2many(
        "key.account.price.import.error", "import_id", readonly=True
    )
    row_count = fields.Integer(string="Rows", readonly=True)
    error_count = fields.Integer(string="Errors", readonly=True)
    notice_count = fields.Integer(string="Notices", readonly=True)
    added_count = fields.Integer(string="Added", readonly=True)
    changed_count = fields.Integer(string="Changed", readonly=True)
    removed_count = fields.Integer(string="Removed", readonly=True)
    unchanged_count = fields.Integer(string="Unchanged", readonly=True)
    digest = fields.Char(readonly=True)
    summary = fields.Text(compute="_compute_summary")
    notice = fields.Text(compute="_compute_summary")

    @api.depends("state", "error_count", "notice_count")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = wizard._get_summary()
            wizard.notice = wizard.notice_count and self.env._(
                "Numbers with too many decimals, rounded as shown below: %s.",
                wizard.notice_count,
            )

    def _get_summary(self):
        if self.state == "upload":
            return False
        if self.state == "refused":
            return self.env._(
                "Errors: %(errors)s in a file of %(rows)s rows. Nothing has been "
                "imported: correct the file, choose it again and check it.",
                errors=self.error_count,
                rows=self.row_count,
            )
        return self.env._(
            "The file has no errors. Lines that the import adds: %(added)s, changes: "
            "%(changed)s, removes: %(removed)s, leaves as they are: %(unchanged)s.",
            added=self.added_count,
            changed=self.changed_count,
            removed=self.removed_count,
            unchanged=self.unchanged_count,
        )

    @api.constrains("file")
    def _check_file_size(self):
        for wizard in self:
            # Text of base64 is a third longer than what it stands for.
            if len(wizard.with_context(bin_size=False).file or b"") > MAX_BYTES * 1.4:
                raise ExchangeError(
                    self.env._(
                        "The file is larger than %s MB: divide it.",
                        MAX_BYTES // 1024**2,
                    )
                )

    @api.onchange("file", "mode")
    def _onchange_file(self):
        # What was found is about another file, or another way to take it over.
        self.state = "upload"

    # ----------------------------------------------------------------- actions

    def action_check(self):
        """Check the file and show all errors, or what would change."""
        self.ensure_one()
        self._show(self._read()[1])
        return self._reopen()

    def action_import(self):
        """Change the document's lines as it was shown, all or none.

        :raise ExchangeError: the document or the file has changed since
        """
        self.ensure_one()
        document, plan = self._read()
        if self.state != "ready" or plan.get_digest() != self.digest:
            raise ExchangeError(
                self.env._(
                    "The lines of %s, or the file, are not what was checked: check the "
                    "file again.",
                    document.display_name,
                )
            )
        document._apply_exchange(plan)
        return {"type": "ir.actions.act_window_close"}

    def action_download_errors(self):
        """Return the download of the file with a column that says what is wrong; its
        rows are where they were, formulas are replaced by their values."""
        self.ensure_one()
        document, plan = self._read()
        name = (self.filename or document.display_name).removesuffix(".xlsx")
        content = self._annotate(document, plan)
        return document._download_exchange(
            self.env._("%s with errors.xlsx", name.replace("/", "-")), content
        )

    # ------------------------------------------------------------------- parts

    def _get_document(self):
        """Return the document.

        :raise ExchangeError: its lines are not exchanged, or it is gone
        """
        mixin = self.env.registry["key.account.price.exchange"]
        model = self.env.get(self.res_model)
        if model is None or not isinstance(model, mixin) or model._abstract:
            raise ExchangeError(
                self.env._(
                    "Lines of %s cannot be imported: open the import from a document "
                    "with prices.",
                    self.res_model,
                )
            )
        document = model.browse(self.res_id).exists()
        if not document:
            raise ExchangeError(
                self.env._(
                    "The document has been deleted: open the import from another."
                )
            )
        return document

    def _read(self):
        """Return ``(document, plan)``."""
        document = self._get_document()
        document._assert_import_allowed()
        if not self.file:
            raise ExchangeError(
                self.env._(
                    "No file was chosen for %s: choose a workbook first.",
                    document.display_name,
                )
            )
        try:
            content = base64.b64decode(
                self.with_context(bin_size=False).file or b"", validate=True
            )
        except binascii.Error as error:
            sentence = document._get_workbook_sentence("broken")
            raise ExchangeError(sentence) from error
        return document, document._read_exchange(content, self.mode)

    def _show(self, plan):
        self.remark_ids.unlink()
        self.env["key.account.price.import.error"].create(
            [
                {
                    "import_id": self.id,
                    "level": remark.level,
                    "row": remark.row,
                    "column": remark.column,
                    "value": remark.value[:200],
                    "text": remark.text,
                }
                for remark in plan.remarks
            ]
        )
        self.write(
            {
                "state": "refused" if plan.errors else "ready",
                "row_count": len(plan.rows),
                "error_count": len(plan.errors),
                "notice_count": len(plan.remarks) - len(plan.errors),
                "added_count": len(plan.creates),
                "changed_count": len(plan.changes),
                "removed_count": len(plan.removed),
                "unchanged_count": plan.unchanged,
                "digest": plan.get_digest(),
            }
        )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Lines"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _annotate(self, document, plan):
        """Return the bytes of the file with its remarks in a column of their own."""
        first, header = plan.raw[0]
        width = max(len(cells) for _number, cells in plan.raw)
        # Without the remarks of an earlier check.
        kept = [
            index
            for index in range(width)
            if index >= len(header)
            or header[index] is None
            or not document._is_exchange_remark_header(header[index].value)
        ]
        texts, marked = {}, set()
        for remark in plan.remarks:
            texts.setdefault(remark.row, []).append(
                f"{remark.column}: {remark.text}" if remark.column else remark.text
            )
            if remark.index in kept and remark.level == "error":
                marked.add((remark.row - first - 1, kept.index(remark.index)))
        table = []
        for number, cells in plan.raw:
            table.extend([] for _ in range(number - first - len(table)))
            own = [cells[index] if index < len(cells) else None for index in kept]
            table.append([*own, "\n".join(texts.get(number, [])) or None])
        head = [cell and str(cell.value) for cell in table[0][:-1]]
        # What is wrong with the headers stands in the remarks' own header.
        errors = "\n".join([self.env._("Errors"), *texts.get(first, [])])
        return write_workbook(
            [
                Sheet(
                    self.env._("Lines"),
                    [*head, errors],
                    table[1:],
                    offset=first - 1,
                    widths=[18] * len(kept) + [90],
                    marked=frozenset(marked),
                )
            ]
        )
