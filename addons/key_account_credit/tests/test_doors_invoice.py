from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account_credit.exceptions import CreditError

from .common import CreditCase


@tagged("post_install", "-at_install")
class TestInvoiceDoor(CreditCase):
    """What nobody ordered is invoiced within the limit; what was ordered always is."""

    def test_exactly_at_the_limit_is_posted_one_cent_above_is_not(self):
        self.make_limit(1000.0)
        self.make_invoice(1000.0).action_post()
        invoice = self.make_invoice(0.01)
        with self.assertStopped(CreditError, "temporary limit"):
            invoice.action_post()
        self.assertEqual(invoice.state, "draft")
        self.make_limit(0.01, kind="temporary")
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")

    def test_refusal_is_one_sentence_without_amounts(self):
        self.make_limit(77.0)
        with self.assertRaises(CreditError) as caught, self.env.cr.savepoint():
            self.make_invoice(154.0).action_post()
        sentence = str(caught.exception)
        self.assertIn(self.account.code, sentence)
        self.assertNotRegex(sentence, "77|154")

    def test_receipt_and_batch_are_judged(self):
        self.make_limit(100.0)
        receipt = self.make_invoice(150.0, move_type="out_receipt")
        fine = self.make_invoice(10.0, account=self.make_account())
        with self.assertStopped(CreditError, "temporary limit"):
            (fine | receipt)._post()

    def test_by_the_accountant_it_is_the_same(self):
        self.make_limit(100.0)
        invoice = self.make_invoice(150.0).with_user(self.user("accountant"))
        with self.assertStopped(CreditError, "temporary limit"):
            invoice.action_post()

    def test_account_without_a_limit_of_its_own_passes(self):
        self.company.credit_without_limit = "hold"
        self.make_invoice(5000.0).action_post()

    def test_limit_that_has_ended_is_a_limit_of_nothing(self):
        self.make_limit(1000.0, date_start="2020-01-01", date_end="2020-12-31")
        with self.assertStopped(CreditError, "temporary limit"):
            self.make_invoice(1.0).action_post()

    def test_what_was_ordered_is_billed_with_down_payment_and_credit_note(self):
        limit = self.make_limit(100.0)
        order = self.confirm(100.0)
        limit.amount = 0.0
        self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "percentage",
                "amount": 30,
            }
        ).create_invoices()
        order.invoice_ids.action_post()
        self.deliver_released(order)
        order._create_invoices(final=True).action_post()
        self.assertEqual(set(order.invoice_ids.mapped("state")), {"posted"})
        for invoice in order.invoice_ids:
            refund = invoice._reverse_moves()
            refund.action_post()
            # And what the credit note took back is billed again.
            refund._reverse_moves().action_post()

    def deliver_released(self, order):
        order.picking_ids.move_ids.quantity = 1
        order.picking_ids.with_user(self.user("warehouse")).button_validate()
        self.release(order, "controller")
        self.deliver(order)

    def test_more_than_was_ordered_on_the_invoice_is_judged(self):
        self.make_limit(100.0)
        order = self.confirm(100.0)
        self.deliver(order)
        invoice = order._create_invoices()
        extra = {"name": "Extra", "quantity": 1, "price_unit": 10, "tax_ids": False}
        invoice.invoice_line_ids = [Command.create(extra)]
        with self.assertStopped(CreditError, "temporary limit"):
            invoice.action_post()
        invoice.invoice_line_ids.filtered(
            lambda line: line.name == "Extra"
        ).price_unit = -10
        invoice.action_post()

    def test_subsidiary_without_an_account_does_not_lead_around_the_group_limit(self):
        head = self.make_account()
        self.make_limit(100.0, account=head, scope="group")
        below = self.make_company("Below", parent_id=head.partner_id.id)
        invoice = self.make_invoice(10.0, partner_id=below.id)
        with self.assertStopped(CreditError, "is no key account"):
            invoice.action_post()
        self.make_account(below)
        invoice.action_post()
        with self.assertStopped(CreditError, "temporary limit"):
            self.make_invoice(91.0, account=head).action_post()

    def test_other_company_is_not_asked(self):
        self.make_limit(0.0)
        other = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(
            self.env["key.account"]
            ._get_by_partner(self.partner)
            .get((self.partner, other))
        )

    def test_rule_says_whether_it_is_asked(self):
        rule = self.env.ref("key_account_credit.key_account_credit_rule_limit")
        self.make_limit(1.0)
        rule.excluded_account_ids = self.account
        self.make_invoice(10.0).action_post()
        rule.excluded_account_ids = False
        rule.is_on_invoice = False
        self.make_invoice(10.0).action_post()
        with self.assertStopped(ValidationError, "only checked against the limit"):
            self.env.ref(
                "key_account_credit.key_account_credit_rule_overdue"
            ).is_on_invoice = True

    def test_invoices_of_orders_ask_nothing_however_many(self):
        self.make_limit(1000.0)
        for number in (1, 5):
            orders = self.env["sale.order"].concat(
                *(self.confirm(10.0) for _each in range(number))
            )
            self.deliver(orders)
            invoices = orders._create_invoices(grouped=True)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            invoices._credit_assert()
            invoices._credit_wake()
            self.assertLessEqual(self.env.cr.sql_log_count - before, 12)
