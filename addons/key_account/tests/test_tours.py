from odoo.tests import HttpCase, tagged

from .common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestTours(KeyAccountCase, HttpCase):
    """Each internal role opens its menu in the web client and does its first job."""

    def test_salesperson_creates_an_account_and_submits_it(self):
        partner = self.make_company("Tour Customer")
        self.start_tour(
            "/odoo", "key_account_salesperson", login=self.user("salesperson").login
        )
        account = self.env["key.account"].search([("partner_id", "=", partner.id)])
        self.assertEqual(account.state, "review")
        self.assertEqual(account.user_id, self.user("salesperson"))

    def test_manager_activates_an_account_in_review(self):
        account = self.make_account(
            self.make_company("Reviewed Customer"), state="review"
        )
        self.start_tour(
            "/odoo", "key_account_manager", login=self.user("manager").login
        )
        self.assertEqual(account.state, "active")

    def test_controller_grades_an_account(self):
        account = self.make_account(self.make_company("Rated Customer"))
        self.start_tour(
            "/odoo", "key_account_controller", login=self.user("controller").login
        )
        self.assertEqual(account.pay_mode, "credit")

    def test_administrator_adds_a_grade(self):
        self.start_tour(
            "/odoo", "key_account_administrator", login=self.user("administrator").login
        )
        self.assertTrue(self.env["key.account.grade"].search([("code", "=", "D")]))
