from odoo import api, fields, models

from odoo.addons.key_account.exceptions import DutyError
from odoo.addons.key_account.models.guarded_state import get_group_names

from ..exceptions import ReleaseError
from .sale_order_release import UNRELEASED

# Any of these, for orders that they may write: who sells, and who ships.
RELEASERS = ("sales_team.group_sale_salesman", "stock.group_stock_user")


class SaleOrder(models.Model):
    """What people do about the release: of child orders, or of all that a parent has."""

    _inherit = "sale.order"

    # Of more child orders the job takes care, soon: nobody waits that long for a button.
    _RELEASE_AT_ONCE = 500

    release_waiting_count = fields.Integer(
        string="Waiting for Release",
        compute="_compute_release_counts",
        help="How many child orders wait for their release date.",
    )
    release_stopped_count = fields.Integer(
        string="Stopped",
        compute="_compute_release_counts",
        help="How many child orders do not go to the warehouse until they are resumed.",
    )
    date_release_next = fields.Date(
        string="Next Release",
        compute="_compute_release_counts",
        help="When the first of the waiting child orders goes to the warehouse.",
    )

    @api.depends("child_order_ids.release_state", "child_order_ids.date_release")
    def _compute_release_counts(self):
        groups = self._read_group(
            [
                ("parent_order_id", "in", self._origin.ids),
                ("release_state", "in", UNRELEASED),
                ("state", "=", "sale"),
            ],
            ["parent_order_id", "release_state"],
            ["__count", "date_release:min"],
        )
        found = {
            (parent.id, state): (count, day) for parent, state, count, day in groups
        }
        for order in self:
            order.release_waiting_count, order.date_release_next = found.get(
                (order._origin.id, "waiting"), (0, False)
            )
            order.release_stopped_count = found.get(
                (order._origin.id, "stopped"), (0, False)
            )[0]

    # ---------------------------------------------------------------- actions

    def action_release_now(self):
        """Give waiting child orders to the warehouse now, all that parents have waiting.

        Of very many the job takes care, within minutes.

        :return: True, or a notification that the job has them
        :raise DutyError: the user neither sells nor ships
        :raise ReleaseError: none of them waits
        """
        children = self._get_children_to_release(["waiting"])
        if len(children) > self._RELEASE_AT_ONCE:
            return children._release_soon()
        children._release()
        children._log_release(self.env._("Released to the warehouse by hand."))
        return True

    def _release_soon(self):
        for some in self.grouped("warehouse_id").values():
            some._set_release("waiting", some._get_release_today())
        self._wake_release()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "%s child orders go to the warehouse within the next minutes.",
                    len(self),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _wake_release(self):
        """Have the job run soon, outside of this transaction."""
        # sudo: whoever releases may not run jobs.
        self.env.ref("key_account_split.ir_cron_release").sudo()._trigger()

    def action_stop_release(self):
        """Keep waiting child orders from the warehouse until they are resumed.

        :raise DutyError: the user neither sells nor ships
        :raise ReleaseError: none of them waits
        """
        children = self._get_children_to_release(["waiting"])
        children._set_release("stopped")
        children._log_release(self.env._("The release to the warehouse was stopped."))
        return True

    def action_resume_release(self):
        """Let stopped child orders go to the warehouse: on their release date, or now
        where that has passed; after the cut-off on the next working day.

        :raise DutyError: the user neither sells nor ships
        :raise ReleaseError: none of them is stopped
        """
        children = self._get_children_to_release(["stopped"])
        days = children._get_release_days()
        for child in children:
            if child.date_release and child.date_release > child._get_release_today():
                days[child] = child.date_release
        for day, some in children.grouped(days.get).items():
            some._set_release("waiting", day)
        children._log_release(self.env._("The release to the warehouse was resumed."))
        children._filter_released_at_once(days)._release()
        return True

    def action_postpone_release(self):
        """Return the dialog that asks for another release date.

        :raise DutyError: the user neither sells nor ships
        :raise ReleaseError: none of them is to be released yet
        """
        children = self._get_children_to_release(UNRELEASED)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_split.sale_order_release_postpone_action"
        )
        action["context"] = {"default_order_ids": children.ids}
        return action

    def _postpone_release(self, day):
        """Let child orders that are not released go to the warehouse on another day,
        later or sooner; what is stopped stays stopped.

        :raise DutyError: the user neither sells nor ships
        :raise ReleaseError: the day is over, or none of them is to be released yet
        """
        children = self._get_children_to_release(UNRELEASED)
        today = max(
            some._get_release_today()
            for some in children.grouped("warehouse_id").values()
        )
        if day < today:
            raise ReleaseError(
                self.env._(
                    "%(order)s cannot be released on %(day)s, that day is over: choose "
                    "%(today)s or a later day.",
                    order=children[0].name,
                    day=fields.Date.to_string(day),
                    today=fields.Date.to_string(today),
                )
            )
        children._set_release_day(day)
        children._log_release(
            self.env._(
                "The release to the warehouse was moved to %s.",
                fields.Date.to_string(day),
            )
        )
        if day == today:
            self._wake_release()

    def _set_release_day(self, day):
        for state, some in self.grouped("release_state").items():
            some._set_release(state, day)

    def action_open_unreleased(self):
        """Return the list of the child orders that are not released yet."""
        action = self.action_open_children()
        action["context"] = {"search_default_filter_unreleased": 1}
        return action

    # ---------------------------------------------------------------- helpers

    def _get_children_to_release(self, states):
        """Return the child orders here, and of the parents here, whose release is in one
        of these states.

        :raise DutyError: the user neither sells nor ships
        :raise ReleaseError: there is none
        """
        if not self.env.su and not self.env.user.has_groups(",".join(RELEASERS)):
            raise DutyError(
                self.env._(
                    "You cannot decide when %(order)s goes to the warehouse: ask one of: "
                    "%(groups)s.",
                    order=self[:1].name,
                    groups=get_group_names(self.env, RELEASERS),
                )
            )
        self.check_access("write")
        children = self.filtered("parent_order_id") | self.child_order_ids
        children = children.filtered(
            lambda child: child.state == "sale" and child.release_state in states
        )
        if not children:
            labels = dict(
                self._fields["release_state"]._description_selection(self.env)
            )
            raise ReleaseError(
                self.env._(
                    "%(order)s has no child order with release %(states)s: look at the "
                    "column Release State of the child orders.",
                    order=self[:1].name,
                    states=" / ".join(labels[state] for state in states),
                )
            )
        children.check_access("write")
        return children

    def _log_release(self, sentence):
        self._message_log_batch(bodies={child.id: sentence for child in self})
