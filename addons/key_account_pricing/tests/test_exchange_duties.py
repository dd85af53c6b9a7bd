import base64

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.key_account.exceptions import DutyError

from ..exceptions import AgreementError, ExchangeError
from .common_exchange import HEADER, DraftExchangeCase


@tagged("post_install", "-at_install")
class TestExchangeDuties(DraftExchangeCase):
    # ------------------------------------------------------------------- files

    def test_files_that_cannot_be_read_get_one_sentence(self):
        for content, sentence in (
            (b"", "No file was chosen"),
            (b"Product,Price", "not an Excel workbook"),
            (self.make_book(), "first sheet of the file is empty"),
        ):
            with self.assertRaisesRegex(ExchangeError, sentence) as caught:
                self.check(self.agreement, content=content)
            self.assertEqual(len(str(caught.exception).splitlines()), 1)
        with self.assertRaisesRegex(ExchangeError, "larger than 10 MB"):
            self.make_import(self.agreement, content=b"0" * 11 * 1024**2)
        # Every code of the reader has its sentence.
        for code in ("large", "password", "old", "macro", "bomb", "broken", "rows"):
            self.assertTrue(self.agreement._get_workbook_sentence(code))

    def test_a_sheet_without_rows_changes_nothing(self):
        wizard = self.check(self.agreement, HEADER)
        self.assertEqual((wizard.state, self.counts(wizard)), ("ready", (0, 0, 0, 0)))
        wizard.action_import()
        self.assertUntouched()

    def test_the_file_comes_back_with_its_errors(self):
        wizard = self.check(
            self.agreement,
            [],
            [*HEADER, "Discount (%)", "Prize"],
            ["X-9", 0, 1],
            [],
            ["=W", 1, None, 0.1],
            formats={"D5": "0%"},
        )
        name, content = self.download(wizard.action_download_errors())
        self.assertEqual(name, "prices with errors.xlsx")
        rows = self.read_book(content)
        self.assertEqual(rows[1][:5], [*HEADER, "Discount (%)", "Prize"])
        self.assertRegex(rows[1][5], "(?s)^Errors\n.*not known")
        self.assertEqual(rows[2][:3], ["X-9", 0, 1])
        self.assertRegex(rows[2][5], "^Product: Nothing has")
        # A formula that was never calculated comes back as text, and percent as such.
        self.assertEqual(rows[4][0], "=W")
        self.assertRegex(rows[4][5], "formula has no value")
        # Corrected, it is taken as it is: the remarks are no column of the lines.
        again = self.make_import(self.agreement, content=content)
        again.action_check()
        self.assertEqual(
            [r[:2] for r in self.remarks(again)],
            [(2, "Prize"), (3, "Product"), (5, "Product")],
        )
        _document, plan = again._read()
        self.assertEqual(plan.rows[1].values["discount"], 10)

    # ------------------------------------------------------------------ duties

    def test_only_drafts_are_imported_into(self):
        wizard = self.check(self.agreement, HEADER, ["G-1", 0, 1])
        self.agreement.with_user(self.salesperson).action_submit()
        with self.assertRaisesRegex(AgreementError, "is not a draft"):
            wizard.action_import()
        with self.assertRaises(AgreementError):
            self.agreement.with_user(self.salesperson).action_import_lines()

    def test_another_salespersons_agreement_is_out_of_reach(self):
        rival = self.colleague("rival", "salesperson")
        theirs = self.agreement.with_user(rival)
        for method in ("action_export_lines", "action_import_lines"):
            with self.assertRaises(AccessError):
                getattr(theirs, method)()
        # Over RPC, without the button.
        wizard = (
            self.env["key.account.price.import"]
            .with_user(rival)
            .create(
                {
                    "res_model": "key.account.agreement",
                    "res_id": self.agreement.id,
                    "file": base64.b64encode(self.make_book(HEADER, ["G-1", 0, 1])),
                    "state": "ready",
                }
            )
        )
        for method in ("action_check", "action_import", "action_download_errors"):
            with self.assertRaises(AccessError):
                getattr(wizard, method)()
        self.assertUntouched()

    def test_files_are_seen_by_who_uploaded_them(self):
        wizard = self.check(self.agreement, HEADER, ["X-9", 0, 1])
        wizard.action_download_errors()
        file = self.env["key.account.price.export"].search([], order="id desc", limit=1)
        other = self.manager
        for record in (wizard, wizard.remark_ids, file):
            self.assertFalse(record.with_user(other).has_access("read"))
            self.assertTrue(record.with_user(self.salesperson).has_access("read"))
        for role in ("warehouse", "portal", "accountant"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                wizard.with_user(self.user(role)).read(["file"])

    def test_who_may_not_see_prices_neither_exports_nor_imports_them(self):
        access = self.env["ir.model.access"]
        group = self.env["res.groups"].create({"name": "Clerks"})
        for model in ("key.account.agreement", "key.account.agreement.line"):
            access.create(
                {
                    "name": model,
                    "model_id": self.env["ir.model"]._get_id(model),
                    "group_id": group.id,
                    **{f"perm_{o}": 1 for o in ("read", "write", "create", "unlink")},
                }
            )
            self.env.ref(
                f"key_account_pricing.{model.replace('.', '_')}_rule_all"
            ).groups += group
        clerk = new_test_user(
            self.env, "test_clerk", groups="base.group_user,stock.group_stock_user"
        )
        clerk.group_ids += group
        theirs = self.agreement.with_user(clerk)
        self.assertTrue(theirs.has_access("write"))
        with self.assertRaisesRegex(DutyError, "may not see the prices"):
            theirs.action_import_lines()
        action = theirs.action_export_lines()
        header, *rows = self.read_book(self.download(action)[1])
        self.assertIn("From Quantity", header)
        self.assertNotIn("Price", header)
        self.assertNotIn("Discount (%)", header)
        self.assertNotIn(80, [value for row in rows for value in row])

    def test_only_documents_with_price_lines(self):
        for model, number in (
            ("res.partner", 1),
            ("key.account.price.exchange", 1),
            ("no.model", 1),
            ("key.account.agreement", 2**30),
        ):
            wizard = self.env["key.account.price.import"].create(
                {"res_model": model, "res_id": number, "file": base64.b64encode(b"x")}
            )
            with self.subTest(model=model), self.assertRaises(ExchangeError):
                wizard.action_check()

    def test_what_was_not_shown_is_not_done(self):
        wizard = self.check(self.agreement, HEADER, ["W-1", 0, 75])
        # Somebody else is faster.
        self.agreement.line_ids[0].price = 76
        self.agreement.line_ids[1].unlink()
        wizard.action_check()
        self.agreement.line_ids[0].price = 75
        with self.assertRaisesRegex(ExchangeError, "check the file again"):
            wizard.action_import()
        other = self.make_book(HEADER, ["W-1", 0, 1])
        wizard.action_check()
        wizard.file = base64.b64encode(other)
        with self.assertRaisesRegex(ExchangeError, "check the file again"):
            wizard.action_import()
        self.assertEqual(self.agreement.line_ids.price, 75)

    def test_forged_defaults_do_not_reach_the_lines(self):
        wizard = self.make_import(self.agreement, HEADER, ["G-1", 0, 1])
        wizard = wizard.with_context(
            default_quantity_committed=9, default_price_kind="discount"
        )
        wizard.action_check()
        wizard.action_import()
        line = self.agreement.line_ids[-1]
        self.assertEqual((line.price_kind, line.quantity_committed), ("fixed", 0))

    def test_who_imported_lines_does_not_activate_the_document(self):
        rows = [["G-1", 0, 1], ["W-1", 0, 79]]
        self.import_rows(self.agreement, HEADER, *rows, user=self.manager)
        self.agreement.with_user(self.salesperson).action_submit()
        with self.assertRaisesRegex(DutyError, "another manager has to activate it"):
            self.agreement.with_user(self.manager).action_activate()
        self.agreement.with_user(self.second_manager).action_activate()
        self.assertEqual(self.agreement.state, "active")

    def test_an_approval_is_void_after_an_import(self):
        self.make_rule(self.accountant, res_model="key.account.agreement")
        request = self.ask(self.agreement)
        request.with_user(self.accountant).action_approve()
        self.import_rows(self.agreement, HEADER, ["W-1", 0, 75])
        self.env.flush_all()
        self.assertEqual(request.state, "void")

    # -------------------------------------------------------------------- form

    def test_the_form_offers_import_on_drafts_only(self):
        form = Form(self.agreement.with_user(self.salesperson))
        arch = form._view["tree"]
        button = arch.xpath("//button[@name='action_import_lines']")[0]
        self.assertEqual(button.get("invisible"), "state != 'draft'")
        self.assertTrue(arch.xpath("//button[@name='action_export_lines']"))

    def test_another_file_has_to_be_checked_again(self):
        wizard = self.check(self.agreement, HEADER, ["W-1", 0, 75])
        with Form(wizard) as form:
            form.mode = "replace"
            self.assertEqual(form.state, "upload")
