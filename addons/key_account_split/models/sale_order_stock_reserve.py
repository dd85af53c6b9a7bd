from collections import defaultdict

from odoo import api, fields, models

from .sale_order_release import UNRELEASED

# Who may see what is set aside.
READERS = "key_account.group_key_account_user,stock.group_stock_user"


class SaleOrder(models.Model):
    """The goods of child orders that wait for their release, kept for their parent."""

    _inherit = "sale.order"

    stock_reserve_ids = fields.One2many(
        "key.account.stock.reserve", "order_id", readonly=True, groups=READERS
    )
    # As superuser: forms ask for it whoever looks.
    stock_reserve_count = fields.Integer(
        compute="_compute_stock_reserve_count", compute_sudo=True
    )

    @api.depends("stock_reserve_ids")
    def _compute_stock_reserve_count(self):
        counts = self._read_group_counts("key.account.stock.reserve", "order_id")
        for order in self:
            order.stock_reserve_count = counts.get(order._origin.id, 0)

    def action_open_stock_reserves(self):
        """Return the action that lists what is set aside for this parent order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_split.key_account_stock_reserve_action"
        )
        return {**action, "domain": [("order_id", "=", self.id)], "context": {}}

    def _confirm_children(self):
        # EXTENDS 'key_account_split': whose goods are kept from now on.
        result = super()._confirm_children()
        self.filtered(lambda o: o.stock_reserve_at == "split")._set_aside_waiting()
        return result

    def _set_aside_waiting(self):
        """Set aside the goods of child orders that wait for their release. They take
        them when they are released; what is cancelled is given back."""
        # sudo: whoever splits need not manage what is set aside.
        Reserve = self.env["key.account.stock.reserve"].sudo()
        vals_list = []
        for order in self.with_env(Reserve.env):
            kept = defaultdict(float)
            for reserve in order._get_active_set_asides():
                kept[reserve.product_id, reserve.warehouse_id] += reserve.quantity_left
            for (product, warehouse), quantity in order._get_waiting_needs().items():
                more = quantity - kept[product, warehouse]
                if product.uom_id.compare(more, 0.0) > 0:
                    vals_list.append(
                        {
                            "order_id": order.id,
                            "account_id": order.key_account_id.id,
                            "product_id": product.id,
                            "warehouse_id": warehouse.id,
                            "quantity": more,
                        }
                    )
        if vals_list:
            Reserve.create(vals_list).action_set_aside()

    def _get_active_set_asides(self):
        return self.stock_reserve_ids.filtered(lambda one: one.state == "active")

    def _get_waiting_needs(self):
        """Return what the parent's child orders that are confirmed and not released
        need: ``{(product, warehouse): quantity}``, in the products' units."""
        self.ensure_one()
        waiting = self.child_order_ids.filtered(
            lambda child: child.state == "sale" and child.release_state in UNRELEASED
        )
        lines = waiting.order_line
        places = lines.parent_line_id._get_stock_places()
        needs = self._sum_needs(
            (line, line.product_uom_qty, places.get(line.parent_line_id))
            for line in lines
        )
        found = defaultdict(float)
        for (product, place), quantity in needs.items():
            found[product, place.warehouse_id] += quantity
        return found

    def _action_cancel(self):
        # EXTENDS 'key_account_split'
        result = super()._action_cancel()
        (self | self.parent_order_id)._give_back_set_asides()
        return result

    def _give_back_set_asides(self):
        """Give back what is set aside for child orders that do not wait any more."""
        # sudo: as for setting aside.
        reserves = self.env["key.account.stock.reserve"].sudo()
        reserves = reserves.search(
            [("state", "=", "active"), ("order_id", "in", self.ids)], order="id"
        )
        wanted = {}
        for order, own in reserves.grouped("order_id").items():
            needs = order._get_waiting_needs()
            for reserve in own:
                key = reserve.product_id, reserve.warehouse_id
                wanted[reserve] = min(needs[key], reserve.quantity_left)
                needs[key] -= wanted[reserve]
        reserves._shrink(wanted)
