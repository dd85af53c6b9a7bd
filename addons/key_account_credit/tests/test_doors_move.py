from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.key_account.exceptions import GateError
from odoo.addons.key_account_credit.exceptions import CreditError

from .common import CreditCase


@tagged("post_install", "-at_install")
class TestMovedCustomer(CreditCase):
    """An order stays somebody's debt, wherever its customer goes, and who takes it over
    is asked for room."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.make_account(cls.make_company("Other"))
        cls.make_limit(1000.0)
        cls.contact = cls.env["res.partner"].create(
            {"name": "Buyer", "parent_id": cls.partner.id}
        )

    def merge(self, partners, into):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(partners.ids, into)

    def test_order_under_a_contact_or_another_address_counts(self):
        self.confirm(600.0, partner_id=self.contact.id)
        self.assertExposure(undelivered=600.0)
        self.assertHeld(self.confirm(500.0), "credit_limit")
        address = self.env["res.partner"].create(
            {"name": "Bills", "parent_id": self.partner.id, "type": "invoice"}
        )
        order = self.confirm(
            500.0, partner_id=self.contact.id, partner_invoice_id=address.id
        )
        self.assertHeld(order, "credit_limit")

    def test_orders_go_with_their_contact_and_come_back(self):
        order = self.confirm(600.0, partner_id=self.contact.id)
        self.contact.parent_id = self.other.partner_id
        self.assertEqual(order.debtor_account_id, self.other)
        self.assertExposure()
        self.assertExposure(account=self.other, undelivered=600.0)
        self.confirm(900.0)
        with self.assertStopped(CreditError, f"{self.account.code}.*higher limit"):
            self.contact.parent_id = self.partner
        self.assertEqual(order.debtor_account_id, self.other)

    def test_who_takes_orders_over_must_have_room(self):
        order = self.confirm(600.0, partner_id=self.contact.id)
        limit = self.make_limit(599.99, account=self.other)
        with self.assertStopped(CreditError, f"{self.other.code}.*higher limit"):
            self.contact.parent_id = self.other.partner_id
        self.assertEqual(order.debtor_account_id, self.account)
        limit.amount = 600.0
        self.contact.with_user(
            self.user("salesperson")
        ).parent_id = self.other.partner_id
        self.assertExposure(account=self.other, undelivered=600.0)

    def test_order_stays_counted_when_its_contact_goes_to_a_company_without_an_account(
        self,
    ):
        nobody = self.make_company("Nobody")
        order = self.confirm(600.0, partner_id=self.contact.id)
        self.contact.parent_id = nobody
        self.assertExposure(undelivered=600.0)
        self.assertHeld(self.confirm(500.0), "credit_limit")
        self.contact.parent_id = self.partner
        self.assertExposure(undelivered=600.0)
        order._action_cancel()
        self.assertExposure()

    def test_order_that_is_handed_to_somebody_else_is_judged_there_and_never_shed(self):
        order = self.confirm(600.0)
        nobody = self.make_company("Nobody")
        with self.assertStopped(GateError, "Nobody is to pay and is no key account"):
            order.write({"partner_id": nobody.id, "partner_invoice_id": nobody.id})
        self.assertExposure(undelivered=600.0)
        self.make_limit(9.99, account=self.other)  # it costs 10.00 there
        target = self.other.partner_id
        with self.assertStopped(GateError, "credit limit would be exceeded"):
            order.write({"partner_id": target.id, "partner_invoice_id": target.id})
        self.assertEqual(order.debtor_account_id, self.account)

    def test_quotation_is_judged_as_whoever_it_belongs_to_when_it_is_confirmed(self):
        order = self.make_sale(600.0, partner_id=self.contact.id)
        self.contact.parent_id = self.other.partner_id
        self.make_limit(100.0, account=self.other)
        order.action_confirm()
        self.assertHeld(order, "credit_limit")
        self.assertEqual(order.debtor_account_id, self.other)

    def test_draft_invoices_go_with_their_contact(self):
        self.make_invoice(600.0, partner_id=self.contact.id)
        self.make_limit(599.0, account=self.other)
        with self.assertStopped(CreditError, "higher limit"):
            self.contact.parent_id = self.other.partner_id

    def test_customer_who_becomes_an_account_brings_the_confirmed_orders(self):
        newcomer = self.make_company("Newcomer")
        child = self.env["res.partner"].create({"name": "C", "parent_id": newcomer.id})
        order = self.confirm(600.0, partner_id=child.id)
        self.assertFalse(order.debtor_account_id)
        account = self.make_account(newcomer)
        self.assertExposure(account=account, undelivered=600.0)
        self.make_limit(1000.0, account=account)
        self.assertHeld(self.confirm(500.0, account=account), "credit_limit")

    def test_salesperson_makes_the_account_and_orders_of_others_count(self):
        newcomer = self.make_company("Newcomer")
        self.confirm(600.0, partner_id=newcomer.id, user_id=self.user("manager").id)
        account = (
            self.env["key.account"]
            .with_user(self.user("salesperson"))
            .create({"partner_id": newcomer.id})
        )
        self.assertExposure(account=account.sudo(), undelivered=600.0)

    def test_merge_brings_the_orders_of_the_other_contact(self):
        double = self.make_company("Double")
        order = self.confirm(600.0, partner_id=double.id)
        self.make_invoice(100.0, partner_id=double.id).action_post()
        self.merge(self.partner | double, self.partner)
        self.assertEqual(order.debtor_account_id, self.account)
        self.assertExposure(undelivered=600.0, receivable=100.0)

    def test_merge_into_another_contact_sheds_nothing(self):
        double = self.make_company("Double")
        self.confirm(600.0)
        self.merge(self.partner | double, double)
        self.account.invalidate_recordset()
        self.assertEqual(self.account.partner_id, double)
        self.assertExposure(undelivered=600.0)

    def test_merge_of_contacts_of_two_companies_asks_who_gains(self):
        elsewhere = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.other.partner_id.id}
        )
        order = self.confirm(600.0, partner_id=elsewhere.id)
        self.confirm(900.0)
        with self.assertStopped(CreditError, "higher limit"):
            self.merge(self.contact | elsewhere, self.contact)
        self.env.invalidate_all()
        self.assertEqual(order.debtor_account_id, self.other)
        self.merge(self.contact | elsewhere, elsewhere)
        self.assertExposure(account=self.other, undelivered=600.0)

    def test_account_stays_a_company_of_its_own(self):
        with self.assertStopped(ValidationError, "cannot become a contact"):
            self.partner.write(
                {"is_company": False, "parent_id": self.other.partner_id.id}
            )

    def test_account_that_pays_for_others_is_kept(self):
        payer = self.make_account(state="prospect")
        self.confirm(10.0, partner_invoice_id=payer.partner_id.id)
        with self.assertStopped(CreditError, "cannot be deleted"):
            payer.unlink()

    def test_company_that_joins_a_group_brings_what_it_owes(self):
        head = self.make_account()
        self.make_limit(500.0, account=head, scope="group")
        self.confirm(600.0)
        with self.assertStopped(CreditError, f"{head.code}.*higher limit"):
            self.partner.parent_id = head.partner_id
        self.assertFalse(self.partner.parent_id)

    def test_subsidiary_without_an_account_does_not_lead_around_the_group_limit(self):
        self.make_limit(1000.0, scope="group")
        below = self.make_company("Below", parent_id=self.partner.id)
        deeper = self.make_company("Deeper", parent_id=below.id)
        for partner in below | deeper:
            self.assertHeld(self.confirm(10.0, partner_id=partner.id), "credit_payer")
        account = self.make_account(below)
        self.confirm(900.0)
        self.assertHeld(self.confirm(101.0, account=account), "credit_group_limit")
        self.assertEqual(self.confirm(100.0, account=account).state, "sale")

    def test_bill_to_a_company_without_an_account_is_held(self):
        order = self.confirm(10.0, partner_invoice_id=self.make_company("Friend").id)
        self.assertHeld(order, "credit_payer")
