from odoo import models
from odoo.fields import Domain


class PartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        # EXTENDS 'key_account': core moves orders and entries by SQL, nothing is computed
        # again by itself, and nobody would ask whether who gets them may owe as much.
        partners = self.env["res.partner"].browse(partner_ids).exists()
        accounts = partners._credit_get_accounts()
        before = accounts._credit_get_ceilings() if accounts else {}
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        remaining = partners.exists()
        remaining._credit_recompute_debtors()
        accounts = (accounts | remaining._credit_get_accounts()).exists()
        if accounts:
            accounts._credit_assert_gain(before)
        remaining._credit_wake()
        return result


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _credit_recompute_debtors(self):
        """Find out anew whose debt the orders of these contacts are."""
        # sudo: orders that the user may not see are owed, too.
        Order = self.env["sale.order"].sudo()
        orders = Order.search(
            Domain("partner_id", "child_of", self.ids)
            | Domain("partner_invoice_id", "child_of", self.ids)
        )
        self.env.add_to_compute(Order._fields["debtor_account_id"], orders)
