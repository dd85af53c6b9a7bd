from odoo import models
from odoo.tools import SQL

from ..exceptions import CreditError

# The accounts of customers and those, limited as a whole, of the groups above them.
HEADS = """
WITH RECURSIVE chain AS (
    SELECT partner.id AS payer_id, partner.id AS partner_id
      FROM res_partner partner
     WHERE partner.id = ANY(%(partners)s)
     UNION
    SELECT chain.payer_id, partner.parent_id
      FROM chain
      JOIN res_partner partner ON partner.id = chain.partner_id
     WHERE partner.parent_id IS NOT NULL
)
SELECT chain.payer_id, head.company_id, head.id
  FROM chain
  JOIN key_account head ON head.partner_id = chain.partner_id
 WHERE head.company_id = ANY(%(companies)s)
   AND EXISTS (SELECT FROM key_account_credit_limit bound
                WHERE bound.key_account_id = head.id AND bound.scope = 'group')
"""


class AccountMove(models.Model):
    """Invoices and the credit of whoever gets them. What was ordered is billed, always;
    what nobody ordered stays within the limit."""

    _inherit = "account.move"

    # Few invoices are drafts at a time.
    _credit_draft_idx = models.Index(
        "(partner_id, company_id) WHERE state = 'draft' "
        "AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')"
    )

    def _post(self, soft=True):
        # EXTENDS 'account'
        posted = super()._post(soft)
        posted._credit_assert()
        posted._credit_wake()
        return posted

    def write(self, vals):
        # EXTENDS 'account'
        result = super().write(vals)
        if vals.get("state") == "cancel":
            self._credit_wake()
        return result

    def unlink(self):
        # EXTENDS 'account': a draft that is deleted leaves room.
        partners = self.filtered(lambda m: m.is_sale_document()).partner_id
        result = super().unlink()
        partners.exists()._credit_wake()
        return result

    # ----------------------------------------------------------- without an order

    def _credit_assert(self):
        """Raise when one of these posted invoices has amounts of no order and whoever
        gets it owes more than the limit with it.

        :raise CreditError: names the invoice, the customer and the cure
        Locks the accounts: groups first, in the order of ids.
        """
        # sudo: the limit counts for those who may not read it.
        invoices = self.sudo().filtered(lambda move: move._credit_is_stray())
        if not invoices:
            return
        accounts, heads = invoices._credit_get_accounts()
        invoices._credit_assert_counted(accounts, heads)
        owners = invoices.env["key.account"].union(*accounts.values())
        if not owners:
            return
        owners.browse().union(*heads.values())._credit_lock()
        owners._credit_lock()
        standings = owners._get_standings(
            {owner: heads.get(owner, owner.browse()) for owner in owners}
        )
        for invoice in invoices:
            account = accounts.get(invoice._credit_get_key())
            if account and invoice._credit_is_over(account, standings[account]):
                raise CreditError(invoice._credit_get_refusal(account))

    def _credit_is_stray(self):
        """Return whether the invoice asks for more than its orders do, under a rule."""
        self.ensure_one()
        if self.move_type not in ("out_invoice", "out_receipt"):
            return False
        if not self._credit_get_rules():
            return False
        stray = self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and not line.sale_line_ids
        )
        return (
            self.currency_id.compare_amounts(sum(stray.mapped("price_total")), 0.0) > 0
        )

    def _credit_get_rules(self):
        rules = self.env["key.account.credit.rule"]._get_rules(self.company_id)
        return rules.filtered(lambda r: r.is_on_invoice and r.effect == "hold")

    def _credit_get_key(self):
        return self.commercial_partner_id, self.company_id

    def _credit_get_accounts(self):
        """Return ``({(customer, company): account}, {account: group accounts})``; under
        the keys of customers without an account are their groups as well."""
        Account = self.env["key.account"]
        keys = {invoice._credit_get_key() for invoice in self}
        known = Account._get_by_partner(self.commercial_partner_id)
        accounts = {key: known[key] for key in keys if key in known}
        heads = {}
        self.env["res.partner"].flush_model(["parent_id"])
        self.env["key.account.credit.limit"].flush_model()
        query = SQL(
            HEADS,
            partners=self.commercial_partner_id.ids,
            companies=self.company_id.ids,
        )
        for partner_id, company_id, head_id in self.env.execute_query(query):
            partner = self.env["res.partner"].browse(partner_id)
            key = (partner, self.env["res.company"].browse(company_id))
            owner = accounts.get(key, key)
            heads[owner] = heads.get(owner, Account) | Account.browse(head_id)
        return accounts, heads

    def _credit_assert_counted(self, accounts, heads):
        """Raise when a subsidiary without an account of its own gets one of these
        invoices: its group's limit would not see it."""
        for invoice in self:
            key = invoice._credit_get_key()
            if key not in accounts and key in heads:
                raise CreditError(
                    self.env._(
                        "%(invoice)s: %(customer)s belongs to a group with a credit limit "
                        "and is no key account: make it one.",
                        invoice=invoice.display_name,
                        customer=invoice.commercial_partner_id.display_name,
                    )
                )

    def _credit_is_over(self, account, standing):
        decided = {limit.scope for limit in account.credit_limit_ids}
        return any(
            account.currency_id.compare_amounts(ceiling.get_missing(0.0), 0.0) > 0
            # A limit of nothing for those without one is about orders.
            and (ceiling.is_group or "account" in decided)
            for ceiling in standing.ceilings
        ) and any(rule._applies_to(account) for rule in self._credit_get_rules())

    def _credit_get_refusal(self, account):
        return self.env._(
            "%(invoice)s is for nothing that was ordered and %(account)s would owe more "
            "than the credit limit: have a temporary limit approved, or collect first.",
            invoice=self.display_name,
            account=account.display_name,
        )

    # -------------------------------------------------------------- re-evaluation

    def _credit_wake(self):
        """Have held orders judged again where these entries lower what a customer
        owes: payments, credit notes, cancelled invoices."""
        # sudo: whoever books may not read held orders.
        moves = self.sudo()
        lines = moves.line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and (line.balance < 0 or line.move_id.state != "posted")
            )
        )
        lines.partner_id._credit_wake()
