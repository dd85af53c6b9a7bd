from datetime import timedelta

from odoo import fields

from .common import SplitCase


class DeliveryCase(SplitCase):
    """A split order, and what may become of its transfers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea = cls.make_stock(cls.make_product("Tea", 12.5), 10000)

    @classmethod
    def make_split(cls, *shares):
        """Return a split order over tea with a recipient for each number."""
        parent = cls.make_parent([cls.tea], [(share,) for share in shares])
        parent.action_split()
        return parent

    @classmethod
    def make_recipients(cls, number):
        """Return the recipients of a new order, as many, in order; their goods wait in
        the warehouse."""
        recipients = cls.make_split(*[1] * number).recipient_ids
        # By their ids: as a list opens them, not as what an order remembers.
        return recipients.browse(recipients.ids)

    def ship(self, recipient, quantity, backorder=True):
        """Validate the recipient's transfer with so many pieces."""
        picking = recipient.delivery_order_id.picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel")
        )
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        skip = {} if backorder else {"picking_ids_not_to_backorder": picking.ids}
        picking.with_context(skip_backorder=True, **skip).button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def promise(self, recipient, days):
        """Promise the recipient's goods for so many days from today."""
        day = fields.Date.context_today(recipient) + timedelta(days=days)
        company = recipient.company_id
        recipient.delivery_order_id.commitment_date = company._get_day_start(day)

    def count_queries(self, way):
        """Return how many queries it takes to call ``way``, on a cold cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        way()
        return self.env.cr.sql_log_count - before

    def assertState(self, recipients, *states):
        """Assert the delivery states, as a user reads, searches and groups them."""
        recipients.invalidate_recordset()
        self.assertEqual(recipients.mapped("delivery_state"), list(states))
        Recipient = self.env["sale.order.recipient"]
        groups = dict(
            Recipient._read_group(
                [("id", "in", recipients.ids)], ["delivery_state"], ["id:recordset"]
            )
        )
        for state in set(states):
            expected = recipients.filtered(lambda r, s=state: r.delivery_state == s)
            domain = [("id", "in", recipients.ids), ("delivery_state", "=", state)]
            self.assertEqual(Recipient.search(domain), expected)
            self.assertEqual(groups[state], expected)
        self.assertEqual(set(groups), set(states))
