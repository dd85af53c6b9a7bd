import inspect
from datetime import timedelta
from decimal import ROUND_UP

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command

from .common import CreditCase
from .exposure_model import CENT, ExposureModel, exact


def has_open(order):
    return any(p.state not in ("done", "cancel") for p in order.picking_ids)


def has_left(order):
    return any(p.state == "done" for p in order.picking_ids)


def is_owed(invoice):
    return invoice.state == "posted" and invoice.amount_residual > 0


# What an event is mostly tried on; now and then it is on something else.
FITTING = {
    "confirm": lambda o: o.state == "draft",
    "change": lambda o: o.state == "sale",
    "extend": lambda o: o.state == "sale",
    "lessen": lambda o: o.state == "sale",
    "deliver": has_open,
    "return": has_left,
    "perform": lambda o: "service" in o.mapped("order_line.product_id.type"),
    "invoice": lambda o: o.invoice_status == "to invoice",
    "advance": lambda o: o.state == "sale",
    "cancel": lambda o: o.state == "sale",
    "reopen": lambda o: o.state == "cancel",
    "bill_to": lambda o: o.state != "cancel",
    "post": lambda i: i.state == "draft",
    "change_invoice": lambda i: i.state == "draft",
    "delete_invoice": lambda i: i.state == "draft",
    "cancel_invoice": lambda i: i.state == "draft",
    "reset": lambda i: i.state != "draft",
    "pay": is_owed,
    "credit": lambda i: i.state == "posted" and i.move_type == "out_invoice",
    "replace": lambda i: i.state == "posted" and i.move_type == "out_invoice",
    "tear": lambda i: i.state == "posted" and not is_owed(i),
}


class HistoryCase(CreditCase):
    """What happens to the documents of some customers, in any order.

    An event is a method ``do_<name>``, drawn as ``(name, *arguments)``; where its first
    parameter is called like a key of ``OF``, a number is drawn and one of those records
    is handed over, if there are any. What Odoo or the gate refuses is rolled back.
    """

    OF = {
        "order": "sale.order",
        "invoice": "account.move",
        "payment": "account.payment",
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What is left of the limits is what is to be judged.
        rules = cls.env["key.account.credit.rule"].search([("check", "!=", "limit")])
        rules.active = False
        cls.head = cls.account
        cls.accounts = cls.head
        for parent in (cls.head, cls.head, None):
            account = cls.make_account()
            account.partner_id.parent_id = parent and parent.partner_id
            cls.accounts |= account
        cls.partners = cls.accounts.partner_id
        # One without an account, and a person who orders for a subsidiary.
        cls.stranger = cls.make_company("Stranger")
        cls.contact = cls.env["res.partner"].create(
            {"name": "Buyer", "parent_id": cls.partners[1].id}
        )
        cls.make_goods()
        cls.make_foreign()
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        method = cls.bank.inbound_payment_method_line_ids[:1]
        if not method.payment_account_id:
            # Payments are entries at once, not only with the bank statement.
            method.payment_account_id = cls.env["account.account"].create(
                {
                    "name": "Outstanding Receipts",
                    "code": "101998",
                    "account_type": "asset_current",
                    "reconcile": True,
                }
            )

    @classmethod
    def make_goods(cls):
        on_top, within = cls.env["account.tax"].create(
            [
                {"name": "19% on top", "amount": 19, "type_tax_use": "sale"},
                {
                    "name": "7% within",
                    "amount": 7,
                    "type_tax_use": "sale",
                    "price_include_override": "tax_included",
                },
            ]
        )
        service = {"type": "service", "is_storable": False}
        cls.goods = [
            cls.make_product("Goods", taxes_id=on_top.ids),
            cls.make_product("Crate", taxes_id=within.ids, invoice_policy="order"),
            cls.make_product("Hours", taxes_id=on_top.ids, **service),
            cls.make_product(
                "Plan", taxes_id=within.ids, invoice_policy="order", **service
            ),
        ]

    @classmethod
    def make_foreign(cls):
        cls.foreign = cls.env["res.currency"].create({"name": "XKY", "symbol": "K"})
        cls.set_rate(0.8, 30)
        cls.pricelist = cls.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": cls.foreign.id}
        )

    @classmethod
    def set_rate(cls, rate, days_ago=0):
        Rate = cls.env["res.currency.rate"]
        day = fields.Date.today() - timedelta(days=days_ago)
        known = Rate.search([("currency_id", "=", cls.foreign.id), ("name", "=", day)])
        if known:
            known.rate = rate
            return
        vals = {"currency_id": cls.foreign.id, "name": day, "rate": rate}
        Rate.create({**vals, "company_id": cls.company.id})

    def start(self, horizon, rounding, limits, group_limit):
        """Begin a history."""
        self.company.write(
            {
                "credit_horizon_days": horizon,
                "tax_calculation_rounding_method": rounding,
            }
        )
        for account, amount in zip(self.accounts, limits, strict=True):
            if amount is not None:
                self.make_limit(amount, account=account)
        if group_limit is not None:
            self.make_limit(group_limit, account=self.head, scope="group")
        self.records = {name: self.env[model] for name, model in self.OF.items()}

    def act(self, what, *arguments):
        """Do as somebody would; return whether it was possible."""
        method = getattr(self, f"do_{what}")
        name = next(iter(inspect.signature(method).parameters), None)
        if name in self.OF:
            record = self.choose(name, what, arguments[0])
            if not record:
                return False
            arguments = (record, *arguments[1:])
        kept = dict(self.records)
        try:
            with self.env.cr.savepoint():
                return method(*arguments) is not False
        except UserError:
            self.env.invalidate_all()
            self.records = kept
            return False

    def choose(self, name, what, number):
        records = self.records[name]
        if what in FITTING and number % 8:
            records = records.filtered(FITTING[what]) or records
        return records and records[number % len(records)]

    def add(self, name, records):
        self.records[name] |= records

    def get_model(self):
        return ExposureModel(self.accounts, self.get_rate)

    def get_rate(self, currency, day):
        if currency == self.company.currency_id:
            return exact(1.0)
        rates = self.env["res.currency.rate"].search(
            [("currency_id", "=", currency.id), ("name", "<=", day)], order="name desc"
        )
        return exact(rates[0].rate)

    # ------------------------------------------------------------------ quotations

    def do_buy(self, number, lines, payer, is_abroad, days, is_confirmed):
        """Order, for one of the customers, and mostly ask to confirm it."""
        everybody = [*self.partners, self.contact, self.stranger]
        vals = {
            "partner_id": everybody[number % len(everybody)].id,
            "order_line": [self.line_of(line) for line in lines],
        }
        if payer is not None:
            vals["partner_invoice_id"] = everybody[payer].id
        if is_abroad:
            vals["pricelist_id"] = self.pricelist.id
            # A quotation of last month, at the rate of last month.
            vals["date_order"] = fields.Datetime.now() - timedelta(days=20)
        if days:
            vals["commitment_date"] = fields.Datetime.now() + timedelta(days=days)
        order = self.env["sale.order"].create(vals)
        self.add("order", order)
        if is_confirmed:
            self.do_confirm(order)

    def line_of(self, line):
        kind, quantity, price, discount = line
        return Command.create(
            {
                "product_id": self.goods[kind].id,
                "product_uom_qty": quantity,
                "price_unit": price,
                "discount": discount,
            }
        )

    def do_confirm(self, order):
        self.confirm_and_judge(order)

    def do_confirm_all(self):
        self.confirm_and_judge(
            self.records["order"].filtered(lambda o: o.state == "draft")
        )

    def confirm_and_judge(self, orders):
        """Confirm as somebody would, and assert that exactly those pass that fit."""
        asked = orders.filtered(lambda order: order.state == "draft")
        if not asked:
            return
        self.env.flush_all()
        verdicts, totals = self.get_model().get_judgement(asked)
        asked.action_confirm()
        # Each adds what it was judged by, to the cent.
        delta = self.get_tolerance(asked)
        for account, total in self.accounts._get_exposure_total().items():
            self.assertAlmostEqual(
                total, float(totals[account]), msg=asked.mapped("name"), delta=delta
            )
        for order in asked:
            self.assertVerdict(order, verdicts[order])
        self.judged += len(asked)
        self.held += len(asked.filtered(lambda order: order.gate_state == "held"))

    def get_tolerance(self, orders):
        """Return by how much what orders add may differ from what they were judged by:
        not at all, but for what floats cannot say."""
        return 0.001

    def assertVerdict(self, order, verdict):
        """Assert that an order was held for these reasons, or passed, and that the right
        amounts are missing."""
        found = {
            (issue.code, int(issue.subject or 0)): exact(issue.amount_missing)
            for issue in self.open_issues(order)
        }
        self.assertEqual(set(found), set(verdict), order.name)
        rate = self.get_rate(order.currency_id, self.company._get_today())
        for key, missing in found.items():
            if verdict[key] is not None:
                # In the order's currency, and never less than what is missing.
                wanted = (verdict[key] * rate).quantize(CENT, ROUND_UP)
                self.assertEqual(missing, wanted, (order.name, key))

    def do_bill_to(self, order, number):
        everybody = [*self.partners, self.stranger]
        order.partner_invoice_id = everybody[number % len(everybody)]

    # ---------------------------------------------------------- confirmed orders

    def do_change(self, order, name, value):
        """Raise or lower an order."""
        order.order_line.filtered(lambda line: not line.display_type)[:1].write(
            {name: value}
        )

    def do_extend(self, order, line):
        order.write({"order_line": [self.line_of(line)]})

    def do_lessen(self, order, amount):
        """Give a discount on the whole order."""
        wizard = self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "amount",
                "discount_amount": amount,
            }
        )
        wizard.action_apply_discount()

    def do_cancel(self, order):
        order._action_cancel()

    def do_reopen(self, order):
        order.action_draft()
        self.confirm_and_judge(order)

    # ------------------------------------------------------------------ delivery

    def do_deliver(self, order, share, what):
        """Deliver a share of what is open; what is left over waits or is cancelled."""
        pickings = order.picking_ids.filtered(
            lambda p: (
                p.state not in ("done", "cancel") and p.picking_type_code == "outgoing"
            )
        )
        if not pickings:
            return False
        is_whole = share <= 1 and self.is_whole(order)
        before = self.accounts._get_exposure_total()
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty * share
            move.picked = True
        pickings._action_done()
        if is_whole:
            # Goods that leave move an amount from one part to another.
            after = self.accounts._get_exposure_total()
            self.assertEqual(after, before, order.name)
        left = order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        if what == "cancel":
            left.action_cancel()
        return True

    def is_whole(self, order):
        """Return whether all that was ordered has left or is on its way, and counts: what
        came back or was called off is not expected any more once the last transfer ends."""
        model = self.get_model()
        goods = order.order_line.filtered(lambda line: line.move_ids)
        return model.is_soon(order) and all(
            sum(model.get_outgoing(line).mapped("product_uom_qty"))
            == sum(
                move.product_uom_qty
                for move in model.get_outgoing(line)
                if move.state != "cancel"
            )
            == line.product_uom_qty
            and not line.move_ids - model.get_outgoing(line)
            for line in goods
        )

    def do_perform(self, order, share):
        """Note hours, or whatever is not moved."""
        lines = order.order_line.filtered(
            lambda line: (
                line.product_id.type == "service"
                and not line.is_downpayment
                and line.price_unit > 0
            )
        )
        for line in lines:
            line.qty_delivered = line.product_uom_qty * share
        return bool(lines)

    def do_return(self, order, share, is_credited, is_done):
        """Take goods back; mostly the customer is not to pay for them."""
        picking = order.picking_ids.filtered(
            lambda p: p.state == "done" and p.picking_type_code == "outgoing"
        )[:1]
        if not picking:
            return False
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_model="stock.picking", active_id=picking.id)
            .create({"picking_id": picking.id})
        )
        for line in wizard.product_return_moves:
            line.quantity = line.move_id.quantity * share
        action = wizard.action_create_returns()
        back = self.env["stock.picking"].browse(action["res_id"])
        back.move_ids.to_refund = is_credited
        if is_done:
            for move in back.move_ids:
                move.quantity = move.product_uom_qty
                move.picked = True
            back._action_done()
        return True
