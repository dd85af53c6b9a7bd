from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import CreditCase

FIGURES = (
    "debtor_limit",
    "debtor_exposure",
    "amount_credit_left",
    "amount_credit_needed",
)


@tagged("post_install", "-at_install")
class TestWarning(CreditCase):
    """What a quotation warns of, and who sees which amounts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson = cls.user("salesperson")
        cls.account.user_id = cls.salesperson

    def quote(self, amount=95.0, **vals):
        return self.make_sale(amount, user_id=self.salesperson.id, **vals)

    def test_quotation_warns_when_the_limit_is_nearly_used_up(self):
        self.make_limit(100.0)
        self.assertFalse(self.quote(80.0).credit_warning)
        order = self.quote(95.0)
        self.assertIn("More than 90 %", order.credit_warning)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        order.invalidate_recordset()
        self.assertFalse(order.credit_warning)

    def test_rule_that_holds_does_not_warn_and_a_rule_for_transfers_neither(self):
        self.make_limit(100.0)
        rule = self.env.ref("key_account_credit.key_account_credit_rule_utilisation")
        order = self.quote()
        for vals in (
            {"effect": "hold"},
            {"effect": "warn", "is_on_order": False},
            {"is_on_order": True, "excluded_account_ids": self.account.ids},
        ):
            rule.write(vals)
            order.invalidate_recordset()
            self.assertFalse(order.credit_warning, vals)

    def test_salespeople_read_the_sentence_readers_the_amounts(self):
        self.make_limit(100.0)
        self.confirm(20.0)
        order = self.quote(75.0)
        mine = order.with_user(self.salesperson)
        (row,) = mine.read(["credit_warning"])
        self.assertIn("More than 90 %", row["credit_warning"])
        for name in FIGURES:
            with self.subTest(name), self.assertStopped(AccessError, ""):
                mine.read([name])
        for name in ("credit_warning", *FIGURES):
            with self.subTest(name), self.assertStopped(AccessError, ""):
                order.with_user(self.user("warehouse")).read([name])
        for role in ("manager", "controller", "accountant"):
            with self.subTest(role=role):
                (row,) = order.with_user(self.user(role)).read(FIGURES)
                self.assertEqual(
                    [row[name] for name in FIGURES], [100.0, 20.0, 5.0, 75.0]
                )

    def test_left_is_what_the_tightest_limit_leaves(self):
        head = self.make_account()
        self.partner.parent_id = head.partner_id
        self.make_limit(1000.0)
        self.make_limit(100.0, account=head, scope="group")
        order = self.quote(130.0)
        self.assertTrue(order.is_debtor_controlled)
        self.assertEqual(order.amount_credit_left, -30.0)

    def test_form_of_each_role_opens_and_warns_while_it_is_written(self):
        self.make_limit(100.0)
        order = self.quote(10.0)
        for role in ("salesperson", "manager"):
            order.user_id = self.user(role)
            with Form(order.with_user(self.user(role))) as form:
                self.assertFalse(form.credit_warning)
                with form.order_line.edit(0) as line:
                    line.price_unit = 95.0
                self.assertIn("More than 90 %", form.credit_warning)
                with form.order_line.edit(0) as line:
                    line.price_unit = 10.0
        warehouse = order.with_user(self.user("warehouse"))
        self.assertNotIn("credit_", warehouse.get_view(view_type="form")["arch"])
        arch = order.with_user(self.salesperson).get_view(view_type="form")["arch"]
        self.assertIn("credit_warning", arch)
        self.assertNotIn("debtor_limit", arch)
        self.assertNotIn("amount_credit_left", arch)

    def test_prepaid_order_and_other_customers_warn_of_nothing(self):
        self.make_limit(10.0)
        order = self.quote()
        self.account.pay_mode = "prepaid"
        other = self.env["sale.order"].create({"partner_id": self.make_company().id})
        for each in order | other:
            self.assertFalse(each.credit_warning)
            self.assertFalse(each.is_debtor_controlled)

    def test_many_quotations_cost_no_more_queries_than_one(self):
        orders = self.env["sale.order"]
        for _each in range(5):
            account = self.make_account()
            self.make_limit(100.0, account=account)
            orders |= self.quote(account=account)

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.read(["credit_warning", *FIGURES])
            return self.env.cr.sql_log_count - before

        count(orders)
        self.assertEqual(count(orders), count(orders[0]))

    def test_lists_do_not_ask(self):
        for xmlid in ("sale.view_quotation_tree", "sale.view_order_tree"):
            arch = self.env["sale.order"].get_view(self.env.ref(xmlid).id)["arch"]
            self.assertNotIn("credit_warning", arch)
            self.assertNotIn("debtor_", arch)

    def test_ours_replaces_the_one_of_odoo_for_key_accounts_alone(self):
        self.company.account_use_credit_limit = True
        stranger = self.make_company("Stranger")
        for partner in (self.partner, stranger):
            partner.credit_limit = 1.0
            order = self.make_order(partner, {self.product: 5})
            invoice = self.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_line_ids": [(0, 0, {"name": "x", "price_unit": 50.0})],
                }
            )
            warns = partner == stranger
            self.assertEqual(bool(order.partner_credit_warning), warns)
            self.assertEqual(bool(invoice.partner_credit_warning), warns)
        self.assertEqual(self.partner.credit_limit, 1.0)
