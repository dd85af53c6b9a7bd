from odoo import api, fields, models

from ..exceptions import FundError

CREDIT_KINDS = [
    ("fund", "Goes back to the customer's fund"),
    ("receivable", "Stays open on the receivable"),
]


class AccountMove(models.Model):
    """What credit notes give back to funds: of what they credit, the part that is still
    open and that invoices had captured, in one journal entry from the receivable to the
    liability, reconciled with the credit note."""

    _inherit = "account.move"

    fund_credit_kind = fields.Selection(
        CREDIT_KINDS,
        string="Prepaid Amount",
        compute="_compute_fund_credit_kind",
        store=True,
        readonly=False,
        copy=False,
        help="What becomes of the part of this credit note that had been paid from a "
        "fund. What was paid otherwise, or is still owed, is not concerned.",
    )
    fund_invoice_entry_ids = fields.One2many(
        "key.account.fund.entry",
        "invoice_id",
        string="Fund Entries",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    fund_amount_returnable = fields.Monetary(
        string="Paid from the Fund",
        compute="_compute_fund_amount_returnable",
        compute_sudo=True,
        groups="account.group_account_invoice,account.group_account_readonly",
        help="What invoices have taken from funds for what this document credits, and "
        "has not been given back.",
    )

    @api.depends("move_type", "reversed_entry_id")
    def _compute_fund_credit_kind(self):
        notes = self.filtered(lambda move: move.move_type == "out_refund")
        (self - notes).fund_credit_kind = False
        asked = notes.filtered(lambda note: not note.fund_credit_kind)
        # sudo: whoever writes the credit note may not read funds.
        returnable = asked.sudo()._fund_get_returnable()
        for note in asked:
            note.fund_credit_kind = "fund" if returnable[note] else "receivable"

    @api.depends("reversed_entry_id", "fund_credit_kind", "state")
    def _compute_fund_amount_returnable(self):
        returnable = self._fund_get_returnable()
        for move in self:
            move.fund_amount_returnable = sum(returnable[move].values())

    def write(self, vals):
        # EXTENDS 'account'
        if "fund_credit_kind" in vals:
            for note in self.filtered(lambda move: move.state == "posted"):
                if note.fund_credit_kind != vals["fund_credit_kind"]:
                    raise FundError(
                        self.env._(
                            "%s is posted, its money has gone where it said: reset it to "
                            "draft first.",
                            note.display_name,
                        )
                    )
        return super().write(vals)

    def _post(self, soft=True):
        # EXTENDS 'account': after core has reconciled credit notes with their invoices.
        posted = super()._post(soft)
        posted.filtered(lambda m: m.fund_credit_kind == "fund")._fund_give_back()
        return posted

    # ---------------------------------------------------------------- give back

    def _fund_give_back(self):
        """Give back to the funds what these posted credit notes leave open, at most
        what had been captured from them.

        Locks the funds concerned.
        """
        # sudo: as in _compute_fund_credit_kind.
        notes = self.sudo()
        moves = {}
        for note in notes:
            # One after the other: what one gives back the next cannot.
            amounts = note._fund_get_parts(note._fund_get_returnable()[note])
            if amounts:
                moves[note] = note._fund_book_give_back(amounts)
        if not moves:
            return
        notes.browse().union(*moves.values())._post(soft=False)
        for note, move in moves.items():
            debit = move._fund_get_receivable_lines()
            (note._fund_get_open_credits() | debit).reconcile()
        self.env["sale.order"]._gate_wake()

    def _fund_get_returnable(self):
        """Return what invoices have captured for what each credit note credits, less
        what has been given back: ``{credit note: {(fund, order): amount}}``.

        A credit note of an invoice gives back what that captured; one without, as an
        order makes it that was billed too much, what the order's invoices captured.
        """
        entries = self._fund_get_related_entries(self.reversed_entry_id)
        found = {}
        for note in self:
            orders = note._fund_get_orders()
            limits = entries.filtered(lambda e, o=orders: e.order_id in o)
            limits = captured = limits._sum_captured()
            if invoice := note.reversed_entry_id._origin:
                family = invoice | invoice.reversal_move_ids
                own = entries.filtered(lambda e, f=family: e.invoice_id in f)
                captured = {
                    key: min(amount, limits.get(key, amount))
                    for key, amount in own._sum_captured().items()
                }
            found[note] = {
                (fund, order): amount
                for (fund, order), amount in captured.items()
                if amount > 0 and fund.currency_id == note.currency_id
            }
        return found

    def _fund_get_related_entries(self, invoices):
        """Return what was booked for these invoices and their credit notes, and for
        others of the orders that these documents are about."""
        family = invoices | invoices.reversal_move_ids
        return self.env["key.account.fund.entry"].search(
            [
                ("kind", "in", ("capture", "deposit", "reverse")),
                ("invoice_id", "!=", False),
                "|",
                ("invoice_id", "in", family.ids),
                ("order_id", "in", self._fund_get_orders().ids),
            ]
        )

    def _fund_get_parts(self, returnable):
        """Return what this credit note gives back, ``{(fund, order): amount}``: of each
        order no more than its part of the credit note, of all together no more than is
        open."""
        self.ensure_one()
        left = -sum(self._fund_get_open_credits().mapped("amount_residual_currency"))
        left = min(left, self.amount_total)
        shares = self._fund_get_shares()
        parts = {}
        for (fund, order), amount in returnable.items():
            if shares and order:
                amount = min(amount, shares.get(order, 0.0))
            amount = self.currency_id.round(min(amount, left))
            if amount > 0:
                parts[fund, order] = amount
                left -= amount
        return parts

    def _fund_get_open_credits(self):
        """Return the receivable's items that owe the customer the money: of this credit
        note, and of captures of its invoice that somebody has taken apart by hand."""
        # sudo: as in _compute_fund_credit_kind.
        entries = self.reversed_entry_id.sudo().fund_invoice_entry_ids
        captures = entries.filtered(
            lambda entry: entry.kind == "capture" and not entry.reversal_ids
        )
        items = (self | captures.move_id)._fund_get_receivable_lines()
        account = self._fund_get_receivable_lines()[:1].account_id
        return items.filtered(
            lambda item: (
                item.account_id == account
                and not item.reconciled
                and item.amount_residual_currency < 0
            )
        )

    def _fund_book_give_back(self, amounts):
        """Book what this credit note gives back, ``{(fund, order): amount}``.

        :return: the journal entry, still a draft, that moves it from the receivable
        """
        self.ensure_one()
        Fund = self.env["key.account.fund"]
        vals_list = [
            {
                "fund": fund,
                "kind": "deposit",
                "amount": amount,
                "order_id": order.id,
                "invoice_id": self.id,
            }
            for (fund, order), amount in amounts.items()
        ]
        move = self._fund_create_entry(
            vals_list,
            -1,
            self._fund_get_open_credits()[:1],
            self.env._("Return of %s to the customer's fund", self.name),
        )
        for number, vals in enumerate(vals_list):
            vals["key"] = f"credit note {self.id} entry {move.id} part {number}"
        Fund._book(vals_list)
        return move

    # ---------------------------------------------------------- billed once more

    def _fund_freeze_given_back(self):
        """Freeze for the orders of these invoices what credit notes have given back, as
        far as it still is there: what is billed once more is prepaid as before."""
        orders = self._fund_get_orders().filtered(
            lambda order: order.state == "sale" and order.prepaid_percent
        )
        figures = orders._fund_get_figures()
        if not any(own.given_back for own in figures.values()):
            return
        billed = {}
        for invoice in self:
            for order, share in invoice._fund_get_shares().items():
                billed[order] = billed.get(order, 0.0) + share
        available = {own.fund_id: own.available for own in figures.values()}
        vals_list = []
        for order, own in figures.items():
            net = own.captured - own.given_back
            wanted = min(
                own.given_back,
                order._fund_get_required() - net - own.frozen,
                billed.get(order, 0.0) - own.frozen,
                available[own.fund_id],
            )
            if order.currency_id.compare_amounts(wanted, 0.0) > 0:
                available[own.fund_id] -= wanted
                vals_list.append(order._fund_prepare_freeze(own, wanted))
        self.env["key.account.fund"]._book(vals_list)

    # --------------------------------------------------------------- taken back

    def _fund_uncapture(self):
        # EXTENDS 'key_account_fund': what has been given back cannot be given back a
        # second time.
        result = super()._fund_uncapture()
        # sudo: as in _compute_fund_credit_kind.
        entries = self.sudo()._fund_get_related_entries(self.sudo())
        for (fund, order), amount in entries._sum_captured().items():
            if fund.currency_id.compare_amounts(amount, 0.0) < 0:
                given = entries.filtered(
                    lambda e, f=fund, o=order: (
                        (e.fund_id, e.order_id) == (f, o)
                        and e.kind == "deposit"
                        and not e.reversal_ids
                    )
                )
                raise FundError(
                    self.env._(
                        "%(note)s has given back to %(fund)s what %(invoice)s took from "
                        "it: reset that credit note to draft first.",
                        note=given[:1].invoice_id.name,
                        fund=fund.display_name,
                        invoice=self[:1].display_name,
                    )
                )
        return result
