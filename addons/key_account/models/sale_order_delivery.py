from markupsafe import Markup

from odoo import fields, models

from ..exceptions import GateError


class SaleOrder(models.Model):
    """The gate where goods leave: a confirmed order is asked once more. What is stopped
    there is held like a quotation, with issues that are released or go away; the order
    stays confirmed and its transfers wait."""

    _inherit = "sale.order"

    def _gate_get_delivery_issues(self):
        """Return what keeps the goods of these confirmed orders from leaving,
        ``{order: [issue values]}``, as from `_gate_get_issues`; here nothing.

        The hook for a check where goods leave: call ``super()``, append, return. It
        updates the rows of the accounts that it judges by, and asks nothing while it
        has nothing to say.
        """
        return {}

    def _gate_judge_delivery(self):
        """Return what keeps the goods of the orders here and has not been released:
        ``{order: [issue values]}``."""
        confirmed = self.filtered(lambda order: order.state == "sale")
        if not confirmed:
            return {}
        return confirmed._gate_get_unreleased(confirmed._gate_get_delivery_issues())

    def _gate_hold_delivery(self):
        """Judge orders whose goods are about to leave; those that are stopped are held,
        with one message and an activity for each role.

        :return: the orders that are stopped
        """
        blocking = self._gate_judge_delivery()
        self.filtered(
            lambda order: order in blocking or order.gate_state == "held"
        )._gate_record(blocking, is_request=True)
        return self.filtered(lambda order: order in blocking)

    def _gate_assert_delivery(self):
        """Raise when goods of one of these orders may not leave, or may not have left.

        :raise GateError: one sentence for each issue, the order named
        """
        sentences = [
            self.env._(
                "The goods stay: %(order)s: %(text)s",
                order=order.name,
                text=issue["text"],
            )
            for order, issues in self._gate_judge_delivery().items()
            for issue in issues
        ]
        if sentences:
            raise GateError("\n".join(sentences))

    def _gate_get_committed(self):
        """Hook: return ``{order: amount}``, what each of these orders commits its
        customer to now; what has risen when goods have left is judged. Here nothing."""
        return {}

    def _gate_assert_not_raised(self, before):
        """Raise when more has left than these orders were for and that is too much.

        :param before: as from `_gate_get_committed`, before the goods left
        :raise GateError: one sentence for each issue, with the cure
        """
        now = self._gate_get_committed() if before else {}
        raised = self.filtered(
            lambda o: (
                o in now
                and o.company_id.currency_id.compare_amounts(now[o], before.get(o, 0.0))
                > 0
            )
        )
        sentences = [
            self.env._(
                "More would leave than %(order)s is for; ship what was ordered, or have "
                "the order raised: %(text)s",
                order=order.name,
                text=issue["text"],
            )
            for order, issues in raised._gate_judge_delivery().items()
            for issue in issues
        ]
        if sentences:
            raise GateError("\n".join(sentences))

    # ------------------------------------------------------------------ settle

    def _gate_reevaluate_delivery(self):
        """Judge confirmed orders again whose goods are held; tell those who wait for the
        ones that nothing stops any more."""
        held = self.filtered(lambda order: order.state == "sale")
        if not held:
            return
        blocking = held._gate_judge_delivery()
        held._gate_record(blocking)
        held.filtered(lambda order: order not in blocking)._gate_tell_deliverable()

    def _gate_tell_deliverable(self):
        """Tell whoever wanted to ship that the goods of these orders may leave."""
        # sudo: those who release may not read transfers.
        orders = self.sudo().filtered(lambda order: order.state == "sale")
        waiting = orders.picking_ids.filtered(
            lambda picking: (
                picking.state not in ("done", "cancel") and picking._gate_get_leaving()
            )
        )
        if not waiting:
            return
        sentence = self.env._("Nothing holds these goods any more: they may leave.")
        waiting._message_log_batch(
            {picking.id: Markup("<p>%s</p>") % sentence for picking in waiting}
        )
        self._gate_schedule_shipping(waiting, sentence)

    def _gate_schedule_shipping(self, pickings, sentence):
        todo = self.env.ref("mail.mail_activity_data_todo")
        # sudo: the activities are other people's. Quick: a mail for each transfer would
        # be more than anybody reads.
        self.env["mail.activity"].sudo().with_context(
            mail_activity_quick_update=True
        ).create(
            [
                {
                    "activity_type_id": todo.id,
                    "res_model_id": self.env["ir.model"]._get_id("stock.picking"),
                    "res_id": picking.id,
                    "user_id": user.id,
                    "automated": True,
                    "date_deadline": fields.Date.context_today(self),
                    "summary": sentence,
                }
                for picking in pickings
                for user in picking._gate_get_leaving().gate_requested_by_id[:1]
                if user.active and user.id != self.env.uid and user._is_internal()
            ]
        )
