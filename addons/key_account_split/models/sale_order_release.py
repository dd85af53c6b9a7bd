from odoo import api, fields, models
from odoo.fields import Domain

RELEASE_STATES = [
    ("waiting", "Waiting for Release"),
    ("stopped", "Stopped"),
    ("released", "Released"),
]
# In these a child order stays away from the warehouse.
UNRELEASED = ("waiting", "stopped")


class SaleOrder(models.Model):
    """The release: when a confirmed child order goes to the warehouse.

    To release is to launch the stock rules of the order, nothing else: before, there is
    no transfer and nothing is asked of the warehouse.
    """

    _inherit = "sale.order"

    # Buttons and the job write them, nobody else.
    _VERB_FIELDS = {"date_release": False, "release_state": False}

    date_release = fields.Date(
        string="Release Date",
        compute="_compute_date_release",
        store=True,
        copy=False,
        help="The day on which the child order goes to the warehouse.",
    )
    release_state = fields.Selection(
        RELEASE_STATES,
        readonly=True,
        copy=False,
        help="Waiting for Release: it goes to the warehouse on its release date.\n"
        "Stopped: it stays until somebody resumes it.\n"
        "Released: the warehouse has it.",
    )

    # What the job asks for; few of all orders wait.
    _release_due = models.Index(
        "(date_release) WHERE release_state = 'waiting' AND state = 'sale'"
    )

    @api.depends("commitment_date", "warehouse_id")
    def _compute_date_release(self):
        # What waits goes by the day promised now, also after it was postponed.
        waiting = self.filtered(lambda order: order.release_state in UNRELEASED)
        days = waiting._get_release_days()
        for order in self:
            order.date_release = days.get(order, order.date_release)

    # ------------------------------------------------------------------- plan

    def _action_confirm(self):
        # EXTENDS 'sale': a child order that is confirmed goes to the warehouse when its
        # day has come, see `_action_launch_stock_rule`.
        self.filtered("parent_order_id")._plan_release()
        return super()._action_confirm()

    def _plan_release(self):
        """Settle when these confirmed child orders go to the warehouse: those whose day
        has come are released with their confirmation, the others wait."""
        days = self._get_release_days()
        now = self._filter_released_at_once(days)
        for (day, is_now), children in self.grouped(
            lambda child: (days[child], child in now)
        ).items():
            children._set_release("released" if is_now else "waiting", day)

    def _set_release(self, state, day=None):
        """Write where the release of these child orders is; the only method that does.

        :param day: the day of the release, where it changes
        """
        vals = {"release_state": state}
        if day:
            vals["date_release"] = day
        # sudo: no user writes the release by hand.
        self.sudo().write(vals)

    def _get_release_days(self):
        """Return ``{child order: day on which it goes to the warehouse}``.

        Only goods wait, and only for a day: all others go today. The queries do not grow
        with the orders, only with their warehouses.
        """
        found = {}
        for warehouse, children in self.grouped("warehouse_id").items():
            wished = {
                child: child.company_id._get_day(child.commitment_date)
                for child in children
                if warehouse and child.commitment_date and child._has_goods()
            }
            plan = warehouse._plan_releases({*wished.values()}) if wished else {}
            today = children._get_release_today()
            for child in children:
                found[child] = plan.get(wished.get(child), today)
        return found

    def _has_goods(self):
        """Return whether the order asks anything of the warehouse."""
        return any(
            line.product_id.type == "consu" and line.product_uom_qty
            for line in self.order_line
        )

    def _get_release_today(self):
        """Return what day it is in the warehouse of these orders, which share it."""
        if self.warehouse_id:
            return self.warehouse_id._get_local_time().date()
        return (self.company_id[:1] or self.env.company)._get_today()

    def _filter_released_at_once(self, days):
        """Return which of these child orders go to the warehouse in the transaction that
        confirms them. A hook: to leave some to the job, return fewer.

        :param days: as from `_get_release_days`
        """
        return self.browse().union(
            *(
                children.filtered(lambda child, day=day: days[child] <= day)
                for children in self.grouped("warehouse_id").values()
                for day in [children._get_release_today()]
            )
        )

    @api.model
    def _get_release_due_domain(self):
        """Return the domain of the child orders that wait and whose day has come."""
        due = Domain.OR(
            Domain("warehouse_id", "in", warehouses.ids)
            & Domain("date_release", "<=", day)
            for day, warehouses in self.env["stock.warehouse"]
            ._get_release_due_days()
            .items()
        )
        return (
            due
            & Domain("release_state", "=", "waiting")
            & Domain("state", "=", "sale")
            & Domain("parent_order_id.state", "=", "split")
        )

    # ---------------------------------------------------------------- release

    def _release(self):
        """Give waiting child orders to the warehouse, whatever their day: launch their
        stock rules, in as few queries as the split does.

        Orders that are not confirmed, stopped or released already are left alone. Updates
        the orders' rows first: whoever releases one of them at the same moment runs into
        a serialization failure.

        :return: the orders that were released
        :raise UserError: from the stock rules, a product without a route for instance
        """
        todo = self.filtered(
            lambda child: child.state == "sale" and child.release_state == "waiting"
        )
        if not todo:
            return todo
        for children in todo.grouped("warehouse_id").values():
            children._set_release("released", children._get_release_today())
        todo.flush_recordset(["release_state"])
        # sudo: whoever may release an order does not need a right to write it. Core
        # launches nothing for a locked order; a child may be, as soon as it is confirmed.
        locked = todo.sudo().filtered("locked")
        locked.locked = False
        for parent, children in todo.grouped("parent_order_id").items():
            lines = children.with_company(parent.company_id).order_line
            lines._action_launch_stock_rule()
        locked.locked = True
        return todo
