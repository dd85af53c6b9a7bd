from odoo.tests import tagged
from odoo.tools import format_date

from ..exceptions import DutyError, GateError
from .common import GateCase


@tagged("post_install", "-at_install")
class TestGate(GateCase):
    def test_order_finds_its_account_through_a_contact(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.account.partner_id.id}
        )
        order = self.make_order(contact, {self.product: 1})
        self.assertEqual(order.key_account_id, self.account)

    def test_open_quotation_joins_an_account_made_later(self):
        partner = self.make_company("Later")
        order = self.make_order(partner, {self.product: 1})
        self.assertFalse(order.key_account_id)
        account = self.make_account(partner)
        self.assertEqual(order.key_account_id, account)

    def test_order_of_an_active_account_is_confirmed(self):
        order = self.order()
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_suspended_account_holds_the_order_with_one_sentence(self):
        self.account.action_suspend()
        order = self.order()
        order.action_confirm()
        self.assertHeld(order, "suspended")
        self.assertEqual(
            order.gate_issue_ids.text,
            f"Account {self.account.display_name} is suspended; "
            "reactivate the account first.",
        )

    def test_closed_account_holds_the_order_with_one_sentence(self):
        self.account.action_close()
        order = self.order()
        order.action_confirm()
        self.assertHeld(order, "closed")
        self.assertEqual(
            order.gate_issue_ids.text,
            f"Account {self.account.display_name} is closed; "
            "reopen the account and have it reviewed first.",
        )

    def test_expired_document_holds_the_order_until_it_is_renewed(self):
        document = self.expire()
        order = self.order()
        order.action_confirm()
        self.assertHeld(order, "document_expired")
        date = format_date(self.env, document.date_expiry)
        self.assertEqual(
            order.gate_issue_ids.text,
            f"Document L-1 of account {self.account.display_name} expired on {date}; "
            "add the renewed document, or archive this one.",
        )
        self.make_document(self.account, 0, name="L-2", date_expiry=False)
        order.action_confirm()
        self.assertEqual((order.state, order.gate_state), ("sale", "clear"))
        self.assertEqual(order.gate_issue_ids.state, "resolved")

    def test_document_that_expires_today_holds_nothing(self):
        self.make_document(self.account, 0)
        order = self.order()
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_state_written_directly_passes_the_gate_too(self):
        self.account.action_suspend()
        order = self.order()
        sentence = f"^{order.name}: Account .* is suspended; reactivate .* first.$"
        with self.assertStopped(GateError, sentence):
            order.write({"state": "sale"})
        self.assertEqual((order.state, order.gate_state), ("draft", "clear"))
        with self.assertRaises(GateError):
            self.make_order(self.account.partner_id, {self.product: 1}, state="sale")

    def test_contact_that_moved_to_an_account_brings_its_quotation_to_the_gate(self):
        contact = self.env["res.partner"].create({"name": "Buyer"})
        order = self.make_order(contact, {self.product: 1})
        contact.parent_id = self.account.partner_id
        self.account.action_suspend()
        order.action_confirm()
        self.assertHeld(order, "suspended")
        self.assertEqual(order.gate_issue_ids.account_id, self.account)

    def test_confirmed_order_is_not_handed_to_a_suspended_account(self):
        order = self.make_order(self.make_company("Walk-in"), {self.product: 1})
        order.action_confirm()
        self.account.action_suspend()
        with self.assertRaisesRegex(GateError, "is suspended"):
            order.partner_id = self.account.partner_id

    def test_gate_judges_an_account_once_for_all_its_orders(self):
        self.account.action_suspend()
        orders = self.env["sale.order"].union(*(self.order() for _i in range(20)))

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(records._gate_get_issues()), len(records))
            return self.env.cr.sql_log_count - before

        count(orders)
        self.assertEqual(count(orders[:1]), count(orders))

    def test_order_cannot_be_cut_off_from_its_account(self):
        order = self.order()
        order.user_id = self.user("salesperson")
        with self.assertRaisesRegex(DutyError, "follows from its customer"):
            order.with_user(self.user("salesperson")).key_account_id = False

    def test_quotation_of_a_colleague_joins_the_new_account(self):
        partner = self.make_company("Later")
        order = self.make_order(
            partner, {self.product: 1}, user_id=self.user("manager").id
        )
        self.env["key.account"].with_user(self.user("salesperson")).create(
            {"partner_id": partner.id}
        )
        self.assertTrue(order.key_account_id)

    def test_gate_holds_the_order_of_a_salesperson_who_cannot_read_the_account(self):
        self.account.action_suspend()
        self.account.user_id = self.user("manager")
        order = self.order()
        order.user_id = self.user("salesperson")
        order.with_user(self.user("salesperson")).action_confirm()
        self.assertHeld(order, "suspended")

    def count_evaluation(self, order):
        """Return the queries of a judgement, everything about the order being known."""
        self.assertEqual(order._gate_evaluate(), order)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(order._gate_evaluate(), order)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_gate_costs_the_same_however_the_database_goes_about_it(self):
        orders = self.env["sale.order"].union(*(self.order() for _i in range(5)))
        counts = set()
        ways = ("hashjoin", "hashagg", "mergejoin", "nestloop", "sort")
        for number in range(2 ** len(ways)):
            off = [way for bit, way in enumerate(ways) if number >> bit & 1]
            with self.subTest(off=off), self.env.cr.savepoint():
                for way in ways:
                    value = "off" if way in off else "on"
                    self.env.cr.execute(
                        "SELECT set_config('enable_' || %s, %s, TRUE)", [way, value]
                    )
                # Other addons' checks read what they need, too.
                counts.add(self.count_evaluation(orders))
                self.assertEqual(len(counts), 1)

    def get_gate_seq(self):
        self.env.cr.execute(
            "SELECT gate_seq FROM key_account WHERE id = %s", [self.account.id]
        )
        return self.env.cr.fetchone()[0]

    def test_gate_costs_one_query_when_it_has_nothing_to_say(self):
        stranger = self.make_order(self.make_company("Walk-in"), {self.product: 1})
        self.assertFalse(stranger.key_account_id)
        self.assertEqual(self.count_evaluation(stranger), 1)
        # Of a key account other addons ask more; this one has asked all it needs.
        order = self.order()
        order._gate_lock_accounts()
        before = self.env.cr.sql_log_count
        self.assertEqual(order._gate_lock_accounts(), {})
        self.assertEqual(self.env.cr.sql_log_count - before, 1)

    def test_gate_counts_each_judgement_on_the_row_of_the_account(self):
        order = self.order()
        order._gate_evaluate()
        before = self.get_gate_seq()
        order._gate_evaluate()
        self.assertEqual(self.get_gate_seq(), before + 1)
        (order | self.order())._gate_evaluate()
        self.assertEqual(self.get_gate_seq(), before + 2)
