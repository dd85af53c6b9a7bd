from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .common_history import HistoryCase


class BillCase(HistoryCase):
    """What happens to invoices, credit notes and payments, and between companies."""

    def do_invoice(self, order, share, is_final, is_posted):
        """Invoice an order as a whole or in part."""
        before = self.accounts._get_exposure_total()
        invoices = order._create_invoices(final=is_final)
        if is_final and self.is_plain(order):
            # Billing moves an amount from one part to another; taxes are rounded anew.
            for account, total in self.accounts._get_exposure_total().items():
                self.assertAlmostEqual(total, before[account], delta=0.05)
        self.finish(invoices, share, is_posted)

    def is_plain(self, order):
        """Its invoice counts as it did: it is in our currency, due soon, paid by an
        account, and gives nothing back, for less than nothing is not counted."""
        lines = order.order_line.filtered(lambda line: not line.is_downpayment)
        return (
            order.currency_id == self.company.currency_id
            and self.get_model().is_soon(order)
            and self.get_model().get_account(order.partner_invoice_id)
            and order.amount_to_invoice >= 0
            and min(lines.mapped("price_total"), default=0) >= 0
            and set(order.invoice_ids.mapped("move_type")) == {"out_invoice"}
        )

    def do_invoice_all(self, is_posted):
        orders = self.records["order"].filtered(lambda o: o.state == "sale")
        self.finish(orders._create_invoices(final=True), 1, is_posted)

    def finish(self, invoices, share, is_posted):
        self.add("invoice", invoices)
        if share != 1:
            for line in invoices.invoice_line_ids.filtered(
                lambda line: line.display_type == "product"
            ):
                line.quantity *= share
        if is_posted:
            invoices.action_post()

    def do_advance(self, order, way, amount, is_posted):
        """Invoice a down payment."""
        field = "amount" if way == "percentage" else "fixed_amount"
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": order.ids,
                "advance_payment_method": way,
                field: amount,
            }
        )
        self.finish(wizard._create_invoices(order), 1, is_posted)

    def do_post(self, invoice):
        invoice.action_post()

    def do_change_invoice(self, invoice, name, value):
        lines = invoice.invoice_line_ids.filtered(lambda x: x.display_type == "product")
        lines[:1].write({name: value})

    def do_reset(self, invoice):
        invoice.button_draft()

    def do_cancel_invoice(self, invoice):
        if invoice.state == "posted":
            invoice.button_draft()
        invoice.button_cancel()

    def do_delete_invoice(self, invoice):
        self.records["invoice"] -= invoice
        invoice.unlink()

    def do_bill(self, number, kind, price, days, is_posted):
        """Write a bill, or a credit note, without an order."""
        invoice = self.make_invoice(
            price,
            self.accounts[number % 4],
            move_type=kind,
            invoice_date=fields.Date.today() - timedelta(days=days),
        )
        self.finish(invoice, 1, is_posted)

    def do_credit(self, invoice, share, is_posted):
        """Give a credit note over all or a part of an invoice."""
        wizard = self.make_reversal(invoice)
        wizard.refund_moves()
        self.finish(wizard.new_move_ids, share, is_posted)

    def do_replace(self, invoice):
        """Credit an invoice completely and begin a new one."""
        action = self.make_reversal(invoice).modify_moves()
        notes = self.env["account.move"].search(
            [("reversed_entry_id", "=", invoice.id)]
        )
        new = self.env["account.move"].browse(action.get("res_id") or [])
        self.add("invoice", notes | new)

    def make_reversal(self, invoice):
        return (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )

    # ------------------------------------------------------------------- payments

    def do_pay(self, invoice, share):
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": self.bank.id})
        )
        wizard.amount = wizard.currency_id.round(wizard.amount * share)
        self.add("payment", wizard._create_payments())

    def do_pay_ahead(self, number, amount, is_abroad, is_by_contact):
        partner = self.partners[number % 4]
        vals = {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": self.contact.id if is_by_contact else partner.id,
            "amount": amount,
            "journal_id": self.bank.id,
        }
        if is_abroad:
            vals["currency_id"] = self.foreign.id
        payment = self.env["account.payment"].create(vals)
        self.add("payment", payment)
        payment.action_post()

    def do_bounce(self, payment, way):
        for action in way.split():
            getattr(payment, f"action_{action}")()

    def do_tear(self, invoice):
        """Take a reconciliation apart by hand."""
        invoice.line_ids.remove_move_reconcile()

    def do_allocate(self, number):
        """Take a payment, or a credit note, that nobody has allocated for an invoice."""
        items = self.env["account.move.line"].search(
            [
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        for paid in items.filtered(lambda item: item.balance < 0):
            owed = items.filtered(
                lambda item, paid=paid: (
                    item.balance > 0
                    and item.account_id == paid.account_id
                    and item.partner_id == paid.partner_id
                )
            )
            if owed:
                (owed[number % len(owed)] | paid).reconcile()
                return True
        return False

    def do_enter(self, number, amount):
        """Bring a balance forward by hand."""
        partner = self.partners[number % 4]
        owed = partner.property_account_receivable_id
        other = self.env["account.account"].search(
            [("account_type", "=", "income")], limit=1
        )
        lines = [(owed, amount), (other, -amount)]
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": partner.id,
                            "balance": balance,
                        }
                    )
                    for account, balance in lines
                ],
            }
        )
        move.action_post()

    # ------------------------------------------------------------------ companies

    def do_set_rate(self, rate):
        self.set_rate(rate)

    def do_move_company(self, child, parent):
        """A company is bought, or sold, by a group."""
        companies = self.partners[1:]
        companies[child].parent_id = [False, *self.partners][parent]

    def do_move_contact(self, number):
        """The buyer changes to another company."""
        self.contact.parent_id = self.partners[number % 4]

    def do_found(self):
        """A stranger becomes a key account."""
        if len(self.accounts) > 4:
            return False
        self.accounts |= self.make_account(self.stranger)
        return True
