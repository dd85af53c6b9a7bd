from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import AgreementError
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

    def test_a_cancelled_order_keeps_what_was_delivered(self):
        service = self.make_product("Hours", 50, type="service", is_storable=False)
        more = self.make_agreement(
            {"product_id": service.id, "price": 40, "quantity_committed": 9},
            kind="volume",
        )
        order = self.make_quotation(
            order_line=[
                Command.create({"product_id": product.id, "product_uom_qty": 8})
                for product in (self.product, service)
            ]
        )
        order.action_confirm()
        goods, hours = order.order_line
        picking = order.picking_ids
        picking.move_ids.quantity = 6
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        hours.qty_delivered = 3
        self.assertVolume(8)
        order._action_cancel()
        self.assertVolume(6)
        self.assertVolume(3, more.line_ids)
        rest = self.make_quotation(5)
        rest.action_confirm()
        self.assertEqual(rest.gate_issue_ids.code, "volume_exceeded")
        # What the line says was delivered is the user's to write.
        goods.qty_delivered = 0
        self.assertVolume(6)
        order.action_draft()
        self.assertVolume(6)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertVolume(8)

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

    def test_removing_the_agreement_from_a_line_is_no_way_around(self):
        order = self.make_quotation(4)
        order.order_line.agreement_line_id = False
        self.assertEqual(order.order_line.price_unit, 100)
        order.order_line.price_unit = 80
        order.action_confirm()
        self.assertEqual(order.gate_issue_ids.code, "price_outdated")
        order.action_update_prices()
        order._gate_reevaluate()
        self.assertEqual(order.state, "sale")
        self.assertVolume(4)

    def test_confirmed_lines_keep_the_agreement_that_counts_them(self):
        order = self.make_quotation(4)
        order.action_confirm()
        with self.assertRaisesRegex(AgreementError, "is confirmed"):
            order.order_line.agreement_line_id = False
        line = {"product_id": self.product.id, "agreement_line_id": False}
        forged = order.with_context(default_agreement_line_id=False)
        for record in (order, forged):
            record.order_line = [Command.create({**line, "product_uom_qty": 2})]
        self.assertVolume(8)
        with self.assertRaisesRegex(Exception, "the order takes 11.00"):
            order.order_line = [Command.create({**line, "product_uom_qty": 3})]

    def test_a_volume_is_committed_once_for_a_product(self):
        with self.assertRaisesRegex(ValidationError, "a volume of Widget twice"):
            self.make_agreement(
                {"price": 80, "quantity_committed": 60},
                {"price": 70, "quantity_min": 50, "quantity_committed": 6},
                state="draft",
            )


@tagged("post_install", "-at_install")
class TestNextSource(PricingCase):
    """The remainder falls to the next price source."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls.make_agreement(
            {"price": 80, "quantity_committed": 10}, kind="volume", volume_policy="next"
        )
        cls.make_sheet({"price": 90})

    def test_the_rest_goes_on_a_line_of_its_own(self):
        order = self.make_quotation(15)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(
            [
                (line.product_uom_qty, line.price_unit, line.price_source)
                for line in order.order_line
            ],
            [(10, 80, "agreement"), (5, 90, "customer")],
        )
        self.assertEqual(sum(order.picking_ids.move_ids.mapped("product_uom_qty")), 15)
        self.agreement.invalidate_recordset()
        self.assertEqual(self.agreement.line_ids.quantity_remaining, 0)
        self.assertIn("the rest is priced", order.message_ids[0].body)
        kept, rest = order.order_line
        self.assertNotIn("no volume left", kept.price_trace)
        self.assertIn(
            f"{self.agreement.display_name} has no volume left", rest.price_trace
        )

    def test_a_line_that_comes_too_late_is_priced_anew(self):
        self.make_quotation(10).action_confirm()
        order = self.make_quotation(4)
        order.action_confirm()
        self.assertEqual(
            (order.state, len(order.order_line), order.order_line.price_unit),
            ("sale", 1, 90),
        )

    def test_the_rest_is_not_taken_back_by_an_update_of_prices(self):
        order = self.make_quotation(15)
        order._price_rest_by_next()
        order.action_update_prices()
        self.assertEqual(order.order_line.mapped("price_unit"), [80, 90])

    def test_dozens_are_not_torn_apart_beyond_their_rounding(self):
        order = self.make_quotation(2)
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        kept, rest = order.order_line
        self.assertLessEqual(kept._get_quantity_in_product_unit(), 10)
        self.assertEqual(kept.product_uom_qty + rest.product_uom_qty, 2)
        self.assertEqual((kept.price_unit, rest.price_unit), (960, 1080))

    def test_the_rest_may_need_an_approval_again(self):
        self.make_rule(self.manager, thresholds={"amount": 1})
        order = self.make_quotation(15)
        self.ask(order).with_user(self.manager).action_approve()
        order.action_confirm()
        self.assertEqual(order.state, "draft")
        self.assertEqual(order.gate_issue_ids.code, "approval_missing")


@tagged("post_install", "-at_install")
class TestValue(PricingCase):
    def assertValue(self, record, executed):
        record.invalidate_recordset()
        self.assertEqual(record.value_executed, executed)
        self.assertEqual(
            record.value_executed + record.value_remaining, record.value_committed
        )

    def test_a_value_of_one_product(self):
        agreement = self.make_agreement(
            {"price": 80, "value_committed": 400}, kind="volume"
        )
        self.make_quotation(4).action_confirm()
        self.assertValue(agreement.line_ids, 320)
        order = self.make_quotation(2)
        order.action_confirm()
        self.assertEqual(order.gate_issue_ids.code, "value_exceeded")
        self.assertNotRegex(order.gate_issue_ids.text, "400|320")
        order.order_line.product_uom_qty = 1
        order._gate_reevaluate()
        self.assertEqual(order.state, "sale")
        self.assertValue(agreement.line_ids, 400)

    def test_a_value_of_a_category_and_of_all(self):
        toys = self.env["product.category"].create({"name": "Toys"})
        self.product.categ_id = self.env["product.category"].create(
            {"name": "Cars", "parent_id": toys.id}
        )
        agreement = self.make_agreement(
            {
                "product_id": False,
                "categ_id": toys.id,
                "price_kind": "discount",
                "discount": 50,
                "value_committed": 200,
            },
            kind="volume",
            value_committed=1000,
        )
        self.make_quotation(4).action_confirm()
        self.assertValue(agreement.line_ids, 200)
        self.assertValue(agreement, 200)
        order = self.make_quotation(1)
        order.action_confirm()
        self.assertEqual(order.gate_issue_ids.code, "value_exceeded")

    def test_the_total_is_in_the_agreements_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "rate": 0.5, "company_id": self.env.company.id}
        )
        agreement = self.make_agreement(
            {"price": 40}, kind="both", currency_id=euro.id, value_committed=100
        )
        self.make_quotation(2).action_confirm()
        self.assertValue(agreement, 80)
        order = self.make_quotation(1)
        order.action_confirm()
        self.assertEqual(order.gate_issue_ids.code, "value_exceeded")

    def test_an_order_takes_as_much_as_one_may(self):
        self.make_agreement(
            {"price": 80, "quantity_release_min": 5, "quantity_release_max": 20}
        )
        for quantity, is_held in ((4, True), (5, False), (20, False), (21, True)):
            with self.subTest(quantity=quantity):
                order = self.make_quotation(quantity)
                order.action_confirm()
                self.assertEqual(order.gate_state == "held", is_held)
                if is_held:
                    self.assertEqual(order.gate_issue_ids.code, "release_quantity")
