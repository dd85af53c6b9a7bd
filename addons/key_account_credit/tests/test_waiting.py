from odoo import fields
from odoo.tests import tagged

from .common import CreditCase


@tagged("post_install", "-at_install")
class TestWaiting(CreditCase):
    """Held orders are judged again when credit becomes free, those of the customers
    concerned, in the order that the company has chosen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.limit = cls.make_limit(1000.0)
        cls.cron = cls.env.ref("key_account.ir_cron_gate")

    def waiting(self, amount=500.0, **vals):
        """Return an order that waits for credit."""
        order = self.make_sale(amount, user_id=self.user("salesperson").id, **vals)
        order.with_user(self.user("salesperson")).action_confirm()
        self.assertHeld(order, "credit_limit")
        return order

    def triggers(self):
        return self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])

    def assertWakes(self, act, wakes=True):
        """Assert that what is done has held orders judged again, or that it does not."""
        self.env.flush_all()
        self.triggers().unlink()
        act()
        self.env.flush_all()
        self.assertEqual(bool(self.triggers()), wakes)

    def pay(self, invoice):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()

    def posted(self, amount=900.0, **vals):
        invoice = self.make_invoice(amount, **vals)
        invoice.action_post()
        return invoice

    def test_payment_wakes_and_the_order_confirms_itself(self):
        invoice = self.posted()
        order = self.waiting()
        self.assertWakes(lambda: self.pay(invoice))
        self.judge_again()
        self.assertEqual(order.state, "sale")

    def test_payment_of_somebody_else_does_not_wake(self):
        self.posted()
        self.waiting()
        other = self.make_account()
        invoice = self.posted(account=other)
        self.assertWakes(lambda: self.pay(invoice), wakes=False)

    def test_payment_does_not_wake_when_nobody_waits(self):
        invoice = self.posted()
        self.assertWakes(lambda: self.pay(invoice), wakes=False)

    def test_credit_note_wakes(self):
        invoice = self.posted()
        order = self.waiting()
        self.assertWakes(lambda: invoice._reverse_moves().action_post())
        self.judge_again()
        self.assertEqual(order.state, "sale")

    def test_cancelled_invoice_wakes_and_a_deleted_draft(self):
        invoice = self.posted()
        self.waiting()
        invoice.button_draft()
        self.assertWakes(invoice.button_cancel)
        draft = self.make_invoice(900.0)
        self.assertWakes(draft.unlink)

    def test_cancelled_or_lowered_order_wakes(self):
        first = self.confirm(900.0)
        order = self.waiting()
        self.assertWakes(lambda: first.order_line.write({"price_unit": 600.0}))
        self.judge_again()
        self.assertEqual(order.state, "draft")
        self.assertWakes(first._action_cancel)
        self.judge_again()
        self.assertEqual(order.state, "sale")

    def test_transfer_that_ships_nothing_more_wakes(self):
        first = self.confirm(900.0)
        self.waiting()
        self.assertWakes(first.picking_ids.action_cancel)

    def test_delivery_and_invoice_free_nothing(self):
        first = self.confirm(900.0)
        self.waiting()
        self.assertWakes(lambda: self.deliver(first), wakes=False)

    def test_new_limit_and_changed_rule_wake(self):
        self.confirm(900.0)
        order = self.waiting()
        self.assertWakes(lambda: self.make_limit(400.0, kind="temporary"))
        self.judge_again()
        self.assertEqual(order.state, "sale")
        order = self.waiting()
        rule = self.env.ref("key_account_credit.key_account_credit_rule_limit")
        self.assertWakes(lambda: rule.write({"excluded_account_ids": self.account.ids}))
        self.judge_again()
        self.assertEqual(order.state, "sale")

    def test_policy_of_the_company_wakes(self):
        self.confirm(900.0)
        self.waiting(500.0, commitment_date="2099-01-01")
        self.assertWakes(lambda: self.company.write({"credit_horizon_days": 30}))

    def test_payment_of_a_sister_wakes_who_waits_for_the_group(self):
        head, sister = self.make_account(), self.make_account()
        (self.partner | sister.partner_id).parent_id = head.partner_id
        self.limit.amount = 9000.0
        self.make_limit(1000.0, account=head, scope="group")
        invoice = self.posted(account=sister)
        order = self.confirm(500.0)
        self.assertHeld(order, "credit_group_limit")
        self.assertWakes(lambda: self.pay(invoice))

    def test_oldest_comes_first(self):
        invoice = self.posted(1000.0)
        old, valuable = self.waiting(600.0), self.waiting(700.0)
        old.gate_date_requested = fields.Datetime.subtract(
            fields.Datetime.now(), days=3
        )
        self.pay(invoice)
        self.judge_again()
        self.assertEqual((old.state, valuable.state), ("sale", "draft"))

    def test_most_valuable_comes_first_where_the_company_says_so(self):
        self.company.credit_waiting_order = "value"
        invoice = self.posted(1000.0)
        old, valuable = self.waiting(600.0), self.waiting(700.0)
        old.gate_date_requested = fields.Datetime.subtract(
            fields.Datetime.now(), days=3
        )
        self.pay(invoice)
        self.judge_again()
        self.assertEqual((old.state, valuable.state), ("draft", "sale"))

    def test_value_is_compared_in_the_currency_of_the_company(self):
        self.company.credit_waiting_order = "value"
        orders = self.make_sale(100.0) | self.make_sale(90.0) | self.make_sale(95.0)
        orders[1].currency_rate = 0.5
        self.assertEqual(orders._gate_sort_waiting(), orders[1] + orders[0] + orders[2])

    def test_order_beside_one_that_another_check_stopped_is_judged_again(self):
        first, second = self.make_sale(600.0), self.make_sale(600.0)
        first.pay_mode, first.prepaid_percent = "mixed", 50.0
        self.assertWakes(
            lambda: (first | second)._gate_record(
                {
                    first: [
                        {"code": "fund_short", "kind": "fund", "text": "No money."}
                    ],
                    second: [
                        {
                            "code": "credit_limit",
                            "kind": "credit",
                            "text": "Too much.",
                            "amount_missing": 200.0,
                        }
                    ],
                },
                is_request=True,
            )
        )

    def test_woken_by_one_query(self):
        self.partner._credit_wake()
        with self.assertQueryCount(1):
            self.partner._credit_wake()

    def test_salesperson_and_warehouse_wake_without_any_right(self):
        first = self.confirm(900.0, user_id=self.user("salesperson").id)
        self.waiting()
        line = first.order_line.with_user(self.user("salesperson"))
        self.assertWakes(lambda: line.write({"price_unit": 600.0}))
        picking = first.picking_ids.with_user(self.user("warehouse"))
        self.assertWakes(picking.action_cancel)
