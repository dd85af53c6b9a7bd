from odoo.tests import HttpCase, tagged

from .test_hold import HoldCase


@tagged("post_install", "-at_install")
class TestHoldTours(HoldCase, HttpCase):
    """The credit controller works the held orders in the web client."""

    def make_customer(self, name):
        company = self.make_company(name, email="someone@example.com")
        return self.make_account(company, user_id=self.salesperson.id)

    def test_controller_releases_rejects_and_asks_for_money(self):
        released = self.held_order(account=self.make_customer("Released Ltd"))
        rejected = self.held_order(account=self.make_customer("Rejected Ltd"))
        late = self.make_customer("Asked Ltd")
        self.make_due(30.0, -5, account=late)
        asked = self.held_order(account=late)
        self.start_tour(
            "/odoo", "credit_controller_works_the_holds", login=self.controller.login
        )
        self.assertEqual(released.state, "sale")
        self.assertEqual(released.gate_issue_ids.amount_released, 60.0)
        self.assertTrue(released.gate_issue_ids.date_release_end)
        self.assertEqual(rejected.gate_issue_ids.state, "rejected")
        self.assertEqual(rejected.activity_ids.summary, "Smaller order, please")
        self.assertHeld(asked, "credit_limit")
        self.assertTrue(asked.payment_reminder_ids.date_sent)

    def test_controller_opens_what_an_exposure_is_made_of(self):
        head = self.make_customer("Head Ltd")
        member = self.make_customer("Member Ltd")
        member.partner_id.parent_id = head.partner_id
        self.make_limit(500.0, account=head, scope="group")
        self.confirm(40.0, account=member)
        self.start_tour(
            f"/odoo/key.account/{member.id}",
            "credit_controller_opens_the_exposure",
            login=self.controller.login,
        )
