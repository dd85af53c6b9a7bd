import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestReleaseTwoProcesses(TransactionCase):
    """Two processes release the same children; real cursors, real commits."""

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            order = self.make_split(api.Environment(cr, SUPERUSER_ID, {}))
            self.parent_id = order.id
            self.child_ids = order.child_order_ids.sorted("id").ids
        self.addCleanup(self.clean_up)

    def make_split(self, env):
        customer, *addresses = env["res.partner"].create(
            [
                {"name": name, "street": "1 Main Street", "city": "Springfield"}
                for name in ("Two Processes", "Shop 1", "Shop 2", "Shop 3")
            ]
        )
        product = env["product.product"].create(
            {"name": "Two Processes", "type": "consu", "taxes_id": False}
        )
        order = env["sale.order"].create(
            {
                "partner_id": customer.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 3})
                ],
            }
        )
        env["sale.order.recipient"].create(
            [
                {
                    "order_id": order.id,
                    "partner_id": address.id,
                    "date_wished": "2099-01-10",
                    "line_ids": [
                        Command.create(
                            {"order_line_id": order.order_line.id, "quantity": 1}
                        )
                    ],
                }
                for address in addresses
            ]
        )
        order.action_split()
        order.child_order_ids._set_release("waiting", "2020-01-01")
        return order

    def clean_up(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            order = env["sale.order"].browse(self.parent_id)
            children = order.child_order_ids
            partners = order.partner_id | children.partner_shipping_id
            products, references = (
                order.order_line.product_id,
                children.stock_reference_ids,
            )
            order.action_cancel()
            children.picking_ids.unlink()
            order.unlink()
            references.unlink()
            products.product_tmpl_id.unlink()
            partners.unlink()

    def children(self, cr, *numbers):
        ids = [self.child_ids[number] for number in numbers]
        return api.Environment(cr, SUPERUSER_ID, {})["sale.order"].browse(ids)

    def assertReleasedOnce(self, *numbers):
        with self.registry.cursor() as cr:
            for child in self.children(cr, *numbers):
                self.assertEqual(child.release_state, "released")
                self.assertEqual(len(child.picking_ids), 1)
                self.assertEqual(child.picking_ids.move_ids.product_uom_qty, 1)

    def test_what_one_works_on_the_other_passes_over(self):
        with self.registry.cursor() as one, self.registry.cursor() as two:
            self.children(one, 0, 1)._release_apart()
            self.children(two, 0, 1, 2)._release_apart()
            two.commit()
            self.assertFalse(self.children(two, 0, 1).picking_ids)
            one.commit()
        self.assertReleasedOnce(0, 1, 2)

    @mute_logger("odoo.sql_db")
    def test_what_another_has_just_released_is_not_released_again(self):
        with self.registry.cursor() as one, self.registry.cursor() as two:
            # What this one sees is from before the other's commit.
            self.assertEqual(self.children(two, 0).release_state, "waiting")
            self.children(one, 0)._release_apart()
            one.commit()
            with self.assertRaises(psycopg2.OperationalError):
                self.children(two, 0)._release_apart()
            two.rollback()
            self.children(two, 0, 1)._release_apart()
            two.commit()
        self.assertReleasedOnce(0, 1)

    @mute_logger("odoo.sql_db")
    def test_release_by_hand_and_by_the_job_release_once(self):
        with self.registry.cursor() as one, self.registry.cursor() as two:
            self.assertEqual(self.children(two, 0).release_state, "waiting")
            self.children(one, 0).action_release_now()
            one.commit()
            with self.assertRaises(psycopg2.OperationalError):
                self.children(two, 0)._release()
            two.rollback()
        self.assertReleasedOnce(0)

    def test_interrupted_run_is_resumed(self):
        with self.registry.cursor() as one:
            self.children(one, 0)._release_apart()
            one.commit()
            self.children(one, 1)._release_apart()
            one.rollback()  # the process is killed
        with self.registry.cursor() as two:
            self.children(two, 0)._cron_release()
        self.assertReleasedOnce(0, 1, 2)
