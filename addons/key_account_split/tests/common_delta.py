from odoo.fields import Command

from odoo.addons.key_account.tests.common import GateCase

from .common import SplitCase


class DeltaCase(SplitCase, GateCase):
    """Split orders that are changed: factories and what must hold after each split."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea = cls.make_stock(cls.make_product("Tea", 12.5), 10_000)
        cls.cup = cls.make_stock(cls.make_product("Cup", 3.2), 10_000)

    def split(self, *shares, **vals):
        """Return a parent order that has been split, a share of tea for each."""
        parent = self.make_parent([self.tea], [(share,) for share in shares])
        parent.write(vals)
        parent.action_split()
        self.assertEqual(parent.state, "split")
        return parent

    def serve_only(self, wanted):
        """Have splits serve only recipients for whom ``wanted`` is true, as an addon
        does by the hook."""
        cls = self.env.registry["sale.order"]
        original = cls._get_recipients_to_serve

        def _get_recipients_to_serve(order):
            return original(order).filtered(wanted)

        self.patch(cls, "_get_recipients_to_serve", _get_recipients_to_serve)

    def order_given(self, parent):
        parent.action_order_given_quantities()

    def living(self, parent):
        return parent.child_order_ids.filtered(lambda child: child.state != "cancel")

    def assertAddsUp(self, parent):
        """Assert that the living children are the parent, to the cent, and that each
        recipient is served once, with what is theirs."""
        self.env.invalidate_all()
        children = self.living(parent)
        self.assertEqual(set(children.mapped("state")), {"sale"})
        for name in ("amount_untaxed", "amount_tax", "amount_total"):
            self.assertEqual(
                round(sum(children.mapped(name)), 2), round(parent[name], 2), name
            )
        for line in parent.order_line:
            lines = line.child_line_ids.filtered(lambda own: own.state != "cancel")
            self.assertEqual(sum(lines.mapped("product_uom_qty")), line.product_uom_qty)
        leaders = children.mapped("recipient_id")
        self.assertEqual(len(leaders), len(children), "served twice")
        for child in children:
            members = parent.recipient_ids.filtered(
                lambda one, child=child: one.child_order_id == child
            )
            self.assertTrue(members)
            wanted = {}
            for part in members.line_ids.filtered("quantity"):
                line = part.order_line_id
                wanted[line] = wanted.get(line, 0.0) + part.quantity
            got = {
                line.parent_line_id: line.product_uom_qty for line in child.order_line
            }
            self.assertEqual(got, wanted)
        self.assertFalse(parent.recipient_ids.filtered(lambda r: not r.child_order_id))

    def get_record(self, children):
        """Return what must not change of children that nobody touched."""
        self.env.flush_all()
        return {
            child.id: (
                child.write_date,
                child.amount_total,
                [
                    (line.id, line.write_date, line.product_uom_qty, line.price_total)
                    for line in child.order_line
                ],
                child.picking_ids.ids,
            )
            for child in children
        }

    def add_line(self, parent, product, quantity, price):
        parent.order_line = [
            Command.create(
                {
                    "product_id": product.id,
                    "product_uom_qty": quantity,
                    "price_unit": price,
                }
            )
        ]
        return parent.order_line[-1]
