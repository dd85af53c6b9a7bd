from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestPartnerMerge(KeyAccountCase):
    def merge(self, partners, into):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(partners.ids, into)

    def test_merge_of_two_key_accounts_is_refused_and_keeps_both(self):
        first = self.make_account(self.make_company("First"))
        second = self.make_account(self.make_company("Second"))
        with self.assertRaisesRegex(UserError, "cannot be merged") as caught:
            self.merge(first.partner_id | second.partner_id, first.partner_id)
        self.assertIn(first.code, str(caught.exception))
        self.assertIn(second.code, str(caught.exception))
        self.assertTrue(first.exists() and second.exists())

    def test_merge_moves_the_only_account_to_the_remaining_contact(self):
        account = self.make_account(self.make_company("Old"))
        target = self.make_company("New")
        self.merge(account.partner_id | target, target)
        account.invalidate_recordset()
        self.assertEqual(account.partner_id, target)

    def test_merge_brings_open_quotations_under_the_account(self):
        account = self.make_account(self.make_company("Old"))
        target = self.make_company("New")
        order = self.make_order(target, {self.make_product(): 1})
        self.merge(account.partner_id | target, target)
        self.assertEqual(order.key_account_id, account)
