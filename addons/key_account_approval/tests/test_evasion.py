from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestEvasion(ApprovalCase):
    """Ways around a rule, or to a friendly approver."""

    def confirm(self, order):
        order.with_user(self.salesperson).action_confirm()
        return order

    def test_a_discount_line_counts_as_a_discount(self):
        self.make_rule(self.manager, thresholds={"discount": 20})
        service = self.make_product("Discount", 0, type="service", is_storable=False)
        line = {"product_id": service.id, "price_unit": -60}
        order = self.make_quotation()
        order.order_line = [Command.create(line)]
        self.assertHeld(self.confirm(order), "needs an approval")

    def test_the_date_of_a_quotation_does_not_choose_the_rate(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        for date, rate in (("2001-01-01", 1000), ("2020-01-01", 1)):
            self.env["res.currency.rate"].create(
                {"currency_id": euro.id, "name": date, "rate": rate}
            )
        self.make_rule(self.manager, thresholds={"amount": 1000})
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        order = self.make_quotation(
            100, pricelist_id=pricelist.id, date_order="2002-01-01"
        )
        self.assertHeld(self.confirm(order), "needs an approval")

    def test_the_users_language_does_not_choose_the_rules(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        term = self.env["account.payment.term"].create({"name": "Ninety days"})
        term.with_context(lang="zh_CN").name = "九十天"
        domain = "[('payment_term_id.name', 'ilike', 'days')]"
        self.make_rule(self.manager, domain=domain)
        order = self.make_quotation(payment_term_id=term.id)
        self.confirm(order.with_context(lang="zh_CN"))
        self.assertEqual(order.gate_state, "held")

    def test_the_salesperson_does_not_choose_the_approver_of_the_team(self):
        self.make_rule({"approver_kind": "team", "team_role": "finance"})
        friend, treasurer = self.colleague("friend"), self.colleague("treasurer")
        self.account.user_id = self.salesperson
        Member = self.env["key.account.team.member"]
        vals = {"account_id": self.account.id, "role": "finance"}
        Member.with_user(self.salesperson).create({**vals, "user_id": friend.id})
        Member.create({**vals, "user_id": treasurer.id})
        request = self.ask(self.make_quotation())
        self.assertEqual(request.approver_ids, treasurer)

    def test_whom_it_comes_from_does_not_pass_a_delegation_on(self):
        self.make_rule(self.manager)
        friend = self.colleague("friend")
        self.delegate(self.manager, self.salesperson)
        self.delegate(self.salesperson, friend)
        request = self.ask(self.make_quotation())
        self.assertEqual(request.approver_ids, self.manager)

    def test_handing_it_over_before_asking_frees_nobody_to_decide(self):
        self.make_rule(self.manager)
        order = self.make_quotation()
        order.sudo().user_id = self.manager
        order.sudo().user_id = self.salesperson
        request = self.ask(order)
        self.assertTrue(request.is_stuck)
        with self.assertStopped("comes from you"):
            self.decide(request, self.manager)

    def test_a_merge_of_customers_makes_the_approval_void(self):
        other = self.make_company("Walk-in")
        order, request = self.approved(partner_id=other.id)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        target = self.account.partner_id
        wizard._merge((other | target).ids, target)
        self.env.flush_all()
        self.assertEqual(request.state, "void")
        self.assertHeld(self.confirm(order), "void")

    def test_a_down_payment_does_not_bill_what_is_not_approved(self):
        self.make_rule(self.manager)
        order = self.make_quotation()
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "advance_payment_method": "percentage",
                "amount": 50,
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        with self.assertStopped("cannot be invoiced"):
            wizard.create_invoices()
        self.assertFalse(order.invoice_ids)

    def test_the_message_to_who_decides_shows_no_figures(self):
        self.make_rule(self.manager, thresholds={"amount": 10})
        request = self.ask(self.make_quotation(123))
        bodies = " ".join(str(m.body) for m in request.message_ids)
        self.assertNotIn("12,300", bodies)

    def test_conditions_that_compare_what_cannot_be_compared_are_refused(self):
        self.make_quotation()
        with self.assertStopped("conditions cannot be used", ValidationError):
            self.make_rule(self.manager, domain="[('amount_total', '>', '50')]")

    def test_a_line_without_product_has_a_discount_all_the_same(self):
        self.make_rule(self.manager, thresholds={"discount": 20})
        order = self.make_quotation()
        line = {
            "is_downpayment": True,
            "product_uom_qty": 1,
            "name": "x",
            "price_unit": 5,
        }
        order.order_line = [Command.create(line)]
        self.assertFalse(order._get_approval_missing())
