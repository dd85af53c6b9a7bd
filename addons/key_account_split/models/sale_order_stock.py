from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.key_account.models.stock_rule import RULES
from odoo.addons.key_account.tools.remember import remember

from ..exceptions import StockShortageError
from .res_company_stock import RESERVE_MOMENTS, STOCK_POLICIES
from .sale_order_release import UNRELEASED

# Moves that are to come.
COMING = ("waiting", "confirmed", "partially_available", "assigned")
# A warehouse that makes an order in more steps than this has a circle in its routes.
MOST_STEPS = 10


class SaleOrder(models.Model):
    """What a parent order needs from stock, what is free, and what is done about it."""

    _inherit = "sale.order"

    stock_policy = fields.Selection(
        STOCK_POLICIES,
        compute="_compute_stock_policy",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        string="When Goods Are Short",
        help="Split and wait: all child orders are made, the goods follow.\n"
        "Split what is there: recipients whose goods are all free get their child "
        "order, in their order; the others are left on the parent order.\n"
        "All or nothing: nothing is split while anything is short.",
    )
    stock_reserve_at = fields.Selection(
        RESERVE_MOMENTS,
        compute="_compute_stock_policy",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        string="Reserve Goods",
        help="When the goods of child orders that wait for their release date are "
        "reserved. A parent order is confirmed by its split: that is one moment.",
    )

    @api.depends("company_id")
    def _compute_stock_policy(self):
        for order in self:
            company = order.company_id or self.env.company
            order.stock_policy = order.stock_policy or company.split_stock_policy
            order.stock_reserve_at = order.stock_reserve_at or company.split_reserve_at

    # ----------------------------------------------------------------- actions

    def action_check_stock(self):
        """Return the dialog that says for each product what is wanted and free."""
        self.ensure_one()
        self.check_access("read")
        check = self.env["sale.order.stock.check"].create({"order_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Stock of %s", self.name),
            "res_model": check._name,
            "res_id": check.id,
            "views": [(False, "form")],
            "target": "new",
        }

    # ------------------------------------------------------------------- split

    def _get_recipients_to_serve(self):
        # EXTENDS 'key_account_split'
        recipients = super()._get_recipients_to_serve()
        if self.stock_policy == "wait" or not recipients:
            return recipients
        needs = self._get_stock_needs(recipients)
        free = self._get_stock_free(needs)
        if self.stock_policy == "refuse":
            self._assert_not_short(needs, free)
            return recipients
        there = self._filter_there(recipients, needs, free)
        is_none = not any(child.state != "cancel" for child in self.child_order_ids)
        if recipients and not there and is_none:
            raise StockShortageError(
                self.env._(
                    "%s is not split: the goods of no recipient are all in stock; wait "
                    "for goods, or choose another stock policy.",
                    self.name,
                )
            )
        return there

    def _assert_not_short(self, needs, free):
        # What is short for those who were served before is no reason to refuse others.
        asked = {key for recipient, own in needs.items() if recipient for key in own}
        short = [
            row
            for row in self._get_shortages(needs, free)
            if (row["product"], row["location"]) in asked
        ]
        if short:
            digits = self.env["decimal.precision"].precision_get("Product Unit")
            names = ("wanted", "free", "short")
            parts = [
                self.env._(
                    "%(product)s (%(wanted)s wanted, %(free)s free, %(short)s short)",
                    product=row["product"].display_name,
                    **{n: self._format_quantity(row[n], digits) for n in names},
                )
                for row in short
            ]
            raise StockShortageError(
                self.env._(
                    "%(order)s is not split, goods are short: %(goods)s; wait for them "
                    "(the button Check Stock says when they come), order less, or choose "
                    "another stock policy.",
                    order=self.name,
                    goods=", ".join(parts),
                )
            )

    @staticmethod
    def _filter_there(recipients, needs, free):
        """Return the recipients whose goods are all free, the first come first. What
        children are still to have is gone already."""
        left = dict(free)
        for key, quantity in needs.get(recipients.browse(), {}).items():
            left[key] -= quantity
        there = []
        for recipient in recipients:
            own = needs.get(recipient, {})
            if all(
                product.uom_id.compare(quantity, left[product, place]) <= 0
                for (product, place), quantity in own.items()
            ):
                there.append(recipient.id)
                for key, quantity in own.items():
                    left[key] -= quantity
        return recipients.browse(there)

    # ------------------------------------------------------------------- needs

    def _get_stock_needs(self, recipients):
        """Return what these recipients need from stock, in the products' units:
        ``{recipient: {(product, source location): quantity}}``; under no recipient what
        the order's children need that have taken nothing yet, and are served before."""
        self.ensure_one()
        places = self._get_split_lines()._get_stock_places()
        needs = {}
        for recipient in recipients:
            needs[recipient] = self._sum_needs(
                (part.order_line_id, part.quantity, places.get(part.order_line_id))
                for part in recipient.line_ids
            )
        before = self.child_order_ids.filtered(
            lambda child: (
                child.state in ("draft", "sent")
                or (child.state == "sale" and child.release_state in UNRELEASED)
            )
        )
        needs[recipients.browse()] = self._sum_needs(
            (line, line.product_uom_qty, places.get(line.parent_line_id))
            for line in before.order_line
        )
        return needs

    @staticmethod
    def _sum_needs(rows):
        """Return ``{(product, source location): quantity}`` of rows of order lines,
        quantities in their units, and source locations, where they have one."""
        needs = defaultdict(float)
        for line, quantity, place in rows:
            if place and quantity:
                unit = line.product_id.uom_id
                needs[line.product_id, place] += line.product_uom_id._compute_quantity(
                    quantity, unit, rounding_method="HALF-UP"
                )
        return needs

    def _get_stock_free(self, needs):
        """Return what is free for this order, ``{(product, location): quantity}``: what
        core calls free to use, and what is set aside for it. The number of queries does
        not grow with products or recipients."""
        keys = {key for own in needs.values() for key in own}
        # sudo: whoever may split may know whether the goods are there.
        products = self.env["product.product"].sudo()
        free = {}
        for place in {place for _product, place in keys}:
            wanted = products.union(*(p for p, location in keys if location == place))
            found = wanted.with_context(location=place.id)._compute_quantities_dict(
                None, None, None
            )
            for product in wanted:
                free[product, place] = found[product.id]["free_qty"]
        if keys:
            for reserve in self._get_usable_set_asides(keys):
                place = reserve.warehouse_id.lot_stock_id
                for product, location in keys:
                    if product == reserve.product_id and place._child_of(location):
                        free[product, location] += reserve.quantity_held
        return free

    def _get_usable_set_asides(self, keys):
        # sudo: as for what is free.
        reserves = self.env["key.account.stock.reserve"].sudo()
        # What is kept for its children is free for them, see _get_stock_needs.
        usable = Domain("order_id", "=", self._origin.id)
        if account := self.key_account_id:
            common = Domain("account_id", "in", [False, account.id])
            usable |= Domain("order_id", "=", False) & common
        return reserves.search(
            Domain("state", "=", "active")
            & Domain("product_id", "in", [product.id for product, _place in keys])
            & Domain("company_id", "=", self.company_id.id)
            & usable
        )

    def _get_stock_rows(self):
        """Return the shortage table of the order as it is: what its recipients who have
        no child order yet need, or an ordinary order's lines; see `_get_shortages`."""
        self.ensure_one()
        if self.recipient_ids:
            recipients = self.recipient_ids.filtered(lambda one: not one.child_order_id)
            needs = self._get_stock_needs(recipients)
        else:
            lines = self._get_split_lines()
            places = lines._get_stock_places()
            rows = [(line, line.product_uom_qty, places.get(line)) for line in lines]
            needs = {self.recipient_ids: self._sum_needs(rows)}
        return self._get_shortages(needs, self._get_stock_free(needs), everything=True)

    def _get_shortages(self, needs, free, everything=False):
        """Return what is wanted and free of each product: dictionaries with ``product``,
        ``location``, ``wanted``, ``free`` and ``short``, in the product's unit.

        :param everything: also what is not short
        """
        wanted = defaultdict(float)
        for own in needs.values():
            for key, quantity in own.items():
                wanted[key] += quantity
        rows = [
            {
                "product": product,
                "location": place,
                "wanted": quantity,
                "free": max(free[product, place], 0.0),
                "short": max(quantity - max(free[product, place], 0.0), 0.0),
            }
            for (product, place), quantity in wanted.items()
        ]
        return [
            row
            for row in rows
            if everything or row["product"].uom_id.compare(row["short"], 0.0) > 0
        ]

    @api.model
    def _get_stock_coming(self, rows):
        """Return when more comes, ``{(product, location): [(day, quantity)]}``: what
        confirmed moves bring into the locations; one query for each location.

        :param rows: as from `_get_shortages`
        """
        coming = defaultdict(list)
        Move = self.env["stock.move"].sudo()  # sudo: as for what is free
        for place in {row["location"] for row in rows}:
            products = self.env["product.product"].union(
                *(row["product"] for row in rows if row["location"] == place)
            )
            inside = products.with_context(location=place.id)._get_domain_locations()[1]
            moves = Move.search_fetch(
                Domain("product_id", "in", products.ids)
                & Domain("state", "in", COMING)
                & Domain(inside),
                ["product_id", "date", "product_qty", "company_id"],
                order="date, id",
            )
            for move in moves:
                day = move.company_id._get_day(move.date)
                coming[move.product_id, place].append((day, move.product_qty))
        return coming


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_stock_places(self):
        """Return ``{order line: location}``, from where the goods of these lines are
        reserved, by the rules that core will follow. Lines that take nothing from stock
        are left out: services, what is not tracked, what is bought or made to order."""
        # sudo: as for what is free.
        goods = self.sudo().filtered(lambda line: line.product_id.is_storable)
        places = {}
        with remember(self.env, RULES, {}):
            for line in goods:
                if place := line._get_stock_place():
                    places[line] = place
        return places

    def _get_stock_place(self):
        Rule = self.env["stock.rule"]
        order = self.order_id
        values = {
            "route_ids": self.route_ids,
            "warehouse_id": self.warehouse_id or order.warehouse_id,
            "company_id": order.company_id,
        }
        place = order.partner_shipping_id.property_stock_customer
        for _step in range(MOST_STEPS):
            rule = Rule._get_rule(self.product_id, place, values)
            if rule.action not in ("pull", "pull_push"):
                break
            place = rule.location_src_id
            if rule.procure_method == "make_to_stock":
                return place if place.usage == "internal" else place.browse()
            if rule.procure_method == "mts_else_mto":
                break
        return place.browse()
