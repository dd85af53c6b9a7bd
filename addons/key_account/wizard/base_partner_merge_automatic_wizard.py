from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_list


class PartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        # EXTENDS 'base': core moves foreign keys by SQL and drops the rows that break
        # a unique constraint, which would lose one of two accounts without a word.
        self._assert_one_account_remains(partner_ids)
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        # The contact that remains may have quotations from before it had an account.
        # sudo: an account that the user may not see gets its quotations as well.
        accounts = self.env["key.account"].sudo()
        accounts = accounts.search([("partner_id", "in", list(partner_ids))])
        # Core has moved them by SQL, no constraint has seen it.
        accounts._check_partner_is_commercial()
        accounts._link_open_quotations()
        self._refresh_fingerprints(partner_ids)
        return result

    def _refresh_fingerprints(self, partner_ids):
        """Core moved the customers of orders by SQL: what was decided about those was
        about another customer."""
        # sudo: orders that the user may not see have changed as well.
        Order = self.env["sale.order"].sudo()
        orders = Order.search(
            Domain("partner_id", "in", list(partner_ids))
            | Domain("partner_invoice_id", "in", list(partner_ids))
        )
        self.env.add_to_compute(Order._fields["fingerprint"], orders)

    def _assert_one_account_remains(self, partner_ids):
        """Raise when the contacts hold more than one key account in a company."""
        # sudo: an account that the user may not see must not be lost either.
        accounts = self.env["key.account"].sudo()
        groups = accounts._read_group(
            [("partner_id", "in", list(partner_ids))],
            ["company_id"],
            ["id:recordset"],
            having=[("__count", ">", 1)],
        )
        for company, doubles in groups:
            raise UserError(
                self.env._(
                    "These contacts cannot be merged: %(accounts)s are separate key "
                    "accounts of %(company)s. Delete the one that is still a prospect, "
                    "or make one contact the parent company of the other.",
                    accounts=format_list(self.env, doubles.mapped("display_name")),
                    company=company.name,
                )
            )
