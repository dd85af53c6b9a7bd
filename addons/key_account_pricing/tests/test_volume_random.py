from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import PricingCase
from .oracle import exact

QUANTITIES = st.sampled_from([1, 2, 5, 8, 12, 0.5, 20])
# One of few orders that are there when it is done.
WHICH = st.sampled_from([0, 0, 0, 1, 1, 2])
LINES = st.lists(
    st.tuples(
        st.sampled_from(["pump", "pump", "valve"]),
        st.sampled_from(["unit", "unit", "dozen"]),
        QUANTITIES,
    ),
    min_size=1,
    max_size=2,
)
ORDER = st.tuples(st.just("order"), LINES)
DELIVER = st.tuples(st.just("deliver"), WHICH, st.booleans())
SEND_BACK = st.tuples(st.just("send_back"), WHICH, QUANTITIES, st.booleans())
ACTIONS = st.one_of(
    *(ORDER, DELIVER, DELIVER, SEND_BACK, SEND_BACK),
    st.tuples(st.just("confirm"), WHICH),
    st.tuples(st.just("change"), WHICH, QUANTITIES),
    st.tuples(st.just("change"), WHICH, QUANTITIES),
    st.tuples(st.just("cancel"), WHICH),
    st.tuples(st.just("reopen"), WHICH),
    st.tuples(st.just("amend"), st.sampled_from([0, 50])),
)
HISTORIES = st.tuples(
    st.tuples(ORDER, DELIVER, SEND_BACK), st.lists(ACTIONS, min_size=2, max_size=9)
).map(lambda parts: [*parts[0], *parts[1]])


@tagged("post_install", "-at_install")
class TestVolumeRandom(PricingCase):
    """Whatever becomes of orders, executed and remaining add up to what was committed
    to, and executed is what a slow count of the orders says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env["product.category"].create({"name": "Machines"})
        own = {"categ_id": cls.category.id}
        cls.products = {
            "pump": cls.make_product("Pump", 100, **own),
            "valve": cls.make_product("Valve", 30, **own),
        }
        cls.units = {
            "unit": cls.env.ref("uom.product_uom_unit"),
            "dozen": cls.env.ref("uom.product_uom_dozen"),
        }
        cls.units["dozen"].active = True
        warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        for product in cls.products.values():
            cls.env["stock.quant"]._update_available_quantity(
                product, warehouse.lot_stock_id, 10000
            )
        cls.euro = cls.env.ref("base.EUR")
        if cls.env.company.currency_id == cls.euro:
            cls.euro = cls.env.ref("base.USD")
        cls.euro.active = True
        cls.euro.rate_ids.unlink()
        cls.env["res.currency.rate"].create(
            {"currency_id": cls.euro.id, "rate": 0.9, "name": "2020-01-01"}
        )

    def make_committed(self, kind, policy, currency):
        pump, valve = self.products["pump"], self.products["valve"]
        return self.make_agreement(
            {"product_id": pump.id, "price": 9.99, "quantity_committed": 60},
            {"product_id": pump.id, "price": 8.33, "quantity_min": 12},
            {"product_id": valve.id, "price": 7.77, "value_committed": 400},
            {"product_id": False, "categ_id": self.category.id, "price": 6},
            kind=kind,
            volume_policy=policy,
            currency_id=currency.id,
            value_committed=900,
        )

    # ------------------------------------------------------------------ actions

    def do_order(self, lines):
        self.orders |= self.env["sale.order"].create(
            {
                "partner_id": self.account.partner_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.products[product].id,
                            "product_uom_id": self.units[unit].id,
                            "product_uom_qty": quantity,
                        }
                    )
                    for product, unit, quantity in lines
                ],
            }
        )
        self.orders[-1].action_confirm()

    def do_confirm(self, order):
        if order.state in ("draft", "sent"):
            order.action_confirm()

    def do_change(self, order, quantity):
        order.order_line[0].product_uom_qty = quantity

    def do_cancel(self, order):
        order.action_cancel()

    def do_reopen(self, order):
        if order.state == "cancel":
            order.action_draft()
            order.action_confirm()

    def do_deliver(self, order, is_part):
        pickings = order.picking_ids.filtered(lambda p: p.state in ("assigned", "done"))
        self.ship(pickings.filtered(lambda p: p.state != "done"), is_part)

    def ship(self, pickings, is_part=False):
        for picking in pickings:
            for move in picking.move_ids:
                move.quantity = move.product_uom_qty / (2 if is_part else 1)
                move.picked = True
            picking.with_context(skip_backorder=True).button_validate()

    def do_send_back(self, order, quantity, is_refunded):
        """Return goods of the latest delivery; from a return they go out again."""
        done = order.picking_ids.filtered(lambda p: p.state == "done").sorted("id")[-1:]
        move = done.move_ids[:1]
        if not move:
            return
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=done.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.write({"quantity": 0, "to_refund": is_refunded})
        line = wizard.product_return_moves[:1]
        line.quantity = min(quantity, line.move_id.quantity)
        picking = wizard._create_return()
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        picking.button_validate()

    def do_amend(self, more):
        version = self.agreement.browse(self.agreement.action_amend()["res_id"])
        committed = version.line_ids.filtered("quantity_committed")
        committed.quantity_committed += more
        version.with_user(self.second_manager).action_submit()
        version.with_user(self.manager).action_activate()
        self.agreement = version

    def act(self, what, *arguments):
        """Do as somebody would; what is refused leaves everything as it was."""
        if what not in ("order", "amend"):
            number, *rest = arguments
            order = self.orders[number : number + 1]
            if not order:
                return
            arguments = (order, *rest)
        try:
            with self.env.cr.savepoint():
                getattr(self, f"do_{what}")(*arguments)
        except UserError:
            self.env.invalidate_all()

    # ------------------------------------------------------------------- recount

    def recount(self, target):
        """Return ``(quantity, value, number of lines)`` of what the customer has taken
        or will get of a product, a category, or of everything (None)."""
        quantity, value, count = 0, 0, 0
        for order in self.orders:
            for line in order.order_line:
                agreement = line.agreement_line_id.agreement_id
                if agreement.name != self.agreement.name:
                    continue
                if target and target not in (line.product_id, line.product_id.categ_id):
                    continue
                ordered = exact(line.product_uom_qty) * exact(
                    line.product_uom_id.factor
                )
                if order.state == "sale":
                    taken = ordered - self.recount_back(line, ordered)
                else:
                    taken = self.recount_gone(line, ordered)
                if not taken and order.state != "sale":
                    continue
                share = taken / ordered if ordered else 1
                rate = exact(0.9) if agreement.currency_id == self.euro else 1
                quantity += taken
                value += exact(line.price_subtotal) * share * rate
                count += 1
        return quantity, value, count

    def recount_gone(self, line, ordered):
        """Return what the customer keeps of a line whose order was cancelled."""
        kept = 0
        for move in line.move_ids.filtered(lambda m: m.state == "done"):
            if move.location_dest_id.usage == "customer":
                if not move.origin_returned_move_id or move.to_refund:
                    kept += exact(move.product_qty)
            elif move.to_refund:
                kept -= exact(move.product_qty)
        return min(max(kept, 0), ordered)

    def recount_back(self, line, ordered):
        """Return what came back and was neither sent out again nor taken off the
        order."""
        out, back = 0, 0
        for move in line.move_ids.filtered(lambda m: m.state != "cancel"):
            moved = exact(move.product_qty)
            if move.location_dest_id.usage == "customer":
                if not move.origin_returned_move_id or move.to_refund:
                    out += moved
            elif move.to_refund and move.state == "done":
                back += moved
        return max(back - max(out - ordered, 0), 0)

    def assertVolumes(self):
        self.env.flush_all()
        self.env.invalidate_all()
        agreement = self.agreement
        pump, _tier, valve, _all = agreement.line_ids
        quantity = self.recount(self.products["pump"])[0]
        self.assertAlmostEqual(pump.quantity_executed, float(quantity), 4)
        self.assertAlmostEqual(
            pump.quantity_executed + pump.quantity_remaining, pump.quantity_committed, 6
        )
        if agreement.kind in ("volume", "both"):
            self.assertLessEqual(pump.quantity_executed, pump.quantity_committed)
        for record, target in ((valve, self.products["valve"]), (agreement, None)):
            _quantity, value, count = self.recount(target)
            self.assertAlmostEqual(
                record.value_executed, float(value), delta=0.006 * (count + 1)
            )
            self.assertAlmostEqual(
                record.value_executed + record.value_remaining,
                record.value_committed,
                6,
            )

    def start(self, kind="volume", policy="hold", currency=None):
        currency = currency or self.env.company.currency_id
        self.agreement = self.make_committed(kind, policy, currency)
        self.orders = self.env["sale.order"]

    def take_and_return(self):
        """Have eight pumps delivered, and three of them sent back."""
        self.start()
        self.do_order([("pump", "unit", 8)])
        self.do_deliver(self.orders, False)
        self.do_send_back(self.orders, 3, True)
        self.assertVolumes()
        self.assertEqual(self.agreement.line_ids[0].quantity_executed, 5)

    def test_what_goes_out_again_counts_again(self):
        self.take_and_return()
        self.do_send_back(self.orders, 3, True)
        self.assertVolumes()
        self.assertEqual(self.agreement.line_ids[0].quantity_executed, 8)

    def test_what_came_back_and_is_taken_off_the_order_counts_once(self):
        self.take_and_return()
        self.do_change(self.orders, 5)
        self.assertVolumes()
        self.assertEqual(self.agreement.line_ids[0].quantity_executed, 5)

    def test_what_was_delivered_counts_although_the_order_is_cancelled(self):
        self.take_and_return()
        pump = self.agreement.line_ids[0]
        for cancel in (self.orders.action_cancel, self.orders.action_draft):
            cancel()
            self.assertVolumes()
            self.assertEqual(pump.quantity_executed, 5)
        self.orders.action_confirm()
        self.assertVolumes()
        self.do_cancel(self.orders)
        self.do_send_back(self.orders, 5, True)
        self.assertVolumes()

    def test_what_was_taken_counts_for_the_next_version(self):
        self.start()
        self.do_order([("pump", "unit", 8)])
        self.do_amend(50)
        self.assertVolumes()
        pump = self.agreement.line_ids[0]
        self.assertEqual((self.agreement.version, pump.quantity_executed), (2, 8))
        self.assertEqual(pump.quantity_remaining, 102)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        kind=st.sampled_from(["volume", "both", "framework"]),
        policy=st.sampled_from(["hold", "next"]),
        is_euro=st.booleans(),
        actions=HISTORIES,
    )
    def test_executed_is_what_a_recount_says(self, kind, policy, is_euro, actions):
        with self.env.cr.savepoint() as savepoint:
            self.start(kind, policy, self.euro if is_euro else None)
            for action in actions:
                self.act(*action)
                self.assertVolumes()
            savepoint.rollback()
        self.env.invalidate_all()
