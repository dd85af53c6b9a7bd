from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import PricingCase


@tagged("post_install", "-at_install")
class TestVolume(PricingCase):
    def setUp(self):
        super().setUp()
        self.agreement = self.make_agreement(
            {"price": 80, "quantity_committed": 10}, kind="volume"
        )
        self.agreed = self.agreement.line_ids

    def assertVolume(self, executed, agreed=None):
        agreed = agreed or self.agreed
        agreed.invalidate_recordset()
        self.assertEqual(agreed.quantity_executed, executed)
        self.assertEqual(
            agreed.quantity_executed + agreed.quantity_remaining,
            agreed.quantity_committed,
        )

    def test_confirmed_orders_take_from_the_volume(self):
        self.make_quotation(4)
        self.assertVolume(0)
        self.make_quotation(4).action_confirm()
        self.assertVolume(4)

    def test_the_last_units_go_to_one_order_only(self):
        orders = self.make_quotation(6) | self.make_quotation(6)
        orders.action_confirm()
        self.assertEqual(orders.mapped("state"), ["sale", "draft"])
        self.assertRegex(
            orders[1].gate_issue_ids.text, "has 4.00 Units of Widget left.* takes 6.00"
        )
        self.assertVolume(6)

    def test_a_lowered_order_goes_through_by_itself(self):
        self.make_quotation(6).action_confirm()
        order = self.make_quotation(6)
        order.action_confirm()
        order.order_line.product_uom_qty = 4
        order._gate_reevaluate()
        self.assertEqual(order.state, "sale")
        self.assertVolume(10)

    def test_a_confirmed_order_is_not_raised_over_the_volume(self):
        order = self.make_quotation(8)
        order.action_confirm()
        order.order_line.product_uom_qty = 10
        self.assertVolume(10)
        with self.assertRaisesRegex(Exception, "has 10.00 Units of Widget left"):
            order.order_line.product_uom_qty = 11

    def test_a_cancelled_order_gives_its_quantity_back(self):
        order = self.make_quotation(8)
        order.action_confirm()
        order.action_cancel()
        self.assertVolume(0)

    def test_dozens_count_as_units(self):
        order = self.make_quotation(1)
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        order.action_confirm()
        self.assertEqual(order.gate_issue_ids.code, "volume_exceeded")

    def test_a_return_restores_what_it_returns(self):
        order = self.make_quotation(8)
        order.action_confirm()
        picking = order.picking_ids
        picking.move_ids.quantity = 8
        picking.move_ids.picked = True
        picking.button_validate()
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = 3
        back = wizard._create_return()
        back.move_ids.quantity = 3
        back.move_ids.picked = True
        back.button_validate()
        self.assertVolume(5)

    def test_an_amendment_goes_on_counting(self):
        self.make_quotation(6).action_confirm()
        action = self.agreement.with_user(self.salesperson).action_amend()
        version = self.agreement.browse(action["res_id"])
        self.assertEqual((version.version, version.name), (2, self.agreement.name))
        version.line_ids.quantity_committed = 5
        with self.assertRaisesRegex(Exception, "6.00 have been ordered already"):
            version.with_user(self.salesperson).action_submit()
        version.line_ids.quantity_committed = 20
        version.with_user(self.salesperson).action_submit()
        version.with_user(self.manager).action_activate()
        self.assertEqual(self.agreement.state, "expired")
        self.assertVolume(6, version.line_ids)
        order = self.make_quotation(14)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertVolume(20, version.line_ids)

    def test_all_tiers_of_a_product_take_from_its_volume(self):
        self.agreement.with_user(self.manager).action_terminate()
        agreement = self.make_agreement(
            {"price": 80, "quantity_committed": 60},
            {"price": 70, "quantity_min": 50},
            kind="volume",
        )
        self.make_quotation(50).action_confirm()
        self.assertVolume(50, agreement.line_ids[0])
        order = self.make_quotation(55)
        order.action_confirm()
        self.assertEqual(order.gate_issue_ids.code, "volume_exceeded")

    def test_a_volume_is_committed_once_for_a_product(self):
        with self.assertRaisesRegex(ValidationError, "a volume of Widget twice"):
            self.make_agreement(
                {"price": 80, "quantity_committed": 60},
                {"price": 70, "quantity_min": 50, "quantity_committed": 6},
                state="draft",
            )
