from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_freight import FreightCase


@tagged("post_install", "-at_install")
class TestFreightEntry(FreightCase):
    """The life of the items that move freight: posted once, taken back once."""

    def test_posted_again_it_moves_the_same_once(self):
        invoice = self.invoice(self.make_delivered())
        for _time in range(2):
            invoice.button_draft()
            self.assertFreight(invoice, 0)
            invoice.action_post()
            self.assertFreight(invoice, 8.0)

    def test_a_change_in_between_counts(self):
        invoice = self.invoice(self.make_delivered())
        invoice.button_draft()
        invoice.invoice_line_ids.quantity = 5
        invoice.action_post()
        self.assertFreight(invoice, 4.0)

    def test_a_cancelled_invoice_moves_nothing(self):
        invoice = self.invoice(self.make_delivered())
        invoice.button_cancel()
        self.assertFreight(invoice, 0)
        invoice.button_draft()
        invoice.action_post()
        self.assertFreight(invoice, 8.0)

    def test_a_copy_moves_nothing(self):
        copied = self.invoice(self.make_delivered()).copy()
        self.assertFreight(copied, 0)
        copied.action_post()
        self.assertFreight(copied, 0)

    def test_a_credit_note_moves_it_back(self):
        invoice = self.invoice(self.make_delivered())
        credit = self.refund(invoice)
        self.assertFreight(credit, 0)
        credit.action_post()
        self.assertFreight(credit, 8.0)
        credit.button_draft()
        credit.invoice_line_ids.quantity = 4
        credit.action_post()
        self.assertFreight(credit, 3.2)

    def test_what_cancels_an_invoice_mirrors_it_once(self):
        euro = self.make_currency("EUR", 0.7)
        for order in (self.make_delivered(), self.make_priced_in(euro)):
            invoice = self.invoice(order)
            credit = invoice._reverse_moves(
                [{"invoice_date": self.today, "date": self.today}], cancel=True
            )
            self.assertEqual(credit.state, "posted")
            self.assertFreight(credit, 8.0)
            both = (invoice | credit).line_ids
            for account in (self.income, self.freight):
                items = both.filtered(lambda i, a=account: i.account_id == a)
                self.assertAlmostEqual(sum(items.mapped("balance")), 0)
            self.assertEqual(invoice.payment_state, "reversed")
            credit.button_draft()
            credit.action_post()
            self.assertFreight(credit, 8.0)

    def test_keys_of_the_context_change_nothing(self):
        forged = {"move_reverse_cancel": True}
        invoice = self.draft_invoice(self.make_delivered())
        invoice.with_context(**forged).action_post()
        self.assertFreight(invoice, 8.0)
        credit = self.refund(invoice.with_context(**forged))
        self.assertFreight(credit, 0)
        credit.with_context(**forged).action_post()
        self.assertFreight(credit, 8.0)
        copied = invoice.with_context(**forged).copy()
        self.assertFreight(copied, 0)
        copied.action_post()
        self.assertFreight(copied, 0)

    def test_a_corrected_invoice_moves_it_anew(self):
        invoice = self.invoice(self.make_delivered())
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.accountant)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": self.today})
        )
        wizard.modify_moves()
        self.assertFreight(invoice.reversal_move_ids, 8.0)
        corrected = wizard.new_move_ids - invoice.reversal_move_ids
        self.assertFreight(corrected, 0)
        corrected.action_post()
        self.assertFreight(corrected, 8.0)

    def test_a_credit_note_follows_its_invoice(self):
        invoice = self.invoice(self.make_delivered())
        company = self.env.company
        company.freight_income_account_id = False
        plain = self.invoice(self.make_delivered())
        company.freight_income_account_id = self.make_income("New", "FR5000")
        for origin, amount in ((invoice, 8.0), (plain, 0)):
            credit = self.refund(origin)
            credit.action_post()
            self.assertFreight(credit, amount)

    def test_red_entries_are_mirrored_in_red(self):
        self.env.company.account_storno = True
        invoice = self.invoice(self.make_delivered())
        credit = self.refund(invoice)
        credit.action_post()
        item = credit.line_ids.filtered("is_freight")
        self.assertEqual((item.debit, item.credit), (0, -8.0))

    def test_cost_of_goods_and_freight_live_side_by_side(self):
        stock = self.env["account.account"].create(
            {"name": "Stock", "code": "FR6000", "account_type": "asset_current"}
        )
        expense = self.env["account.account"].create(
            {"name": "Cost", "code": "FR7000", "account_type": "expense"}
        )
        category = self.env["product.category"].create(
            {
                "name": "Real time",
                "property_valuation": "real_time",
                "property_cost_method": "standard",
                "property_stock_valuation_account_id": stock.id,
                "property_account_expense_categ_id": expense.id,
            }
        )
        self.product.categ_id = category
        self.product.property_account_expense_id = expense
        invoice = self.invoice(self.make_delivered({"quantity": 2}))
        for _time in range(2):
            cost = invoice.line_ids.filtered(lambda i: i.account_id == expense)
            self.assertEqual(cost.balance, 120)
            self.assertFreight(invoice, 1.6)
            invoice.button_draft()
            invoice.action_post()

    def test_a_lock_date_moves_the_entry_not_the_freight(self):
        euro = self.make_currency("EUR", 0.5)
        self.set_rate(euro, 0.8, self.today)
        past = self.today - timedelta(days=40)
        invoice = self.draft_invoice(self.make_priced_in(euro), invoice_date=past)
        self.env.company.fiscalyear_lock_date = self.today - timedelta(days=10)
        invoice.action_post()
        self.assertGreater(invoice.date, self.env.company.fiscalyear_lock_date)
        self.assertFreight(invoice, 8.0)
        self.assertEqual(invoice.line_ids.filtered("is_freight").balance, -16)

    def test_secured_entries_include_it(self):
        invoice = self.draft_invoice(self.make_delivered())
        invoice.sudo().journal_id.restrict_mode_hash_table = True
        invoice.action_post()
        self.assertTrue(invoice.inalterable_hash)
        self.assertFreight(invoice, 8.0)
        with self.assertRaises(UserError):
            invoice.line_ids.filtered("is_freight").sudo().account_id = self.income
        result = invoice.company_id.sudo()._check_hash_integrity()
        self.assertNotIn("corrupt", str(result).lower())

    def test_what_lies_in_the_future_is_moved_when_it_is_posted(self):
        later = self.today + timedelta(days=5)
        invoice = self.draft_invoice(self.make_delivered(), invoice_date=later)
        invoice.date = later
        invoice._post(soft=True)
        self.assertEqual(invoice.state, "draft")
        self.assertFreight(invoice, 0)
        invoice.auto_post = "no"
        invoice._post(soft=False)
        self.assertFreight(invoice, 8.0)

    def test_queries_do_not_grow_with_the_lines(self):
        euro = self.make_currency("EUR", 0.5)

        def post(lines, account):
            """Return how many queries posting takes."""
            self.env.company.freight_income_account_id = account
            order = self.make_priced_in(euro, *({"freight": 0.8},) * lines)
            invoice = self.draft_invoice(order).sudo()
            invoice.currency_id = self.env.company.currency_id
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            invoice.action_post()
            self.env.flush_all()
            self.assertEqual(len(self.items(invoice)), 2 if account else 0)
            return self.env.cr.sql_log_count - before

        def more(lines):
            return post(lines, self.freight) - post(lines, False)

        more(1)
        few, many = more(1), more(20)
        # Core's own queries differ by one or two from one run to the next.
        self.assertLess(many - few, 5)
