from odoo.tests import tagged

from .common import FundCase


@tagged("post_install", "-at_install")
class TestStatementOffer(FundCase):
    """What is offered to whoever brings a screen to reconcile bank statements."""

    def offers(self):
        Model = self.env["account.reconcile.model"].with_context(active_test=False)
        return Model.search([("line_ids.account_id", "=", self.fund.account_id.id)])

    def test_prepayments_are_offered_once(self):
        offer = self.offers()
        self.assertEqual(len(offer), 1)
        self.assertEqual(offer.trigger, "manual")  # never by itself
        self.make_fund(self.make_account(self.make_company("Other")))
        self.assertEqual(self.offers(), offer)

    def test_an_archived_offer_stays_archived(self):
        self.offers().active = False
        self.make_fund(self.make_account(self.make_company("Other")))
        self.assertFalse(self.offers().active)

    def test_only_prepayments_are_offered(self):
        deposits = self.make_fund(kind="deposit").account_id
        Line = self.env["account.reconcile.model.line"]
        self.assertFalse(Line.search([("account_id", "=", deposits.id)]))

    def test_list_of_statement_lines_is_there_without_any_such_screen(self):
        accountant = self.user("accountant")
        menu = self.env.ref("key_account_fund.account_bank_statement_line_menu")
        Menu = self.env["ir.ui.menu"]
        self.assertIn(menu.id, Menu.with_user(accountant)._visible_menu_ids())
        for role in ("salesperson", "manager", "controller", "warehouse"):
            self.assertNotIn(
                menu.id, Menu.with_user(self.user(role))._visible_menu_ids()
            )
        view = self.env.ref("key_account_fund.account_bank_statement_line_view_list")
        views = self.env["account.bank.statement.line"].with_user(accountant)
        arch = views.get_views([(view.id, "list")])["views"]["list"]["arch"]
        self.assertIn("action_put_into_fund", arch)
