from odoo import api, models
from odoo.fields import Domain


class SaleOrder(models.Model):
    """The gate sees a parent order and its children as one."""

    _inherit = "sale.order"

    def _gate_get_subjects(self):
        # EXTENDS 'key_account': what was decided about a parent holds for its children,
        # who keep the parent's customer and terms, see _assert_like_parent.
        return {
            order: order.parent_order_id or subject
            for order, subject in super()._gate_get_subjects().items()
        }

    @api.model
    def _gate_get_subject_domain(self):
        # EXTENDS 'key_account'
        domain = super()._gate_get_subject_domain()
        return domain & Domain("parent_order_id", "=", False)

    def _gate_get_parts(self):
        # EXTENDS 'key_account'
        return super()._gate_get_parts() | self.child_order_ids

    def _gate_get_due_date(self):
        # EXTENDS 'key_account': a parent is due with the first of its recipients.
        due = super()._gate_get_due_date()
        dates = [
            child.commitment_date if child else recipient._get_due_date() or due
            for recipient in self.recipient_ids
            for child in [recipient.child_order_id]
        ]
        return min(dates) if dates and all(dates) else not dates and due

    def _filter_divisible(self):
        # EXTENDS 'key_account': recipients share the lines as they are.
        return super()._filter_divisible().filtered(lambda o: not o.recipient_ids)
