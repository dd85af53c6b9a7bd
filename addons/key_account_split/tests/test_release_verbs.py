from odoo import fields
from odoo.exceptions import AccessError
from odoo.http import serialize_exception
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.key_account.exceptions import DutyError

from ..exceptions import ReleaseError
from .common_release import NOW, ReleaseCase

# Who neither sells nor ships is told so; who sells, but not this, may not write it.
REFUSED = {
    "controller": DutyError,
    "accountant": DutyError,
    "portal": AccessError,
    "salesperson": AccessError,
}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestReleaseVerbs(ReleaseCase):
    """Release now, postpone, stop, resume: for children and for all of a parent."""

    def postpone(self, orders, day):
        action = orders.action_postpone_release()
        form = Form(orders.env[action["res_model"]].with_context(**action["context"]))
        form.date_release = day
        return form.save().action_postpone()

    def test_parent_releases_what_waits_and_not_what_is_stopped(self):
        one, two, stopped = self.split_wishes(*["2026-12-10"] * 3)
        stopped.action_stop_release()
        parent = one.parent_order_id
        self.assertEqual(
            (parent.release_waiting_count, parent.release_stopped_count), (2, 1)
        )
        self.assertEqual(parent.date_release_next, fields.Date.to_date("2026-12-08"))
        parent.action_release_now()
        self.assertReleased(one | two)
        self.assertEqual(one.date_release, fields.Date.to_date(NOW[:10]))
        self.assertFalse(stopped.picking_ids)
        self.assertEqual(parent.release_waiting_count, 0)
        with self.assertStopped(ReleaseError, "no child order with release Waiting"):
            parent.action_release_now()

    def test_list_releases_children_of_several_parents(self):
        children = self.split_wishes("2026-12-10") | self.split_wishes("2026-12-11")
        children.action_release_now()
        self.assertReleased(children)

    def test_postponed_child_goes_later_and_keeps_its_promise(self):
        child = self.split_wishes("2026-12-10")
        promised = child.commitment_date
        self.postpone(child, "2026-12-21")
        self.assertWaits(child, "2026-12-21")
        self.assertEqual(child.commitment_date, promised)
        with freeze_time("2026-12-20 09:00:00"):
            self.run_job()
            self.assertWaits(child)
        with freeze_time("2026-12-21 09:00:00"):
            self.run_job()
        self.assertReleased(child)

    def test_day_that_is_over_is_refused(self):
        child = self.split_wishes("2026-12-10")
        with self.assertStopped(ReleaseError, "that day is over: choose 2026-11-25"):
            self.postpone(child, "2026-11-24")
        # The web client shows the sentence, as it does with core's own.
        found = serialize_exception(ReleaseError("Choose another day."))["context"]
        self.assertEqual(found["exception_class"], "odoo.exceptions.UserError")
        self.assertWaits(child, "2026-12-08")

    def test_stopped_child_stays_until_it_is_resumed(self):
        child = self.split_wishes("2026-12-10")
        child.action_stop_release()
        with freeze_time("2026-12-09 09:00:00"):
            self.run_job()
            self.assertFalse(child.picking_ids)
            child.action_resume_release()
        self.assertReleased(child)

    def test_resumed_before_its_day_it_waits_again(self):
        child = self.split_wishes("2026-12-10")
        child.action_stop_release()
        self.postpone(child, "2026-12-21")
        self.assertEqual(child.release_state, "stopped")
        child.action_resume_release()
        self.assertWaits(child, "2026-12-21")

    def test_resumed_after_the_cutoff_it_goes_on_the_next_working_day(self):
        child = self.split_wishes("2026-12-10")
        child.action_stop_release()
        self.warehouse.release_hour = 16
        with freeze_time("2026-12-11 17:00:00"):  # a Friday
            child.action_resume_release()
        self.assertWaits(child, "2026-12-14")

    def test_what_is_released_is_neither_stopped_nor_postponed(self):
        child = self.split_wishes(None)
        for verb in ("stop", "resume", "postpone"):
            with self.assertStopped(ReleaseError, child.name):
                getattr(child, f"action_{verb}_release")()

    def test_those_who_sell_and_those_who_ship_may(self):
        for role in ("salesperson", "manager", "warehouse"):
            with self.subTest(role=role):
                parent = self.make_wishes(*["2026-12-10"] * 2)
                parent.user_id = self.user("salesperson")
                parent.action_split()
                child, other = parent.recipient_ids.child_order_id
                child = child.with_user(self.user(role))
                child.action_stop_release()
                child.action_resume_release()
                self.postpone(child, "2026-12-15")
                child.action_release_now()
                self.assertReleased(child.sudo())
                parent.with_user(self.user(role)).action_release_now()
                self.assertReleased(other)

    def test_others_may_not(self):
        child = self.split_wishes("2026-12-10")
        child.user_id = self.env.ref("base.user_admin")
        child.parent_order_id.user_id = child.user_id
        for role in REFUSED:
            theirs = child.with_user(self.user(role))
            for verb in (
                theirs.action_release_now,
                theirs.action_stop_release,
                theirs.action_postpone_release,
                lambda theirs=theirs: theirs._postpone_release(fields.Date.today()),
            ):
                with (
                    self.subTest(role=role, verb=verb),
                    self.assertStopped(REFUSED[role], ""),
                ):
                    verb()
        self.assertWaits(child, "2026-12-08")

    def test_dialog_of_another_is_closed_to_me(self):
        child = self.split_wishes("2026-12-10")
        dialog = (
            self.env["sale.order.release.postpone"]
            .with_user(self.user("manager"))
            .create({"order_ids": child.ids, "date_release": "2026-12-21"})
        )
        self.env.invalidate_all()
        with self.assertStopped(AccessError, ""):
            dialog.with_user(self.user("warehouse")).action_postpone()

    def test_very_many_are_left_to_the_job(self):
        children = self.split_wishes(*["2026-12-10"] * 3)
        self.patch(type(self.env["sale.order"]), "_RELEASE_AT_ONCE", 2)
        action = children.parent_order_id.action_release_now()
        self.assertEqual(action["tag"], "display_notification")
        for child in children:
            self.assertWaits(child, "2026-11-25")
        self.run_job()
        self.assertReleased(children)
