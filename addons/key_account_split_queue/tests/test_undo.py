from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.key_account_split.exceptions import SplitError

from ..models import sale_order_background
from .common import BackgroundCase

REASON = "No forklift today."


@tagged("post_install", "-at_install")
class TestUndo(BackgroundCase):
    """What becomes of a split in the background that does not end well."""

    def setUp(self):
        super().setUp()
        self.patch(sale_order_background, "CHUNK_RANGE", (2, 500))

    def refuse(self, name, when):
        """Have a method of orders refuse when it is called for what ``when`` accepts."""
        original = getattr(self.registry["sale.order"], name)

        def refuse(order, *args):
            if when(*args):
                raise UserError(REASON)
            return original(order, *args)

        self.patch(self.registry["sale.order"], name, refuse)

    def assertTold(self, parent, text):
        self.assertIn(text, parent.message_ids[0].body)
        activity = parent.activity_ids
        self.assertEqual(activity.user_id, self.user("salesperson"))
        self.assertIn(text, activity.note)

    def test_cancelling_makes_it_a_quotation_again(self):
        parent = self.parent(4)
        self.start(parent)[0].perform()
        self.assertTrue(parent.split_progress["made"])
        parent.with_user(self.user("salesperson")).action_cancel_split()
        self.perform()
        self.assertQuotationAsBefore(parent)
        self.assertIn("cancelled", parent.message_ids[0].body)

    def test_order_whose_split_was_cancelled_is_split_anew(self):
        parent = self.parent(4)
        old = self.start(parent)
        old[0].perform()
        parent.action_cancel_split()
        new = self.start(parent)
        self.jobs.enqueued_jobs = []
        for job in old:
            job.perform()
        self.assertFalse(parent.split_progress["made"])
        for job in new:
            job.perform()
        self.assertEqual(parent.state, "split")
        self.assertEqual(
            sorted(parent.child_order_ids.mapped("name")),
            [f"{parent.name}-{number:03d}" for number in range(1, 5)],
        )

    def test_what_is_not_in_progress_cannot_be_cancelled(self):
        parent = self.parent(4)
        with self.assertRaisesRegex(SplitError, "not in progress"):
            parent.action_cancel_split()
        self.start(parent)
        self.perform()
        with self.assertRaisesRegex(SplitError, "not in progress"):
            parent.action_cancel_split()
        self.assertEqual(parent.state, "split")

    def test_job_that_is_refused_undoes_the_split(self):
        parent = self.parent(4)
        last = parent.recipient_ids[-1]
        self.refuse("_create_children", lambda recipients: last in recipients)
        self.start(parent)
        self.perform()
        self.assertQuotationAsBefore(parent)
        self.assertTold(parent, REASON)

    def test_refused_confirmation_undoes_the_split(self):
        parent = self.parent(4)
        self.refuse("_confirm_children", lambda: True)
        self.start(parent)
        self.perform()
        self.assertQuotationAsBefore(parent)
        self.assertTold(parent, REASON)

    def test_order_held_at_the_end_keeps_its_issue_and_no_children(self):
        parent = self.parent(4)
        jobs = self.start(parent)
        jobs[0].perform()
        self.account.action_suspend()
        self.perform()
        self.assertEqual((parent.state, parent.gate_state), ("draft", "held"))
        self.assertEqual(parent.gate_issue_ids.mapped("code"), ["suspended"])
        self.assertFalse(parent.child_order_ids)
        self.assertFalse(parent.split_job_state)
        self.assertIn("The gate holds the order", parent.message_ids[0].body)
        # Once nothing stops it, the order goes on by itself: in the background.
        self.account.action_activate()
        parent.action_split()
        self.perform()
        self.assertEqual(parent.state, "split")

    def test_job_that_fails_undoes_the_split(self):
        parent = self.parent(4)
        jobs = self.start(parent)
        jobs[0].perform()
        jobs[1].on_fail(
            {"exc_name": "ZeroDivisionError", "exc_message": "x", "exc_info": "y"}
        )
        self.perform()
        self.assertQuotationAsBefore(parent)
        self.assertTold(parent, "ZeroDivisionError")
