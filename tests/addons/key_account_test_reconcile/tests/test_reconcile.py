from odoo.tests import tagged

from odoo.addons.key_account_fund.exceptions import FundError, InsufficientFundsError

from .common import ReconcileCase


@tagged("post_install", "-at_install")
class TestReconcile(ReconcileCase):
    """Funds follow OCA's screen, which knows nothing about them."""

    mode = "edit"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank.reconcile_mode = cls.mode
        # The screen asks for that where entries are kept.
        cls.bank.suspense_account_id.reconcile = cls.mode == "keep"

    def test_line_goes_into_the_fund_by_its_account(self):
        line = self.line()
        self.put(line)
        self.assertLedger("deposit 55")
        self.assertTrue(line.is_reconciled)

    def test_line_goes_into_the_fund_by_the_offered_button(self):
        line = self.line()
        with self.screen(line) as form:
            form.manual_model_id = self.offer
            self.assertTrue(form.can_reconcile)
        line.reconcile_bank_line()
        self.assertLedger("deposit 55")
        self.assertTrue(line.is_reconciled)

    def test_the_short_way_and_the_screen_know_each_other(self):
        line = self.line()
        line.action_put_into_fund()
        self.assertTrue(line.is_reconciled)
        with self.screen(line) as form:
            names = [part["account_id"][0] for part in form.reconcile_data_info["data"]]
        self.assertIn(self.prepayments.id, names)
        line.unreconcile_bank_line()
        self.assertFalse(line.is_reconciled)
        self.assertLedger("deposit 55; reverse 55")

    def test_unreconciled_line_is_taken_back_and_can_go_in_again(self):
        line = self.line()
        self.put(line)
        line.unreconcile_bank_line()
        self.assertLedger("deposit 55; reverse 55")
        self.assertFalse(line.is_reconciled)
        self.put(line)
        self.assertLedger("deposit 55; reverse 55; deposit 55")
        self.assertTrue(line.is_reconciled)

    def test_line_whose_money_orders_hold_is_not_unreconciled(self):
        line = self.line(100)
        self.put(line)
        order = self.confirm(80)
        with self.assertStopped(InsufficientFundsError, order.name):
            line.unreconcile_bank_line()
        self.assertTrue(line.is_reconciled)
        self.assertFund(100, 80)

    def test_line_whose_money_an_invoice_took_is_not_unreconciled(self):
        line = self.line(100)
        self.put(line)
        invoice = self.invoice(self.confirm(80))
        with self.assertStopped(InsufficientFundsError, "available"):
            line.unreconcile_bank_line()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFund(20, 0)

    def test_line_is_divided_between_fund_and_invoice(self):
        invoice = self.make_invoice(30)
        line = self.line(100)
        item = invoice.line_ids.filtered(lambda i: i.account_id == self.receivable)
        with self.screen(line) as form:
            form.add_account_move_line_id = item
            form.manual_reference = next(
                part["reference"]
                for part in form.reconcile_data_info["data"]
                if part["kind"] == "suspense"
            )
            form.manual_account_id = self.prepayments
        line.reconcile_bank_line()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertLedger("deposit 70")
        self.assertTrue(line.is_reconciled)

    def test_two_items_for_one_fund_need_no_reversal(self):
        line = self.line(100)
        self.put(line, (self.prepayments, 60), (self.prepayments,))
        self.assertFund(100, 0)
        self.assertNotIn("reverse", self.fund.entry_ids.mapped("kind"))

    def test_money_lets_held_orders_through(self):
        order = self.confirm(80)
        self.assertEqual(order.state, "draft")
        self.put(self.line(100))
        self.judge_again()
        self.assertEqual(order.state, "sale")
        self.assertFund(100, 80)

    def test_customer_without_a_fund_leaves_nothing_half_done(self):
        stranger = self.make_company("Stranger")
        line = self.line(partner_id=stranger.id)
        self.enter(line, (self.prepayments,))
        before = line.move_id.line_ids.mapped("account_id")
        with self.assertStopped(FundError, "Stranger has no fund"):
            line.reconcile_bank_line()
        self.assertFalse(line.is_reconciled)
        self.assertEqual(line.move_id.line_ids.mapped("account_id"), before)

    def test_line_without_a_customer_asks_for_one(self):
        line = self.line(partner_id=False)
        self.enter(line, (self.prepayments,))
        with self.assertStopped(FundError, "name the customer"):
            line.reconcile_bank_line()

    def test_money_that_goes_out_is_no_way_to_take_from_a_fund(self):
        self.deposit(100)
        line = self.line(-30)
        self.enter(line, (self.prepayments,))
        with self.assertStopped(FundError, "refund or a transfer"):
            line.reconcile_bank_line()
        self.assertFund(100, 0)

    def test_only_accountants_reconcile(self):
        line = self.line()
        self.enter(line, (self.prepayments,))
        for role in ("salesperson", "manager", "controller", "warehouse", "portal"):
            with self.assertStopped(Exception, "not allowed|access"):
                line.with_user(self.user(role)).reconcile_bank_line()
        self.assertFund(0, 0)


@tagged("post_install", "-at_install")
class TestReconcileKeep(TestReconcile):
    """The same in journals whose statement entries stay as they are: the screen posts
    an entry of its own, and unreconciling posts its mirror."""

    mode = "keep"
    allow_inherited_tests_method = True

    def test_the_short_way_and_the_screen_know_each_other(self):
        line = self.line()
        line.action_put_into_fund()
        line.unreconcile_bank_line()  # the screen had no part in it
        self.assertFalse(line.is_reconciled)
        self.assertLedger("deposit 55; reverse 55")
