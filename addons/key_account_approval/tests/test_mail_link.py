from odoo import http
from odoo.tests import HttpCase, tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestMailLink(ApprovalCase, HttpCase):
    """The link in the mail opens a page; only its buttons decide."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_rule(cls.manager, name="Big ones")
        cls.order = cls.make_quotation()
        cls.order.action_ask_approval("A good customer")
        cls.request = cls.order.sudo().approval_request_ids

    def log_in(self, user):
        self.authenticate(user.login, user.login)

    def page(self, path=""):
        return self.url_open(
            f"/approval/{self.request.id}{path}", allow_redirects=False
        )

    def press(self, kind, reason="", **data):
        """Return the page after a button; ``csrf_token`` may be given instead."""
        data = {"csrf_token": http.Request.csrf_token(self), "reason": reason, **data}
        return self.url_open(f"/approval/{self.request.id}/{kind}", data=data)

    def assertUndecided(self):
        self.env.invalidate_all()
        self.assertEqual(self.request.state, "pending")
        self.assertFalse(self.request.decision_ids)

    # ------------------------------------------------------------------ look

    def test_who_is_not_logged_in_logs_in_first(self):
        page = self.page()
        self.assertEqual(page.status_code, 303)
        self.assertIn("/web/login", page.headers["Location"])
        self.assertIn(f"approval%2F{self.request.id}", page.headers["Location"])

    def test_opening_the_link_shows_the_question_and_decides_nothing(self):
        self.log_in(self.manager)
        page = self.page()
        self.assertEqual(page.status_code, 200)
        for text in (
            self.order.name,
            self.salesperson.name,
            "A good customer",
            "Big ones",
            f"/approval/{self.request.id}/approve",
            f"/approval/{self.request.id}/reject",
            "csrf_token",
        ):
            self.assertIn(text, page.text)
        self.assertUndecided()

    def test_links_to_the_buttons_decide_nothing(self):
        self.log_in(self.manager)
        for kind in ("approve", "reject"):
            with self.subTest(kind=kind):
                self.assertIn(self.page(f"/{kind}").status_code, (404, 405))
        self.assertUndecided()

    def test_who_asked_sees_the_page_without_buttons(self):
        self.log_in(self.salesperson)
        page = self.page()
        self.assertEqual(page.status_code, 200)
        self.assertIn("nothing for you to decide", page.text)
        self.assertNotIn("<form", page.text.partition("<main")[2])

    def test_strangers_find_nothing(self):
        for user in (
            self.colleague("stranger", "salesperson"),
            self.user("warehouse"),
            self.user("portal"),
        ):
            with self.subTest(user=user.name):
                self.log_in(user)
                self.assertEqual(self.page().status_code, 404)
                self.assertEqual(self.press("approve").status_code, 404)
                self.assertEqual(self.press("reject", "No").status_code, 404)
        self.assertUndecided()

    def test_what_does_not_exist_is_not_found(self):
        self.log_in(self.manager)
        page = self.url_open("/approval/999999999", allow_redirects=False)
        self.assertEqual(page.status_code, 404)

    def test_who_sees_no_price_sees_no_figure(self):
        rule = self.make_rule(self.manager, thresholds={"amount": 1})
        self.request.with_user(self.salesperson).action_withdraw()
        self.order.action_ask_approval("Again")
        self.request = self.order.sudo()._get_latest_request()
        warehouse = self.user("warehouse")
        rule.step_ids.user_ids = warehouse
        self.env["key.account.approval.rule"].search([]).step_ids.user_ids = warehouse
        self.log_in(warehouse)
        page = self.page()
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("100.00", page.text)

    # ---------------------------------------------------------------- decide

    def test_the_buttons_decide(self):
        for kind, state in (("approve", "approved"), ("reject", "rejected")):
            with self.subTest(kind=kind):
                order = self.make_quotation()
                self.request = self.ask(order)
                self.log_in(self.manager)
                page = self.press(kind, "Because")
                self.env.invalidate_all()
                self.assertEqual(page.status_code, 200)
                self.assertEqual(self.request.state, state)
                self.assertEqual(self.request.decision_ids.reason, "Because")
                self.assertEqual(self.request.decision_ids.user_id, self.manager)
                self.assertIn("nothing for you to decide", page.text)

    def test_a_page_of_somebody_else_decides_nothing(self):
        self.log_in(self.manager)
        page = self.press("approve", csrf_token="forged")
        self.assertEqual(page.status_code, 400)
        self.assertUndecided()

    def test_a_rejection_without_a_reason_says_what_is_missing(self):
        self.log_in(self.manager)
        page = self.press("reject", " ")
        self.assertEqual(page.status_code, 200)
        self.assertIn("enter a reason", page.text)
        self.assertUndecided()

    def test_a_second_decision_says_that_it_is_closed(self):
        self.log_in(self.manager)
        self.press("approve")
        page = self.press("reject", "After all")
        self.assertIn("is closed", page.text)
        self.env.invalidate_all()
        self.assertEqual(self.request.state, "approved")

    def test_a_changed_order_says_that_it_has_to_be_asked_anew(self):
        self.order.order_line.price_unit = 90
        self.env.flush_all()
        self.log_in(self.manager)
        page = self.press("approve")
        self.assertIn("is closed (Void)", page.text)
        self.env.invalidate_all()
        self.assertEqual(self.request.state, "void")

    def test_who_oversees_but_is_not_asked_is_told_so(self):
        self.log_in(self.accountant)
        page = self.press("approve")
        self.assertIn("not yours to decide", page.text)
        self.assertUndecided()

    def test_who_asked_is_told_that_somebody_else_decides(self):
        self.log_in(self.salesperson)
        page = self.press("approve")
        self.assertIn("somebody else has to decide", page.text)
        self.assertUndecided()

    def test_an_unknown_button_decides_nothing(self):
        self.log_in(self.manager)
        self.press("void")
        self.assertUndecided()
