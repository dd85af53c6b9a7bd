from odoo.tests import HttpCase, tagged

from .test_fund_portal import PortalCase


@tagged("post_install", "-at_install")
class TestTours(PortalCase, HttpCase):
    """A prepayment from the request to the paid invoice, each part in the login of whose
    part it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson = cls.user("salesperson")
        cls.partner.write({"name": "Tour Customer", "email": "tour@example.com"})
        cls.account.user_id = cls.salesperson

    def judge_again(self):
        """Run the job that judges held orders."""
        self.env.flush_all()
        self.env.ref("key_account.ir_cron_gate").method_direct_trigger()
        self.env.invalidate_all()

    def test_held_order_confirms_itself_when_the_prepayment_is_registered(self):
        order = self.make_sale(80, user_id=self.salesperson.id)
        url = f"/odoo/sale.order/{order.id}"
        self.start_tour(url, "fund_salesperson_asks", login=self.salesperson.login)
        self.assertHeld(order, "fund_short")
        accountant = self.user("accountant")
        self.start_tour("/odoo", "fund_accountant_registers", login=accountant.login)
        self.assertFund(100, 0)
        self.judge_again()
        self.start_tour(url, "fund_salesperson_sees", login=self.salesperson.login)
        self.assertLedger("deposit 100; freeze 80 S1")
        self.start_tour("/my/home", "fund_customer", login=self.buyer.login)

    def test_posted_invoice_is_paid_from_the_fund(self):
        self.deposit(100)
        invoice = self.confirm(80)._create_invoices()
        url = f"/odoo/account.move/{invoice.id}"
        accountant = self.user("accountant")
        self.start_tour(url, "fund_accountant_invoices", login=accountant.login)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFund(20, 0)
