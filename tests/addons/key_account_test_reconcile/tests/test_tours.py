from odoo.tests import HttpCase, tagged

from .common import ReconcileCase


@tagged("post_install", "-at_install")
class TestTours(ReconcileCase, HttpCase):
    def test_accountant_reconciles_a_statement_line_into_a_fund(self):
        self.bank.name = "Tour Bank"
        lines = self.line(300, payment_ref="Advance for May")
        lines |= self.line(200, payment_ref="Advance for June")
        lines |= self.line(100, payment_ref="Advance for July")
        self.start_tour(
            "/odoo", "fund_accountant_reconciles", login=self.user("accountant").login
        )
        self.assertEqual(lines.mapped("is_reconciled"), [True, True, True])
        self.assertLedger("deposit 300; deposit 200; deposit 100")
