from odoo import models

from odoo.addons.key_account.tools.allocation import allocate


class AccountMove(models.Model):
    """What invoices take from funds: posting one captures what its orders have frozen,
    in one journal entry from the liability to the receivable, reconciled with the
    invoice. Taking the invoice back takes back its captures."""

    _inherit = "account.move"

    def _post(self, soft=True):
        # EXTENDS 'account'
        posted = super()._post(soft)
        posted.filtered(lambda m: m.move_type == "out_invoice")._fund_capture()
        notes = posted.filtered(lambda m: m.move_type == "out_refund")
        notes._fund_get_orders()._fund_after_capture()
        return posted

    def _fund_get_orders(self):
        """Return the orders that these invoices and credit notes are about."""
        # sudo: whoever writes an invoice may not read orders.
        documents = self.sudo().filtered(lambda move: move.is_sale_document())
        return documents.line_ids.sale_line_ids.order_id._origin

    def _fund_capture(self):
        """Pay these posted invoices from what their orders have frozen.

        Locks the funds concerned.
        """
        # sudo: whoever posts an invoice may not read orders and funds.
        invoices = self.sudo()
        orders = invoices.line_ids.sale_line_ids.order_id
        if not orders:
            return
        # What an order was raised by in this transaction is frozen first.
        orders.flush_recordset(["fingerprint"])
        invoices._fund_freeze_given_back()
        freezes = invoices.env["key.account.fund.entry"]._get_open_freezes(
            [("order_id", "in", orders.ids)]
        )
        if not freezes:
            return
        amounts = invoices._fund_get_captures(freezes)
        captures = {}
        for invoice, by_order in amounts.items():
            captures[invoice], freezes = invoice._fund_book_capture(by_order, freezes)
        moves = invoices.browse().union(*captures.values())
        moves._post(soft=False)
        for invoice, move in captures.items():
            invoice._fund_reconcile(move)
        captured = orders.browse().union(*(o for own in amounts.values() for o in own))
        captured._fund_waive_rest()
        orders._fund_after_capture()

    def _fund_get_captures(self, freezes):
        """Return what each invoice takes, ``{invoice: {order: amount}}``: of each order
        no more than it has frozen and than its part of the invoice, of all together no
        more than is still owed."""
        left = {}
        for freeze in freezes:
            left[freeze.order_id] = left.get(freeze.order_id, 0.0) + freeze.amount
        currencies = {freeze.order_id: freeze.currency_id for freeze in freezes}
        found = {}
        for invoice in self:
            currency = invoice.currency_id
            residual = invoice.amount_residual
            for order, share in invoice._fund_get_shares().items():
                amount = currency.round(min(share, left.get(order, 0.0), residual))
                if currencies.get(order) != currency or amount <= 0:
                    continue
                left[order] = currency.round(left[order] - amount)
                residual = currency.round(residual - amount)
                found.setdefault(invoice, {})[order] = amount
        return found

    def _fund_get_shares(self):
        """Return each order's part of the invoice's total, to the cent: ``{order:
        amount}``; what belongs to no order is shared among them."""
        self.ensure_one()
        weights = {}
        for line in self.invoice_line_ids.filtered("sale_line_ids"):
            order = line.sale_line_ids.order_id[:1]
            weights[order] = weights.get(order, 0.0) + line.price_total
        weights = {order: weight for order, weight in weights.items() if weight > 0}
        if not weights or self.amount_total <= 0:
            return {}
        shares = allocate(
            self.amount_total, list(weights.values()), self.currency_id.rounding
        )
        return dict(zip(weights, shares, strict=True))

    def _fund_book_capture(self, by_order, freezes):
        """Book what this invoice takes, ``{order: amount}``, from open freezes.

        :return: the journal entry, still a draft, that moves it to the receivable, and
            the freezes that are open now
        """
        self.ensure_one()
        Fund = self.env["key.account.fund"]
        vals_list = []
        for order, amount in by_order.items():
            own = freezes.filtered(lambda f, o=order: f.order_id == o)
            vals_list += Fund._prepare_resolution(
                own, capture=amount, invoice_id=self.id
            )
        captures = [vals for vals in vals_list if vals["kind"] == "capture"]
        open_lines = self._fund_get_receivable_lines().filtered(
            lambda line: not line.reconciled
        )
        move = self._fund_create_entry(
            captures,
            1,
            open_lines[:1],
            self.env._("Payment of %s from the customer's fund", self.name),
        )
        entries = Fund._book(vals_list)
        # What is left of an order's freeze may serve its next invoice.
        freezes -= entries.freeze_id
        return move, freezes + entries.filtered(lambda entry: entry.kind == "freeze")

    def _fund_get_receivable_lines(self):
        return self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).sorted(lambda line: (line.date_maturity or line.date, line.id))

    def _fund_create_entry(self, vals_list, sign, receivable, text):
        """Return a journal entry of the ledger's own, still a draft: it is booked first
        and posted then, so that nothing remains to be booked.

        :param vals_list: of the ledger entries, in this document's currency; completed
            by the journal entry, its date and what it says in the company's currency
        :param sign: 1 when they take from the funds, -1 when they give
        :param receivable: the item to whose account and partner it goes
        """
        company = self.company_id
        date = self._get_accounting_date(self.date, False)
        by_fund = {}
        for vals in vals_list:
            by_fund.setdefault(vals["fund"], []).append(vals)
        lines = []
        for fund, own in by_fund.items():
            amount = self.currency_id.round(sum(vals["amount"] for vals in own))
            item = company._prepare_fund_item(
                fund.account_id, fund.partner_id, sign * amount, self.currency_id, date
            )
            self._fund_share_company_amount(abs(item["balance"]), own)
            lines.append(item)
        total = sum(line["amount_currency"] for line in lines)
        # Their sum, not converted again: each item was rounded by itself.
        lines.append(
            {
                "account_id": receivable.account_id.id,
                "partner_id": receivable.partner_id.id,
                "currency_id": self.currency_id.id,
                "amount_currency": -self.currency_id.round(total),
                "balance": -sum(line["balance"] for line in lines),
            }
        )
        move = company._create_fund_move(lines, date, text)
        for vals in vals_list:
            vals.update(move_id=move.id, date=date)
        return move

    def _fund_share_company_amount(self, total, vals_list):
        """Complete ledger entries by their parts of ``total``, in the company's
        currency, to the cent."""
        shares = allocate(
            total,
            [vals["amount"] for vals in vals_list],
            self.company_id.currency_id.rounding,
        )
        for vals, share in zip(vals_list, shares, strict=True):
            vals["amount_company"] = share

    def _fund_reconcile(self, move):
        """Reconcile the receivable of this invoice with an entry that pays it, and what
        that takes from the funds with what was paid in."""
        credit = move._fund_get_receivable_lines()
        receivable = self._fund_get_receivable_lines().filtered(
            lambda line: not line.reconciled and line.account_id == credit.account_id
        )
        (receivable | credit).reconcile()
        for line in move.line_ids.filtered("account_id.fund_kind"):
            line._fund_reconcile_oldest()

    # ---------------------------------------------------------------- take back

    def _fund_uncapture(self):
        """Take back what these invoices and credit notes, which are about to be drafts
        or cancelled, took from funds or gave back to them: the mirror of each journal
        entry, and the money frozen again for orders that still are to be paid."""
        # sudo: as in _fund_capture.
        Entry = self.env["key.account.fund.entry"].sudo()
        entries = Entry.search(
            [("invoice_id", "in", self.ids), ("kind", "in", ("capture", "deposit"))]
        ).filtered(lambda entry: not entry.reversal_ids)
        entries.order_id._fund_limit_waived()
        mirrors = {move: move._fund_create_mirror() for move in entries.move_id}
        Fund = self.env["key.account.fund"]
        vals_list = []
        for entry in entries:
            mirror = mirrors[entry.move_id]
            vals_list.append(
                Fund._prepare_reversal(entry, move_id=mirror.id, date=mirror.date)
            )
            order = entry.order_id
            is_waiting = order.state == "sale" and order.key_account_id == (
                entry.key_account_id
            )
            if entry.kind == "capture" and is_waiting:
                vals_list.append(
                    {
                        "fund": entry.fund_id,
                        "kind": "freeze",
                        "amount": entry.amount,
                        "order_id": order.id,
                        "key": f"frozen again after {entry.id}",
                    }
                )
        Fund._book(vals_list)
        for move, mirror in mirrors.items():
            mirror._post(soft=False)
            move._fund_reconcile_mirror(mirror)

    def _fund_create_mirror(self):
        """Return the journal entry, a draft, that undoes this one."""
        self.ensure_one()
        lines = [
            {
                "account_id": line.account_id.id,
                "partner_id": line.partner_id.id,
                "currency_id": line.currency_id.id,
                "amount_currency": -line.amount_currency,
                "balance": -line.balance,
            }
            for line in self.line_ids
        ]
        return self.company_id._create_fund_move(
            lines,
            self._get_accounting_date(self.date, False),
            self.env._("Reversal of %s", self.display_name),
        )

    def _fund_reconcile_mirror(self, mirror):
        for line in self.line_ids.filtered("account_id.reconcile"):
            line.remove_move_reconcile()
            twin = mirror.line_ids.filtered(
                lambda other, line=line: (
                    other.account_id == line.account_id
                    and other.partner_id == line.partner_id
                    and other.amount_currency == -line.amount_currency
                    and not other.reconciled
                )
            )[:1]
            (line | twin).reconcile()
