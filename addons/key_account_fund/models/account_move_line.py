from collections import defaultdict

from odoo import api, models

from ..exceptions import FundError

# What says how much of which fund an item is.
FUND_FIELDS = {
    "account_id",
    "partner_id",
    "currency_id",
    "amount_currency",
    "balance",
    "debit",
    "credit",
    "move_id",
}


class AccountMoveLine(models.Model):
    """The doors through which posted items on a fund's account come and go without
    their journal entry changing its state: reconciling a bank statement line does so."""

    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        moves = lines._fund_get_posted_moves()
        moves.line_ids._fund_adopt()
        moves._fund_sync()
        return lines

    def write(self, vals):
        if not FUND_FIELDS.intersection(vals):
            return super().write(vals)
        moves = self._fund_get_posted_moves()
        result = super().write(vals)
        moves |= self._fund_get_posted_moves()
        moves.line_ids._fund_adopt()
        moves._fund_sync()
        return result

    def unlink(self):
        moves = self._fund_get_posted_moves()
        result = super().unlink()
        moves.exists()._fund_sync()
        return result

    def _fund_get_posted_moves(self):
        # sudo: whoever writes the item may not read accounts.
        lines = self.sudo().filtered(
            lambda line: line.parent_state == "posted" and line.account_id.fund_kind
        )
        return self.env["account.move"].browse(lines.move_id.ids)

    def _fund_get_amounts(self):
        """Return what these items, of those that are posted, put into funds (negative:
        take out): ``{(journal entry, fund): (amount in the fund's currency, in the
        company's)}``.

        :raise FundError: an item that belongs to no fund
        """
        found = defaultdict(lambda: [0.0, 0.0])
        lines = self.filtered(
            lambda line: (
                line.parent_state == "posted"
                and not line.currency_id.is_zero(line.amount_currency)
            )
        )
        funds = lines._fund_find()
        for line in lines:
            sums = found[line.move_id, funds[line]]
            sums[0] -= line.amount_currency
            sums[1] -= line.balance
        return {
            key: (key[1].currency_id.round(amount), company_amount)
            for key, (amount, company_amount) in found.items()
        }

    def _fund_adopt(self):
        """Name the funds' own customers on items that name a contact of theirs: they
        stay the fund's when the contact moves to another company."""
        lines = self.sudo().filtered(  # sudo: as in _fund_get_posted_moves
            lambda line: (
                line.account_id.fund_kind
                and not line.currency_id.is_zero(line.amount_currency)
            )
        )
        funds = lines._fund_find() if lines else {}
        for line, fund in funds.items():
            if line.partner_id != fund.partner_id:
                line.partner_id = fund.partner_id

    def _fund_find(self):
        """Return ``{item: fund}`` by account, currency and customer, which is the item's
        partner or else its company.

        :raise FundError: an item that belongs to no fund
        """
        Fund = self.env["key.account.fund"]
        partners = self.partner_id | self.partner_id.commercial_partner_id
        funds = Fund.search(
            [
                ("account_id", "in", self.account_id.ids),
                ("partner_id", "in", partners.ids),
            ],
            order="state, id",  # closed before open: the open one stays
        )
        known = {
            (f.company_id, f.account_id, f.currency_id, f.partner_id): f for f in funds
        }
        found = {}
        for line in self:
            key = (line.company_id, line.account_id, line.currency_id)
            partner = line.partner_id
            fund = known.get((*key, partner)) or known.get(
                (*key, partner.commercial_partner_id)
            )
            if not fund:
                raise FundError(line._fund_describe_missing())
            found[line] = fund
        return found

    def _fund_describe_missing(self):
        values = {
            "account": self.account_id.display_name,
            "currency": self.currency_id.name,
        }
        if not self.partner_id:
            return self.env._(
                "%(account)s keeps customers' funds: name the customer of each item.",
                **values,
            )
        return self.env._(
            "%(customer)s has no fund on %(account)s in %(currency)s: open one on the key "
            "account, or choose another account.",
            customer=self.partner_id.commercial_partner_id.display_name,
            **values,
        )

    def _fund_reconcile_oldest(self):
        """Reconcile this item, which takes from a fund, with the oldest that paid in and
        are still open: what is left of each is seen in the general ledger, and
        differences in the exchange rate are entered by Odoo."""
        if not self.account_id.reconcile:
            return
        open_items = self.search(
            [
                ("account_id", "=", self.account_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("company_id", "=", self.company_id.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual_currency", "<", 0.0),
            ],
            order="date, id",
        )
        missing = self.amount_residual_currency
        chosen = self
        for item in open_items:
            if missing <= 0:
                break
            missing += item.amount_residual_currency
            chosen |= item
        if len(chosen) > 1:
            chosen.reconcile()
