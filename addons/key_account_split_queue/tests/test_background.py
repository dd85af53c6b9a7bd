from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.key_account_split.exceptions import SplitError, SplitLockedError

from ..models import sale_order_background
from .common import BackgroundCase


@tagged("post_install", "-at_install")
class TestBackground(BackgroundCase):
    def make_small_jobs(self):
        self.patch(sale_order_background, "CHUNK_RANGE", (1, 500))

    def test_few_recipients_are_split_at_once(self):
        parent = self.parent(2)
        parent.action_split()
        self.assertEqual(parent.state, "split")
        self.jobs.assert_jobs_count(0)

    def test_no_order_is_split_in_the_background_with_the_limit_zero(self):
        self.env.company.split_background_limit = 0
        parent = self.parent(5)
        parent.action_split()
        self.assertEqual(parent.state, "split")
        self.jobs.assert_jobs_count(0)

    def test_the_user_waits_where_no_jobs_are_scheduled(self):
        parent = self.parent(4)
        parent.with_context(queue_job__no_delay=True).action_split()
        self.assertEqual((parent.state, len(parent.child_order_ids)), ("split", 4))
        self.jobs.assert_jobs_count(0)

    def test_few_child_orders_that_many_share_are_made_at_once(self):
        parent = self.parent(4)
        parent.split_by = "together"
        parent.action_split()
        self.assertEqual((parent.state, len(parent.child_order_ids)), ("split", 1))
        self.jobs.assert_jobs_count(0)

    def make_shared(self, count):
        """Return a parent order of which every third recipient has the address of the
        first, at a price that does not divide."""
        parent = self.parent(count)
        parent.split_by = "address"
        parent.order_line.price_unit = 0.335
        recipients = parent.recipient_ids
        recipients[::3].partner_id = recipients[0].partner_id
        return parent

    def test_child_orders_that_recipients_share_are_made_by_jobs(self):
        self.make_small_jobs()
        parent, other = self.make_shared(9), self.make_shared(9)
        self.env.company.split_background_limit = 6
        jobs = self.start(parent)
        self.assertEqual(parent.split_progress["total"], 7)
        for job in reversed(jobs[:-1]):
            job.perform()
            job.perform()
        self.env.invalidate_all()
        self.assertEqual(parent.split_progress["made"], 7)
        self.perform()
        self.env.company.split_background_limit = 7
        other.action_split()
        self.assertEqual((parent.state, other.state), ("split", "split"))
        self.assertEqual(self.get_shape(parent), self.get_shape(other))
        self.assertEqual(len(parent.child_order_ids), 7)
        self.assertEqual(len(parent.recipient_ids[::3].child_order_id), 1)
        self.assertEqual(
            parent.currency_id.compare_amounts(
                sum(parent.child_order_ids.mapped("amount_total")), parent.amount_total
            ),
            0,
        )

    def get_shape(self, parent):
        """Return who gets which child order, and what is in it."""
        return [
            (
                one.child_order_id.name.removeprefix(parent.name),
                one.child_order_id.amount_total,
                one.child_order_id.order_line.mapped("product_uom_qty"),
            )
            for one in parent.recipient_ids
        ]

    def test_changes_are_made_at_once(self):
        self.env.company.split_background_limit = 0
        parent = self.parent(4)
        parent.action_split()
        self.env.company.split_background_limit = 2
        children = parent.child_order_ids
        parent.action_change_recipients()
        parent.recipient_ids[0].partner_id = self.make_address("Elsewhere")
        parent.action_split()
        self.assertEqual(parent.state, "split")
        living = parent.child_order_ids.filtered(lambda child: child.state == "sale")
        self.assertEqual((len(living), len(living & children)), (4, 3))
        self.jobs.assert_jobs_count(0)

    def test_many_recipients_are_split_by_jobs(self):
        parent = self.parent(4)
        self.start(parent)
        self.assertEqual((parent.state, parent.split_job_state), ("draft", "creating"))
        self.assertFalse(parent.child_order_ids)
        self.assertEqual(parent.split_progress["total"], 4)
        self.perform()
        self.assertEqual(parent.state, "split")
        self.assertFalse(parent.split_job_state)
        self.assertFalse(parent.split_progress)
        children = parent.child_order_ids.sorted("name")
        self.assertEqual(children.mapped("state"), ["sale"] * 4)
        self.assertEqual(children.recipient_id, parent.recipient_ids)
        self.assertEqual(sum(children.mapped("amount_total")), parent.amount_total)
        self.assertEqual(len(children.picking_ids), 4)
        bodies = "".join(parent.message_ids.mapped("body"))
        self.assertIn("split into 4 child orders", bodies)

    def test_jobs_number_the_children_as_one_split_would(self):
        self.make_small_jobs()
        parent, other = self.parent(12), self.parent(12)
        jobs = self.start(parent)
        self.assertEqual(len(jobs), 7)
        # The last recipients first, as another process may be quicker.
        for job in reversed(jobs[:-1]):
            job.perform()
        self.perform()
        self.env.company.split_background_limit = 0
        other.action_split()
        self.assertEqual(
            [
                recipient.child_order_id.name.removeprefix(parent.name)
                for recipient in parent.recipient_ids
            ],
            [
                recipient.child_order_id.name.removeprefix(other.name)
                for recipient in other.recipient_ids
            ],
        )

    def test_job_run_twice_makes_no_second_child(self):
        self.make_small_jobs()
        parent = self.parent(4)
        jobs = self.start(parent)
        jobs[0].perform()
        made = self.env["sale.order"].search([("parent_order_id", "=", parent.id)])
        self.assertEqual(len(made), 1)
        jobs[0].perform()
        self.assertEqual(
            self.env["sale.order"].search([("parent_order_id", "=", parent.id)]), made
        )
        self.perform()
        self.assertEqual(parent.state, "split")
        self.assertEqual(len(parent.child_order_ids), 4)

    def test_jobs_after_the_split_change_nothing(self):
        parent = self.parent(4)
        jobs = self.start(parent)
        self.perform()
        children = parent.child_order_ids
        for job in jobs:
            job.perform()
        self.assertEqual(parent.child_order_ids, children)
        self.assertEqual(set(children.mapped("state")), {"sale"})

    def test_cents_are_shared_over_all_jobs(self):
        self.make_small_jobs()
        tax = self.env["account.tax"].create({"name": "7.3%", "amount": 7.3})
        pen = self.make_stock(self.make_product("Pen", 0.33), 100)
        pen.taxes_id = tax
        parent = self.parent(7, [pen])
        self.start(parent)
        self.perform()
        self.assertEqual(parent.state, "split")
        children = parent.child_order_ids
        for name in ("amount_untaxed", "amount_tax", "amount_total"):
            self.assertEqual(
                parent.currency_id.compare_amounts(
                    sum(children.mapped(name)), parent[name]
                ),
                0,
            )

    def test_what_has_a_later_day_waits_for_it(self):
        parent = self.parent(4)
        later = fields.Date.today() + timedelta(days=30)
        parent.recipient_ids[0].date_wished = later
        self.start(parent)
        self.perform()
        children = parent.child_order_ids.sorted("name")
        self.assertEqual(
            children.mapped("release_state"), ["waiting"] + ["released"] * 3
        )
        self.assertEqual([len(c.picking_ids) for c in children], [0, 1, 1, 1])

    def test_children_are_released_by_jobs_of_their_own(self):
        parent = self.parent(4)
        for job in self.start(parent):
            job.perform()
        self.assertEqual(parent.state, "split")
        children = parent.child_order_ids
        self.assertEqual(set(children.mapped("release_state")), {"waiting"})
        self.assertFalse(children.picking_ids)
        (job,) = [
            job
            for job in self.jobs.enqueued_jobs
            if job.method_name == "_split_job_release"
        ]
        job.perform()
        job.perform()
        self.assertEqual(set(children.mapped("release_state")), {"released"})
        self.assertEqual(len(children.picking_ids), 4)
        self.assertEqual(set(children.picking_ids.mapped("state")), {"assigned"})

    def test_mistakes_are_told_at_once(self):
        parent = self.parent(4)
        parent.recipient_ids[0].line_ids.quantity = 9
        with self.assertRaisesRegex(SplitError, "recipients get"):
            parent.action_split()
        self.jobs.assert_jobs_count(0)
        self.assertFalse(parent.split_job_state)

    def test_order_that_the_gate_stops_is_held_at_once(self):
        parent = self.parent(4)
        self.account.action_suspend()
        self.start(parent)
        self.assertEqual(parent.gate_state, "held")
        self.assertFalse(parent.split_job_state)
        self.jobs.assert_jobs_count(0)

    def test_progress_of_many_orders_takes_as_many_queries_as_of_one(self):
        parents = self.env["sale.order"].union(*(self.parent(3) for _n in range(6)))
        for parent in parents:
            self.start(parent)[0].perform()
        self.env.flush_all()

        def count(orders):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(all(orders.mapped("split_progress")))
            return self.env.cr.sql_log_count - before

        count(parents)
        self.assertEqual(count(parents), count(parents[0]))

    def test_second_click_is_told(self):
        parent = self.parent(4)
        count = len(self.start(parent))
        with self.assertRaisesRegex(SplitLockedError, "is being split in the back"):
            parent.with_user(self.user("manager")).action_split()
        self.jobs.assert_jobs_count(count)

    def test_small_and_large_orders_together(self):
        small, large = self.parent(1), self.parent(4)
        (small | large).action_split()
        self.assertEqual((small.state, large.state), ("split", "draft"))
        self.perform()
        self.assertEqual(large.state, "split")

    def test_parent_that_was_cancelled_is_split_anew(self):
        parent = self.parent(4)
        self.start(parent)
        self.perform()
        first = parent.child_order_ids
        parent.action_cancel()
        parent.action_draft()
        self.start(parent)
        self.perform()
        self.assertEqual(parent.state, "split")
        self.assertEqual(set(first.mapped("state")), {"cancel"})
        self.assertEqual(len(parent.child_order_ids - first), 4)
        self.assertEqual(len(set(parent.child_order_ids.mapped("name"))), 8)
