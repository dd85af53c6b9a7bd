from odoo import fields, models
from odoo.tools import clean_context


class KeyAccountFundRequest(models.Model):
    """What carrying out an approved request does, in one transaction: the ledger is
    booked first, then its journal entries are posted, so that nothing remains to be
    booked by them. A refund is a payment, whose posting books it."""

    _inherit = "key.account.fund.request"

    def _execute(self):
        self.ensure_one()
        # sudo: who may carry it out has been asked; what it takes to do so (journals,
        # orders that wait for money, entries of the ledger) is nobody's to have.
        request = self.sudo().with_context(clean_context(self.env.context))
        effects = {
            "refund": request._execute_refund,
            "transfer": request._execute_transfer,
            "release": request._execute_release,
            "apply": request._execute_apply,
        }
        effects[request.kind]()

    def _finish(self):
        self._set_state("done", executed_by_id=self.env.uid)

    # ------------------------------------------------------------------ refund

    def _execute_refund(self):
        """Post the payment to the customer, made when it is not there yet: one that was
        taken back is posted again."""
        payment = self.payment_ids
        if not payment:
            # Where Odoo waits for the bank a payment has no journal entry, and so would
            # not touch the fund, unless that is asked for.
            Payment = self.env["account.payment"].with_context(force_payment_move=True)
            Payment = Payment.with_company(self.company_id)
            payment = Payment.create(self._prepare_payment_vals())
        elif payment.state == "canceled":
            payment.action_draft()
        payment.action_post()
        for item in payment.move_id.line_ids.filtered("account_id.fund_kind"):
            item._fund_reconcile_oldest()

    def _prepare_payment_vals(self):
        vals = {
            "payment_type": "outbound",
            "partner_type": "customer",
            "partner_id": self.partner_id.id,
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "date": fields.Date.context_today(self),
            "memo": self.name,
            "company_id": self.company_id.id,
            "key_account_fund_id": self.fund_id.id,
            "key_account_fund_request_id": self.id,
        }
        if self.journal_id:
            vals["journal_id"] = self.journal_id.id
        return vals

    def _covers_refund(self, fund, amount):
        """Return whether this request lets a payment take ``amount`` out of ``fund``."""
        return (
            self.kind == "refund"
            and self.state == "approved"
            and self.fund_id == fund
            and not fund.currency_id.compare_amounts(self.amount, amount)
        )

    # ---------------------------------------------------------------- transfer

    def _execute_transfer(self):
        move = self._create_transfer_move()
        _out, incoming = self.fund_id._book(self._prepare_transfer_vals_list(move))
        incoming._freeze_guarantee()
        move._post(soft=False)
        move.line_ids.filtered("debit")._fund_reconcile_oldest()
        self._finish()
        self.env["sale.order"]._gate_wake()

    def _create_transfer_move(self):
        fund, target = self.fund_id, self.target_fund_id
        text = self.env._(
            "%(request)s: from %(fund)s to %(target)s",
            request=self.name,
            fund=fund.display_name,
            target=target.display_name,
        )
        return self._create_move(
            text,
            [
                (fund.account_id, fund.partner_id, self.amount),
                (target.account_id, target.partner_id, -self.amount),
            ],
        )

    def _prepare_transfer_vals_list(self, move):
        """Return the entries of a transfer: what goes out, what comes in."""
        fund, target = self.fund_id, self.target_fund_id
        common = {
            "kind": "transfer",
            "amount": self.amount,
            "amount_company": max(move.line_ids.mapped("debit")),
            "move_id": move.id,
            "date": move.date,
            **self._prepare_about_vals(),
        }
        return [
            {
                **common,
                "fund": fund,
                "counterpart_id": target.id,
                "key": f"request {self.id} out",
            },
            {
                **common,
                "fund": target,
                "counterpart_id": fund.id,
                "is_incoming": True,
                "key": f"request {self.id} in",
            },
        ]

    # ----------------------------------------------------------------- release

    def _execute_release(self):
        fund = self.fund_id
        freezes = fund._get_open_freezes()
        fund._book(self._prepare_resolution_vals(freezes, release=self.amount))
        self._finish()

    def _prepare_resolution_vals(self, freezes, **amounts):
        vals_list = self.fund_id._prepare_resolution(freezes, **amounts)
        return [{**vals, **self._prepare_about_vals()} for vals in vals_list]

    def _prepare_about_vals(self):
        return {"request_id": self.id, "reason": self.name}

    # ------------------------------------------------------------------- apply

    def _execute_apply(self):
        """Pay the invoices: from guarantee money out of what is frozen, from other
        funds out of what is free."""
        freezes = self._get_freezes_to_apply()
        moves = {}
        for invoice, amount in self._get_invoice_shares().items():
            move = moves[invoice] = self._create_invoice_move(invoice, amount)
            entries = self.fund_id._book(
                self._prepare_resolution_vals(
                    freezes,
                    capture=amount,
                    invoice_id=invoice.id,
                    move_id=move.id,
                    date=move.date,
                )
            )
            # What is left of a freeze serves the next invoice.
            freezes -= entries.freeze_id
            freezes += entries.filtered(lambda entry: entry.kind == "freeze")
        self.env["account.move"].union(*moves.values())._post(soft=False)
        for invoice, move in moves.items():
            invoice._fund_reconcile(move)
        self._finish()

    def _get_freezes_to_apply(self):
        fund = self.fund_id
        if fund.kind == "deposit":
            return fund._get_open_freezes()
        return fund._book(
            [
                {
                    "fund": fund,
                    "kind": "freeze",
                    "amount": self.amount,
                    "key": f"request {self.id}",
                    **self._prepare_about_vals(),
                }
            ]
        )

    def _get_invoice_shares(self):
        """Return what each invoice gets, ``{invoice: amount}``, the first due first."""
        left = self.amount
        shares = {}
        for invoice in self.invoice_ids.sorted(
            lambda move: (move.invoice_date_due or move.date, move.id)
        ):
            share = self.currency_id.round(min(left, invoice.amount_residual))
            if share > 0:
                shares[invoice] = share
                left = self.currency_id.round(left - share)
        return shares

    def _create_invoice_move(self, invoice, amount):
        receivable = invoice._fund_get_receivable_lines()
        receivable = receivable.filtered(lambda line: not line.reconciled)[:1]
        fund = self.fund_id
        text = self.env._(
            "%(request)s: payment of %(invoice)s from %(fund)s",
            request=self.name,
            invoice=invoice.name,
            fund=fund.display_name,
        )
        return self._create_move(
            text,
            [
                (fund.account_id, fund.partner_id, amount),
                (receivable.account_id, receivable.partner_id, -amount),
            ],
        )

    # ---------------------------------------------------------- journal entry

    def _create_move(self, text, items):
        """Return a journal entry of today, a draft.

        :param items: ``(account, partner, amount)``, in the fund's currency, a debit
            when positive
        """
        company, currency = self.company_id, self.currency_id
        date = fields.Date.context_today(self)
        lines = [
            company._prepare_fund_item(account, partner, amount, currency, date)
            for account, partner, amount in items
        ]
        return company._create_fund_move(lines, date, text)
