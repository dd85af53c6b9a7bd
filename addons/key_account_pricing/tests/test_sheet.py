from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.key_account.exceptions import DutyError

from ..exceptions import AgreementError
from .common import PricingCase


@tagged("post_install", "-at_install")
class TestSheet(PricingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.china = cls.env.ref("base.cn")
        cls.states = cls.china.state_ids[:2]
        cls.region = cls.env["key.account.region"].create(
            {
                "name": "East",
                "country_id": cls.china.id,
                "state_ids": cls.states[:1].ids,
            }
        )

    def line(self, quantity=1, **vals):
        return self.make_quotation(quantity, **vals).order_line

    def move_customer(self, state=None):
        self.account.partner_id.write(
            {"country_id": self.china.id, "state_id": state and state.id}
        )

    # -------------------------------------------------------------- precedence

    def test_sources_are_asked_in_their_order(self):
        self.move_customer(self.states[0])
        region = self.make_sheet({"price": 70}, kind="region", region_id=self.region.id)
        line = self.line()
        self.assertEqual((line.price_unit, line.price_source), (70, "region"))
        customer = self.make_sheet({"price": 75})
        line = self.line()
        self.assertEqual((line.price_unit, line.price_source), (75, "customer"))
        agreement = self.make_agreement({"price": 80})
        line = self.line()
        self.assertEqual((line.price_unit, line.price_source), (80, "agreement"))
        self.assertIn(agreement.display_name, line.price_trace)
        beaten = line.price_beaten.splitlines()
        self.assertRegex(beaten[0], f"Customer price {customer.name}, line 1: .*75.00")
        self.assertRegex(beaten[1], f"Region price {region.name}, line 1: .*70.00")
        self.assertEqual(beaten[2], "List price")

    def test_an_administrator_sorts_the_sources(self):
        self.make_agreement({"price": 80})
        self.make_sheet({"price": 75})
        ref = "key_account_pricing.key_account_price_source_customer"
        self.env.ref(ref).with_user(self.user("administrator")).sequence = 1
        self.assertEqual(self.line().price_unit, 75)
        with self.assertRaises(AccessError):
            self.env.ref(ref).with_user(self.manager).sequence = 50

    def test_a_pricelist_may_come_before_protected_prices(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Key accounts",
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "compute_price": "fixed",
                            "fixed_price": 65,
                            "min_quantity": 5,
                        },
                    )
                ],
            }
        )
        self.make_sheet({"price": 75})
        self.env.ref(
            "key_account_pricing.key_account_price_source_pricelist"
        ).sequence = 1
        few = self.line(pricelist_id=pricelist.id)
        self.assertEqual((few.price_unit, few.price_source), (75, "customer"))
        many = self.line(5, pricelist_id=pricelist.id)
        self.assertEqual((many.price_unit, many.price_source), (65, "pricelist"))
        self.assertIn("Customer price", many.price_beaten)

    # ------------------------------------------------------------ region, basis

    def test_the_delivery_address_decides_the_region(self):
        self.make_sheet({"price": 70}, kind="region", region_id=self.region.id)
        self.move_customer(self.states[1])
        self.assertEqual(self.line().price_unit, 100)
        site = self.env["res.partner"].create(
            {
                "name": "Site",
                "parent_id": self.account.partner_id.id,
                "type": "delivery",
                "country_id": self.china.id,
                "state_id": self.states[0].id,
            }
        )
        line = self.line(partner_shipping_id=site.id)
        self.assertEqual(
            (line.order_id.price_region_id, line.price_unit), (self.region, 70)
        )

    def test_a_place_is_in_one_region(self):
        Region = self.env["key.account.region"]
        with (
            self.assertRaisesRegex(ValidationError, "is in region East already"),
            self.env.cr.savepoint(),
        ):
            Region.create(
                {
                    "name": "Coast",
                    "country_id": self.china.id,
                    "state_ids": self.states.ids,
                }
            )
        with (
            self.assertRaisesRegex(ValidationError, "is not in France"),
            self.env.cr.savepoint(),
        ):
            Region.create(
                {
                    "name": "Sud",
                    "country_id": self.env.ref("base.fr").id,
                    "state_ids": self.states.ids,
                }
            )
        rest = Region.create({"name": "Rest", "country_id": self.china.id})
        self.move_customer(self.states[1])
        self.assertEqual(self.line().order_id.price_region_id, rest)

    def test_the_basis_of_the_order_picks_the_price(self):
        self.make_sheet(
            {"price": 70, "price_basis": "pickup"},
            {
                "price": 78,
                "price_basis": "delivered",
                "freight": 8,
                "freight_kind": "separate",
            },
            {"price": 90, "quantity_min": 5},
        )
        line = self.line()
        self.assertEqual(line.price_unit, 86)
        self.assertRegex(
            line.price_trace, "78.00 from .*, delivered, plus freight .*8.00"
        )
        line.order_id.price_basis = "pickup"
        self.assertEqual(line.price_unit, 70)
        self.assertIn("pickup", line.price_trace)

    def test_freight_needs_a_delivered_price_and_stays_within_it(self):
        for vals in (
            {"price": 70, "freight": 1},
            {"price": 70, "freight": 1, "price_basis": "pickup"},
            {"price": 70, "freight": 71, "price_basis": "delivered"},
            {"price": 70, "freight": -1, "price_basis": "delivered"},
        ):
            with (
                self.subTest(**vals),
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(IntegrityError, "freight"),
                self.env.cr.savepoint(),
            ):
                self.make_sheet(vals, state="draft")

    # -------------------------------------------------------------- promotions

    def test_a_promotion_goes_with_other_prices_as_it_says(self):
        self.make_sheet({"price": 90})
        for policy, vals, price, source in (
            ("best", {"price": 95}, 90, "customer"),
            ("best", {"price": 85}, 85, "promotion"),
            ("exclusive", {"price": 95}, 95, "promotion"),
            ("on_top", {"price_kind": "discount", "discount": 10}, 81, "customer"),
        ):
            with self.subTest(policy=policy, **vals):
                sheet = self.make_sheet(vals, kind="promotion", promotion_policy=policy)
                line = self.line()
                self.assertEqual((line.price_unit, line.price_source), (price, source))
                named = line.price_trace + line.price_beaten
                self.assertIn(f"Promotion {sheet.name}", named)
                sheet.with_user(self.manager).action_terminate()
                line.order_id.action_update_prices()
                self.assertEqual(line.price_unit, 90)

    def test_a_promotion_counts_without_any_other_rule(self):
        self.make_sheet(
            {"price_kind": "discount", "discount": 25},
            kind="promotion",
            promotion_policy="on_top",
        )
        line = self.line()
        self.assertEqual((line.price_unit, line.price_source), (75, "list"))
        self.assertIn("on top: Promotion", line.price_trace)

    def test_a_promotion_leaves_a_locked_price_alone(self):
        self.make_agreement({"price": 80}, kind="price")
        self.make_sheet({"price": 50}, kind="promotion", promotion_policy="exclusive")
        self.assertEqual(self.line().price_unit, 80)

    def test_what_comes_on_top_is_a_discount(self):
        with self.assertRaisesRegex(ValidationError, "Widget has a price of its own"):
            self.make_sheet({"price": 50}, kind="promotion", promotion_policy="on_top")

    # ---------------------------------------------------------------- its life

    def test_a_sheet_says_for_whom_it_is(self):
        for vals, sentence in (
            ({"kind": "customer", "account_id": False}, "choose the key account"),
            ({"kind": "region"}, "choose the region"),
            (
                {"kind": "guide", "account_id": self.account.id},
                "not about one customer",
            ),
        ):
            with (
                self.subTest(sentence=sentence),
                self.assertRaisesRegex(ValidationError, sentence),
                self.env.cr.savepoint(),
            ):
                self.make_sheet({"price": 1}, **vals)

    def test_another_manager_puts_it_in_force_and_then_it_is_fixed(self):
        sheet = self.make_sheet({"price": 70}, state="draft")
        mine = sheet.with_user(self.second_manager)
        mine.action_submit()
        with self.assertRaisesRegex(DutyError, "comes from you"):
            mine.action_activate()
        self.assertEqual(self.line().price_unit, 100)
        sheet.with_user(self.manager).action_activate()
        self.assertEqual(self.line().price_unit, 70)
        for change in (
            lambda: mine.write({"date_end": self.today}),
            lambda: mine.line_ids.write({"price": 2}),
            mine.unlink,
        ):
            with self.assertRaises(AgreementError), self.env.cr.savepoint():
                change()
        with self.assertRaises(DutyError):
            mine.write({"state": "draft"})

    def test_handing_it_over_does_not_make_it_somebody_elses(self):
        sheet = self.make_sheet({"price": 70}, state="draft", user_id=self.manager.id)
        sheet.with_user(self.second_manager).action_submit()
        sheet.with_user(self.second_manager).user_id = self.salesperson
        with self.assertRaisesRegex(DutyError, "comes from you"):
            sheet.with_user(self.manager).action_activate()

    def test_the_calendar_ends_a_sheet(self):
        sheet = self.make_sheet({"price": 70}, date_end=self.today)
        self.assertEqual(
            self.line(date_order=self.today + timedelta(days=1)).price_unit, 100
        )
        self.env.cr.execute(
            "UPDATE key_account_price_sheet SET date_start = %s, date_end = %s"
            " WHERE id = %s",
            (self.today - timedelta(days=2), self.today - timedelta(days=1), sheet.id),
        )
        sheet.invalidate_recordset()
        self.env["key.account.price.sheet"]._cron_expire()
        self.assertEqual(sheet.state, "expired")

    def test_a_quotation_of_a_sheet_that_has_ended_is_held(self):
        sheet = self.make_sheet({"price": 70})
        order = self.line().order_id
        sheet.with_user(self.manager).action_terminate()
        order.action_confirm()
        self.assertEqual(order.gate_issue_ids.code, "agreement_ended")
        order.action_update_prices()
        order._gate_reevaluate()
        self.assertEqual((order.state, order.order_line.price_unit), ("sale", 100))

    def test_its_lines_go_to_a_workbook_and_back(self):
        sheet = self.make_sheet(
            {"price": 70, "price_basis": "pickup"},
            {
                "price": 78,
                "price_basis": "delivered",
                "freight": 8,
                "freight_kind": "separate",
            },
            {"price_kind": "discount", "discount": 5, "quantity_min": 12},
        )
        sheet.action_export_lines()
        export = self.env["key.account.price.export"].search([], order="id desc")[:1]
        copy = self.make_sheet(state="draft")
        wizard = self.env["key.account.price.import"].create(
            {
                "res_model": copy._name,
                "res_id": copy.id,
                "file": export.file,
                "filename": "prices.xlsx",
            }
        )
        wizard.action_check()
        wizard.action_import()
        names = ["quantity_min", "price_kind", "price", "discount", "price_basis"]
        names += ["freight", "freight_kind"]
        self.assertEqual(
            [tuple(line[name] for name in names) for line in copy.line_ids],
            [tuple(line[name] for name in names) for line in sheet.line_ids],
        )

    # ------------------------------------------------------------------- roles

    def test_salespeople_protect_prices_of_their_own_accounts_only(self):
        Sheet = self.env["key.account.price.sheet"].with_user(self.salesperson)
        sheet = Sheet.create({"account_id": self.account.id})
        self.assertTrue(sheet.has_access("write"))
        other = self.make_account(self.make_company("Other"), user_id=self.manager.id)
        for vals in (
            {"account_id": other.id},
            {"kind": "guide"},
            {"kind": "promotion"},
            {"kind": "region", "region_id": self.region.id},
        ):
            with self.subTest(**vals), self.assertRaises(AccessError):
                Sheet.create(vals)

    def test_who_reads_which_sheet(self):
        guide = self.make_sheet({"price": 1}, kind="guide")
        promotion = self.make_sheet({"price": 1}, kind="promotion")
        customer = self.make_sheet({"price": 1})
        table = {
            "salesperson": (True, True, True),
            "manager": (True, True, True),
            "controller": (False, True, True),
            "accountant": (False, True, True),
            "warehouse": (False, False, False),
            "portal": (False, False, False),
        }
        for role, rights in table.items():
            for sheet, may in zip((guide, promotion, customer), rights, strict=True):
                for record in (sheet, sheet.line_ids):
                    with self.subTest(role=role, kind=sheet.kind, model=record._name):
                        record = record.with_user(self.user(role))
                        self.assertEqual(record.has_access("read"), may)
                        found = record.has_access("read") and record.search_count(
                            [("id", "=", record.id)]
                        )
                        self.assertEqual(bool(found), may)

    def test_another_accounts_sheet_gives_no_price(self):
        other = self.make_account(self.make_company("Other"))
        sheet = self.make_sheet({"price": 70}, account_id=other.id)
        line = self.line()
        self.assertEqual(line.price_unit, 100)
        with self.assertRaisesRegex(ValidationError, "does not price Widget for"):
            line.price_sheet_line_id = sheet.line_ids
            self.env.flush_all()
