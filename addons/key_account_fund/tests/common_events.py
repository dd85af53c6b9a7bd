import inspect
from collections import defaultdict
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command

from .common import FundCase
from .fund_model import cents

# What an event is mostly tried on; now and then it is on something else.
STATES = {
    "post": {"draft"},
    "change_invoice": {"draft"},
    "reset": {"posted"},
    "cancel_invoice": {"posted"},
    "credit": {"posted"},
    "replace": {"posted"},
    "settle_debt": {"posted"},
    "tear": {"posted"},
    "change": {"sale"},
    "extend": {"sale"},
    "deliver": {"sale"},
    "cancel": {"sale"},
    "advance": {"sale"},
    "invoice": {"sale"},
    "reopen": {"cancel"},
    "release": {"draft"},
}


class EventCase(FundCase):
    """What happens to orders, invoices and payments, in any order, and what must be true
    after each of it.

    An event is a method ``do_<name>``, drawn as ``(name, *arguments)``; where its first
    parameter is called like a key of ``OF``, a number is drawn and one of those records
    is handed over, if there are any. What Odoo or the ledger refuses is rolled back.
    """

    OF = {
        "order": "sale.order",
        "invoice": "account.move",
        "payment": "account.payment",
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.env["account.tax"].create(
            {"name": "17.5%", "amount": 17.5, "type_tax_use": "sale"}
        )
        taxed = {"type": "service", "is_storable": False, "taxes_id": cls.tax.ids}
        cls.products = [
            cls.make_product("Plan", invoice_policy="order", **taxed),
            cls.make_product("Hours", invoice_policy="delivery", **taxed),
        ]
        cls.receivable = cls.partner.property_account_receivable_id

    def start(self, pay_mode, remainder):
        """Begin a history; of an account that pays like this."""
        self.account.write({"pay_mode": pay_mode, "prepaid_percent": 30})
        self.env.company.fund_remainder = remainder
        self.env.flush_all()
        self.records = {name: self.env[model] for name, model in self.OF.items()}
        # Orders whose money may be less than it should: let through by somebody, or
        # frozen again after an invoice was taken back.
        self.loose = self.env["sale.order"]
        # By order: captured when last looked at; excused from when the rest was released.
        self.captured, self.waived = {}, {}
        # Invoices whose reconciliation somebody has taken apart.
        self.torn = self.env["account.move"]
        self.refusals = []

    def act(self, what, *arguments):
        """Do as somebody would; return whether it was possible."""
        method = getattr(self, f"do_{what}")
        name = next(iter(inspect.signature(method).parameters), None)
        if name in self.OF:
            record = self.choose(name, what, arguments[0])
            if not record:
                return False
            arguments = (record, *arguments[1:])
        kept = dict(self.records), self.loose, self.torn
        try:
            with self.env.cr.savepoint():
                method(*arguments)
        except UserError as error:
            self.env.invalidate_all()
            self.records, self.loose, self.torn = kept
            self.refusals.append((what, error))
            return False
        return True

    def choose(self, name, what, number):
        records = self.records[name]
        states = STATES.get(what)
        if states and number % 8:
            records = records.filtered(lambda r: r.state in states) or records
        return records and records[number % len(records)]

    def add(self, name, records):
        self.records[name] |= records

    # ------------------------------------------------------------------- events

    def do_pay(self, amount):
        self.add("payment", self.deposit(amount))

    def do_bounce(self, payment, way):
        for action in way.split():
            getattr(payment, f"action_{action}")()

    def do_buy(self, lines):
        """Order, and ask to confirm it."""
        self.add("order", self.order_of(lines))
        self.records["order"][-1].action_confirm()

    def order_of(self, lines):
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [self.order_line_of(line) for line in lines],
            }
        )

    def do_change(self, order, name, value):
        """Raise or lower an order, by quantity or by price."""
        order.order_line[:1].write({name: value})

    def do_extend(self, order, line):
        order.write({"order_line": [self.order_line_of(line)]})

    def order_line_of(self, line):
        kind, quantity, price = line
        vals = {"product_id": self.products[kind].id, "product_uom_qty": quantity}
        return Command.create({**vals, "price_unit": price})

    def do_change_two(self, order, number, price):
        """Change two orders in one transaction."""
        orders = self.records["order"]
        other = orders[number % len(orders)]
        order.order_line[:1].price_unit = price
        other.order_line[:1].price_unit = price

    def do_deliver(self, order, share):
        for line in order.order_line.filtered(lambda x: x.product_id.type == "service"):
            line.qty_delivered = line.product_uom_qty * share

    def do_cancel(self, order):
        order._action_cancel()

    def do_reopen(self, order):
        order.action_draft()
        order.action_confirm()

    def do_release(self, order):
        self.release(order, "controller")
        self.loose |= order

    def do_wake(self):
        """Judge held orders as the job does, the oldest first."""
        for order in self.records["order"].filtered(lambda o: o.gate_state == "held"):
            order._gate_reevaluate()

    def do_confirm_all(self):
        self.records["order"].filtered(lambda o: o.state == "draft").action_confirm()

    def do_invoice(self, order, share, is_posted):
        """Invoice an order as a whole or in part."""
        self.make_invoice(order, share, is_posted)

    def do_invoice_all(self):
        self.make_invoice(self.records["order"], 1, True)

    def make_invoice(self, orders, share, is_posted):
        invoices = orders._create_invoices()
        self.add("invoice", invoices)
        if share != 1:
            for line in invoices.invoice_line_ids:
                line.quantity *= share
        if is_posted:
            invoices.action_post()

    def do_advance(self, order, percent):
        """Invoice a down payment."""
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": order.ids,
                "advance_payment_method": "percentage",
                "amount": percent,
            }
        )
        invoice = wizard._create_invoices(order)
        self.add("invoice", invoice)
        invoice.action_post()

    def do_post(self, invoice):
        invoice.action_post()

    def do_change_invoice(self, invoice, price):
        invoice.invoice_line_ids[:1].price_unit = price

    def do_reset(self, invoice):
        """Take an invoice, or a credit note, back to draft."""
        self.loose |= self.get_orders(invoice)
        invoice.button_draft()

    def do_cancel_invoice(self, invoice):
        self.loose |= self.get_orders(invoice)
        invoice.button_cancel()

    def do_credit(self, invoice, share):
        """Give a credit note on the receivable, over all or a part."""
        self.loose |= self.get_orders(invoice)
        wizard = self.make_reversal(invoice)
        wizard.refund_moves()
        note = wizard.new_move_ids
        self.add("invoice", note)
        for line in note.invoice_line_ids if share != 1 else ():
            line.quantity *= share
        note.action_post()
        self.torn |= invoice | note

    def do_replace(self, invoice):
        """Credit an invoice completely and begin a new one."""
        self.loose |= self.get_orders(invoice)
        wizard = self.make_reversal(invoice)
        action = wizard.modify_moves()
        notes = self.env["account.move"].search(
            [("reversed_entry_id", "=", invoice.id)]
        )
        new = self.env["account.move"].browse(action.get("res_id") or [])
        self.add("invoice", notes | new)
        self.torn |= invoice | notes

    def make_reversal(self, invoice):
        return (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )

    def do_settle_debt(self, invoice, share):
        """The customer pays what the fund did not, or a part of it."""
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({})
        )
        wizard.amount = self.env.company.currency_id.round(wizard.amount * share)
        wizard._create_payments()
        self.torn |= invoice

    def do_tear(self, invoice):
        """Take a reconciliation apart by hand."""
        invoice.line_ids.remove_move_reconcile()
        self.torn |= invoice

    def do_meddle(self, number, way):
        """Try to take back a journal entry that the ledger made by itself."""
        moves = self.fund.entry_ids.move_id.filtered(
            lambda m: m.journal_id == self.fund.journal_id
        )
        if moves:
            getattr(moves[number % len(moves)], f"button_{way}")()

    @staticmethod
    def get_orders(invoice):
        return invoice.line_ids.sale_line_ids.order_id

    # ------------------------------------------------------------------- checks

    def assertSound(self):
        """Assert what is true at any moment, by figures that the ledger did not make."""
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.fund._audit(), [])
        self.assertRunning()
        for order in self.records["order"]:
            self.assertFrozen(order)
        captured = self.get_captured()
        for invoice in self.records["invoice"]:
            self.assertInvoice(invoice, captured[invoice])
        self.assertMoney(sum(captured.values()))

    def assertRunning(self):
        """Each entry goes on where the last one left off, and never out of bounds."""
        posted = frozen = 0.0
        currency = self.fund.currency_id
        for entry in self.fund.entry_ids.sorted("id"):
            posted = currency.round(posted + entry.posted_change)
            frozen = currency.round(frozen + entry.frozen_change)
            self.assertEqual(
                (entry.posted_after, entry.frozen_after), (posted, frozen), entry.key
            )
            self.assertTrue(0 <= frozen <= posted, entry.key)

    def assertFrozen(self, order):
        round_ = order.currency_id.round
        entries = self.fund.entry_ids.filtered(lambda e: e.order_id == order)
        frozen = round_(sum(entries.mapped("frozen_change")))
        # What credit notes gave back was captured nevertheless.
        captures = entries.filtered(lambda e: (e.reversed_id or e).kind == "capture")
        captured = round_(-sum(captures.mapped("posted_change")))
        self.assertEqual(
            (order.amount_frozen, order.amount_captured), (frozen, captured)
        )
        required = self.get_required(order)
        self.note_waived(order, required, captured)
        wanted = required - captured - self.waived.get(order, 0.0)
        wanted = max(round_(wanted), 0.0)
        if order.state != "sale" or (captured and self.is_invoiced(order)):
            wanted = 0.0
        self.assertLessEqual(frozen, wanted, order.name)
        if order not in self.loose:
            self.assertEqual(frozen, wanted, order.name)

    def get_required(self, order):
        percent = {"prepaid": 100, "mixed": 30}[order.pay_mode]
        return float(cents(Decimal(repr(order.amount_total)) * percent / 100))

    def note_waived(self, order, required, captured):
        """Find out from what invoices took or gave back what is not prepaid any more."""
        before = self.captured.get(order, 0.0)
        self.captured[order] = captured
        if order.state != "sale":
            self.waived.pop(order, None)
        elif captured > before and self.env.company.fund_remainder == "release":
            self.waived[order] = max(required - captured, 0.0)
        elif captured < before and (waived := self.waived.get(order)):
            self.waived[order] = min(waived, max(required - before, 0.0))

    def is_invoiced(self, order):
        is_whole = order.invoice_status in ("invoiced", "upselling")
        return is_whole and "draft" not in order.invoice_ids.mapped("state")

    def get_captured(self):
        """Return ``{invoice: what it has from funds}``."""
        found = defaultdict(float)
        for entry in self.fund.entry_ids.filtered("invoice_id"):
            found[entry.invoice_id] -= entry.posted_change
        return found

    def assertInvoice(self, invoice, captured):
        currency = invoice.currency_id
        captured = currency.round(captured)
        if invoice.state != "posted":
            self.assertEqual(captured, 0.0)
            return
        if invoice.move_type != "out_invoice":
            # A credit note gives back.
            self.assertTrue(0 <= -captured <= invoice.amount_total)
            return
        self.assertTrue(0 <= captured <= invoice.amount_total)
        if invoice in self.torn:
            return
        owed = currency.round(invoice.amount_total - captured)
        self.assertEqual(invoice.amount_residual, owed, invoice.name)
        states = ("not_paid",) if not captured else ("partial", "paid", "in_payment")
        self.assertIn(
            invoice.payment_state, states if invoice.amount_total else ("paid",)
        )

    def assertMoney(self, captured):
        """The fund has what was paid into it less what invoices took; the customer owes
        what was invoiced less credit notes, captures and other payments."""
        round_ = self.fund.currency_id.round
        payments = self.env["account.payment"].search(
            [("partner_id", "=", self.partner.id), ("move_id.state", "=", "posted")]
        )
        into_fund = payments.filtered("key_account_fund_id")
        posted = round_(sum(into_fund.mapped("amount")) - captured)
        self.assertEqual(self.fund.amount_posted, posted)
        documents = self.env["account.move"].search(
            [
                ("partner_id", "=", self.partner.id),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("state", "=", "posted"),
            ]
        )
        others = sum(
            payment.amount if payment.payment_type == "inbound" else -payment.amount
            for payment in payments - into_fund
        )
        owed = sum(documents.mapped("amount_total_signed")) - captured - others
        items = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.receivable.id),
                ("partner_id", "=", self.partner.id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertEqual(round_(sum(items.mapped("balance"))), round_(owed))
