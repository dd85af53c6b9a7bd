from odoo import fields, models

from ..exceptions import FundError


class AccountMove(models.Model):
    """A posted item on a fund's liability account is a movement of the fund: whatever
    brings it there (a payment, a bank statement line, an opening entry), the ledger
    follows in the same transaction, and so it does when the entry is taken back."""

    _inherit = "account.move"

    fund_entry_ids = fields.One2many(
        "key.account.fund.entry",
        "move_id",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    def write(self, vals):
        # EXTENDS 'account': the one place where every posting and un-posting passes.
        if "state" not in vals:
            return super().write(vals)
        is_posted = vals["state"] == "posted"
        moved = self.filtered(lambda move: (move.state == "posted") != is_posted)
        if is_posted:
            moved.sudo().line_ids._fund_adopt()  # sudo: as in _fund_sync
        else:
            moved._fund_uncapture()
        result = super().write(vals)
        moved._fund_sync()
        if not is_posted:
            self._fund_get_orders()._fund_after_capture()
        return result

    def _fund_sync(self):
        """Book what the posted items of these entries say and the ledger does not.

        Locks the funds concerned.

        :raise FundError: an item without a fund, or one that only the ledger writes
        :raise InsufficientFundsError: what is taken back has been used
        """
        # sudo: whoever posts may not read funds; what is posted counts.
        moves = self.sudo()
        lines = moves.line_ids.filtered("account_id.fund_kind")
        entries = moves.fund_entry_ids
        if not lines and not entries:
            return
        wanted = lines._fund_get_amounts()
        booked = entries.grouped(lambda entry: (entry.move_id, entry.fund_id))
        vals_list = []
        for key in dict.fromkeys([*booked, *wanted]):
            move, fund = key
            amount, company_amount = wanted.get(key, (0.0, 0.0))
            found = booked.get(key, entries.browse())
            total = sum(found.mapped("posted_change"))
            if fund.currency_id.compare_amounts(total, amount):
                vals_list += move._fund_prepare_difference(
                    fund, amount, company_amount, found
                )
        moves._fund_after_booking(moves.env["key.account.fund"]._book(vals_list))
        if vals_list:
            self.env["sale.order"]._gate_wake()

    def _fund_after_booking(self, entries):
        """Hook: posting or taking back these journal entries has booked ``entries``, as
        superuser."""

    def _fund_prepare_difference(self, fund, amount, company_amount, entries):
        """Return the entries that make the ledger say ``amount`` for this journal entry
        instead of what ``entries`` add up to."""
        self.ensure_one()
        if owned := entries.filtered(lambda e: (e.reversed_id or e).is_owned):
            raise FundError(owned[0]._describe_owner())
        live = entries.filtered(lambda e: e.kind != "reverse" and not e.reversal_ids)
        booked = sum(entries.mapped("posted_change"))
        is_more = fund.currency_id.compare_amounts(amount, booked) > 0
        if is_more and set(live.mapped("kind")) == {"deposit"}:
            # Items come one after the other, or one has been added: the rest stays.
            live = live.browse()
        # What was reversed by another journal entry, or reverses one, stays.
        for entry in entries - live:
            sign = 1 if entry.posted_change > 0 else -1
            amount -= entry.posted_change
            company_amount -= sign * entry.amount_company
        vals_list = []
        if fund.currency_id.compare_amounts(amount, 0.0) > 0:
            vals_list.append({"kind": "deposit", "amount": amount})
        elif fund.currency_id.compare_amounts(amount, 0.0) < 0:
            vals_list.append(self._fund_prepare_debit_vals(fund, -amount))
        for vals in vals_list:
            vals.update(
                fund=fund,
                move_id=self.id,
                date=self.date,
                amount_company=abs(company_amount),
                key=f"move {self.id} fund {fund.id} after {max(entries.ids, default=0)}",
            )
        Fund = self.env["key.account.fund"]
        return vals_list + [
            Fund._prepare_reversal(entry, move_id=self.id) for entry in live
        ]

    def _fund_prepare_debit_vals(self, fund, amount):
        """Return the entry for money that this journal entry takes out of a fund; the
        hook for those that may.

        :raise FundError: nobody has approved that
        """
        raise FundError(
            self.env._(
                "%(entry)s takes %(amount)s out of %(fund)s: ask for a refund or a "
                "transfer on the fund and have it approved instead.",
                entry=self.display_name,
                amount=fund.currency_id.format(amount),
                fund=fund.display_name,
            )
        )

    def unlink(self):
        # EXTENDS 'account'
        self._fund_assert_unused()
        orders = self._fund_get_orders()
        result = super().unlink()
        orders._fund_after_capture()
        return result

    def _fund_assert_unused(self):
        # sudo: entries count for those who may not read them, too.
        Entry = self.env["key.account.fund.entry"].sudo()
        domain = ["|", ("move_id", "in", self.ids), ("invoice_id", "in", self.ids)]
        if entry := Entry.search(domain, limit=1):
            document = entry.move_id if entry.move_id in self else entry.invoice_id
            raise FundError(
                self.env._(
                    "%(entry)s is kept, %(fund)s has booked it: cancel it instead of "
                    "deleting it.",
                    entry=document.display_name,
                    fund=entry.fund_id.display_name,
                )
            )
