from ast import literal_eval
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.key_account.exceptions import DutyError

from ..exceptions import CreditError
from .common import CreditCase

DEMAND = "key.account.payment.reminder"


class HoldCase(CreditCase):
    """Orders that wait for credit, and who works on them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.write({"name": "Acme", "email": "acme@example.com"})
        cls.salesperson = cls.user("salesperson")
        cls.controller = cls.user("controller")
        cls.account.user_id = cls.salesperson

    @classmethod
    def held_order(cls, amount=150.0, account=None, **vals):
        """Return an order that the salesperson asked to confirm; 100.00 may be owed."""
        account = account or cls.account
        if not account.credit_limit_ids:
            cls.make_limit(100.0, account=account)
        order = cls.make_sale(
            amount, account=account, **{"user_id": cls.salesperson.id, **vals}
        )
        order.with_user(cls.salesperson).sudo().action_confirm()
        return order

    @classmethod
    def make_due(cls, amount, days, account=None):
        """Return a posted invoice that is due in so many days."""
        today = fields.Date.today()
        invoice = cls.make_invoice(
            amount, account=account, invoice_date=today - timedelta(days=60)
        )
        invoice.invoice_date_due = today + timedelta(days=days)
        invoice.action_post()
        return invoice

    def workbench(self, user=None):
        """Return what the list of held orders shows."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_credit.sale_order_hold_action"
        )
        Order = self.env["sale.order"].with_user(user or self.controller)
        return Order.search(literal_eval(action["domain"]))


@tagged("post_install", "-at_install")
class TestHold(HoldCase):
    """The list of held orders: what it shows, and to whom."""

    def test_list_has_what_waits_for_credit_and_nothing_else(self):
        order = self.held_order()
        self.make_sale(10.0)
        suspended = self.make_account()
        suspended.action_suspend()
        self.order(account=suspended).action_confirm()
        self.assertEqual(self.workbench(), order)
        self.release(order, "controller")
        self.assertEqual(order.state, "sale")
        self.assertFalse(self.workbench())

    def test_row_says_what_is_needed_to_decide(self):
        self.make_due(30.0, -5)
        self.make_due(20.0, 5)
        order = self.held_order()
        row = order.with_user(self.controller)
        self.assertRecordValues(
            row,
            [
                {
                    "credit_hold_reason": "credit_limit",
                    "credit_hold_text": order.gate_issue_ids.text,
                    "credit_hold_missing": 100.0,
                    "credit_hold_days": 0,
                    "debtor_limit": 100.0,
                    "debtor_exposure": 50.0,
                    "debtor_available": 50.0,
                    "debtor_overdue": 30.0,
                    "debtor_standing": "good",
                    "can_decide_credit": True,
                }
            ],
        )
        self.assertIn("20.00 due", row.debtor_incoming)
        self.assertNotIn("30.00", row.debtor_incoming)

    def test_payment_on_its_way_is_incoming(self):
        self.held_order()
        self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.partner.id,
                "amount": 45.0,
            }
        )
        account = self.account.with_user(self.controller)
        self.assertIn("45.00 on its way", account.credit_incoming)

    def test_gravest_reason_is_the_one_it_is_listed_under(self):
        self.make_due(30.0, -40)
        order = self.held_order()
        self.assertHeld(order, "credit_limit", "credit_overdue")
        self.assertEqual(order.credit_hold_reason, "credit_overdue")
        self.assertEqual(order.credit_hold_missing, 80.0)
        groups = self.env["sale.order"]._read_group(
            [("id", "=", order.id)], ["credit_hold_reason"], ["__count"]
        )
        self.assertEqual(groups, [("credit_overdue", 1)])

    def test_filter_finds_orders_of_customers_who_are_late(self):
        other = self.make_account(user_id=self.salesperson.id)
        self.make_due(10.0, -3, account=other)
        late = self.held_order(account=other)
        self.held_order()
        domain = [("debtor_account_id.credit_overdue", ">", 0)]
        self.assertEqual(self.workbench().filtered_domain(domain), late)
        Order = self.env["sale.order"].with_user(self.controller)
        found = Order.search([("id", "in", self.workbench().ids), *domain])
        self.assertEqual(found, late)

    def test_many_rows_cost_no_more_queries_than_one(self):
        names = [
            "name",
            "credit_hold_reason",
            "credit_hold_text",
            "credit_hold_missing",
            "credit_hold_days",
            "can_decide_credit",
            "debtor_account_id",
            "debtor_standing",
            "debtor_limit",
            "debtor_exposure",
            "debtor_available",
            "debtor_overdue",
            "debtor_incoming",
            "date_payment_asked",
        ]
        accounts = [self.make_account() for _each in range(6)]
        orders = self.env["sale.order"].union(
            *(self.held_order(account=account) for account in accounts)
        )

        def count(records):
            records.with_user(self.controller).read(names)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.with_user(self.controller).read(names)
            return self.env.cr.sql_log_count - before

        count(orders)
        self.assertEqual(count(orders), count(orders[0]))

    def test_who_may_not_know_reads_nothing_of_it(self):
        order = self.held_order()
        for role in ("salesperson", "warehouse"):
            mine = order.with_user(self.user(role))
            for name in ("credit_hold_missing", "debtor_exposure", "debtor_incoming"):
                with self.subTest(role=role), self.assertStopped(AccessError, ""):
                    mine.read([name])
                with self.subTest(role=role), self.assertStopped(AccessError, ""):
                    mine.search([("credit_hold_reason", "=", "credit_limit")])
                # Nor by what it finds: Odoo asks no rights where a method searches.
                for path in ("debtor_overdue", "debtor_account_id.credit_overdue"):
                    with self.assertStopped(AccessError, ""):
                        mine.search([(path, ">", 0)])


@tagged("post_install", "-at_install")
class TestHoldVerbs(HoldCase):
    """Release, reject, ask for money: one or many, by whom."""

    def dialog(self, action, **vals):
        Dialog = self.env[action["res_model"]].with_user(self.controller)
        return Dialog.with_context(**action["context"]).create(vals)

    def test_one_is_released_up_to_an_amount_until_a_day(self):
        order = self.held_order()
        until = self.company._get_today() + timedelta(days=3)
        action = order.with_user(self.controller).action_open_gate_release()
        dialog = self.dialog(action, reason="Known.", amount=70.0, date_end=until)
        dialog.action_release()
        self.assertEqual(order.state, "sale")
        self.assertRecordValues(
            order.gate_issue_ids,
            [
                {
                    "state": "released",
                    "amount_missing": 50.0,
                    "amount_released": 70.0,
                    "date_release_end": until,
                }
            ],
        )

    def test_many_are_released_each_with_what_it_lacked(self):
        orders = self.held_order(150.0) | self.held_order(120.0)
        action = orders.with_user(self.controller).action_open_gate_release()
        self.dialog(action, reason="Known.").action_release()
        issues = orders.gate_issue_ids.filtered(lambda i: i.state == "released")
        self.assertEqual(sorted(issues.mapped("amount_released")), [20.0, 50.0])

    def test_rejected_order_leaves_the_list_until_asked_again(self):
        order = self.held_order()
        action = order.with_user(self.controller).action_open_gate_reject()
        self.dialog(action, reason="Prepay, please.").action_reject()
        self.assertFalse(self.workbench())
        self.assertEqual(order.activity_ids.user_id, self.salesperson)
        self.assertEqual(order.activity_ids.summary, "Prepay, please.")
        self.judge_again()
        self.assertFalse(self.workbench())
        order.with_user(self.salesperson).action_confirm()
        self.assertEqual(self.workbench(), order)

    def test_only_controllers_decide_and_never_on_their_own(self):
        order = self.held_order()
        issue = self.open_issues(order)
        for role in ("salesperson", "manager", "accountant", "administrator"):
            mine = issue.with_user(self.user(role))
            for verb in (mine.action_release, mine.action_reject):
                with self.subTest(role=role), self.assertStopped(DutyError, ""):
                    verb("Because.")
            with self.subTest(role=role), self.assertStopped(DutyError, ""):
                mine.order_id.action_open_gate_reject()
        own = self.held_order(user_id=self.controller.id)
        self.assertFalse(own.with_user(self.controller).can_decide_credit)
        with self.assertStopped(DutyError, "your own order"):
            self.open_issues(own).with_user(self.controller).action_reject("Because.")
        with self.assertStopped(DutyError, ""):
            own.with_user(self.controller).action_open_gate_release()

    def compose(self, order, user=None):
        action = order.with_user(user or self.controller).action_ask_payment()
        context = {**self.env.context, **action["context"], "tracking_disable": False}
        env = self.env(user=user or self.controller, context=context)
        return Form(env[action["res_model"]]).save()

    def test_customer_is_asked_for_what_is_missing_and_told_what_is_open(self):
        late, due = self.make_due(30.0, -5), self.make_due(20.0, 5)
        order = self.held_order()
        composer = self.compose(order)
        self.assertEqual(composer.partner_ids, self.partner)
        self.assertIn("100.00", composer.body)
        self.assertIn(order.name, composer.subject)
        # The one that is late comes first.
        self.assertLess(composer.body.index(late.name), composer.body.index(due.name))
        composer.action_send_mail()
        reminder = self.env[DEMAND].search([("order_ids", "=", order.id)])
        message = reminder.message_ids.filtered(lambda m: m.partner_ids)
        self.assertEqual(message.partner_ids, self.partner)
        self.assertIn(late.name, message.body)
        self.assertTrue(order.with_user(self.controller).date_payment_asked)

    def test_order_notes_that_it_was_asked_and_no_amount(self):
        self.make_due(33.33, -5)
        order = self.held_order()
        self.compose(order).action_send_mail()
        texts = " ".join(order.message_ids.mapped("body"))
        self.assertIn("Acme was asked for money", texts)
        self.assertNotIn("33.33", texts)
        Message = self.env["mail.message"].with_user(self.salesperson)
        self.assertFalse(Message.search([("body", "ilike", "33.33")]))

    def test_many_customers_are_asked_at_once_each_once(self):
        other = self.make_account(
            self.make_company("Other", email="other@example.com"),
            user_id=self.salesperson.id,
        )
        orders = self.held_order(150.0) | self.held_order(120.0)
        orders |= self.held_order(110.0, account=other)
        orders.with_user(self.controller).action_ask_payment()
        reminders = self.env[DEMAND].search([("order_ids", "in", orders.ids)])
        self.assertEqual(
            {r.partner_id.name: r.amount for r in reminders},
            # 50 and 20 beyond the limit by itself; the other 100 counts only once.
            {"Acme": 170.0, "Other": 10.0},
        )
        self.assertTrue(all(reminders.mapped("date_sent")))

    def test_mail_is_in_the_language_and_the_currency_of_the_order(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.partner.lang = "fr_FR"
        template = self.env.ref("key_account_credit.mail_template_payment_reminder")
        template.with_context(lang="fr_FR").subject = "Rappel"
        euro = self.env.ref("base.EUR")
        foreign = euro if self.company.currency_id != euro else self.env.ref("base.USD")
        foreign.active = True
        foreign.rate_ids = [Command.clear()]
        foreign.rate_ids = [Command.create({"name": "2020-01-01", "rate": 2.0})]
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": foreign.id}
        )
        order = self.held_order(300.0, pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, foreign)
        composer = self.compose(order)
        self.assertEqual(composer.subject, "Rappel")
        reminder = self.env[DEMAND].search([("order_ids", "=", order.id)])
        self.assertRecordValues(
            reminder, [{"amount": 100.0, "currency_id": foreign.id}]
        )

    def test_contact_without_an_address_is_named_and_nothing_is_sent(self):
        other = self.make_account(
            self.make_company("Mute"), user_id=self.salesperson.id
        )
        orders = self.held_order() | self.held_order(account=other)
        with self.assertStopped(CreditError, "Mute has no email address"):
            orders.with_user(self.controller).action_ask_payment()
        self.assertFalse(self.env[DEMAND].search([("order_ids", "in", orders.ids)]))

    def test_order_that_waits_for_no_money_asks_for_none(self):
        order = self.make_sale(10.0)
        with self.assertStopped(CreditError, f"{order.name} does not wait for money"):
            order.with_user(self.controller).action_ask_payment()

    def test_by_whom_customers_are_asked(self):
        order = self.held_order()
        for role in ("manager", "controller", "accountant"):
            self.compose(order, self.user(role))
        for role in ("salesperson", "warehouse", "portal"):
            with self.subTest(role=role), self.assertStopped(Exception, ""):
                order.with_user(self.user(role)).action_ask_payment()
        reminder = self.env[DEMAND].search([("order_ids", "=", order.id)], limit=1)
        for role in ("salesperson", "warehouse", "portal"):
            mine = reminder.with_user(self.user(role))
            for way in (mine._get_open_items, lambda m=mine: m.read(["amount"])):
                with self.subTest(role=role), self.assertStopped(AccessError, ""):
                    way()
        with self.assertStopped(AccessError, ""):
            reminder.with_user(self.controller).write({"amount": 1.0})

    def test_reminders_that_nobody_sent_are_forgotten(self):
        order = self.held_order()
        self.compose(order)
        sent = self.compose(order)
        sent.action_send_mail()
        reminders = self.env[DEMAND].search([("order_ids", "=", order.id)])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE key_account_payment_reminder SET create_date = '2020-01-01'"
        )
        self.env.invalidate_all()
        self.env[DEMAND]._gc_unsent()
        self.assertEqual(len(reminders.exists()), 1)
        self.assertTrue(reminders.exists().date_sent)
