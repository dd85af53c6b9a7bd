"""Warehouse staff see no price, and everybody else sees theirs."""

import re

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, TransactionCase, new_test_user, tagged

from ..models.price_visibility import COST_READERS, PRICE_READERS

# Fields whose name or type looks like a price and that the warehouse may read.
PRICE_LIKE = re.compile(
    "pric|cost|amount|value|valu|margin|discount|total|balance|credit|debit|invoiced"
    "|revenue|turnover|paid|residual|dashboard|justification"
)
ALLOWED = {
    # Settings and rates that are public anyway, and no amount of a document.
    "account.account": {"related_taxes_amount"},  # a number of taxes
    "account.journal": {"selected_payment_method_codes"},
    "account.payment.term": {
        "discount_percentage",  # early payment, printed on each invoice
        "discount_days",
        "example_amount",  # of an example
        "example_preview_discount",
    },
    "account.payment.term.line": {"value_amount"},  # percent of the invoice
    "account.tax": {"amount"},  # the rate
    "account.tax.group": {"preceding_subtotal"},  # a label
    "iap.account": {"balance"},  # credits bought from Odoo
    "res.company": {"credit_horizon_days", "credit_limit_warn_days"},  # a policy
    "sale.order": {"prepaid_percent"},  # how it is paid, no amount
    # Rows of their own only: a wizard and a token of the user.
    "payment.capture.wizard": {
        "amount_to_capture",
        "authorized_amount",
        "available_amount",
        "captured_amount",
        "voided_amount",
    },
    # Quantities, counts, texts and layout.
    "crm.team": {"dashboard_button_name"},
    "digest.digest": {"kpi_mail_message_total_value", "kpi_res_users_connected_value"},
    "ir.default": {"json_value"},
    "product.attribute.custom.value": {"custom_value"},
    "product.template.attribute.line": {"value_count"},
    "report.paperformat": {
        "margin_bottom",
        "margin_left",
        "margin_right",
        "margin_top",
    },
    "sale.order.line": {"qty_invoiced", "qty_invoiced_posted", "qty_invoiced_at_date"},
    "spreadsheet.dashboard": {"sample_dashboard_file_path"},
    "stock.avco.report": {"total_quantity"},
    "stock.move": {"procurement_values"},  # dates and routes
    "stock.picking.type": {"kanban_dashboard_graph"},  # numbers of transfers
}


def is_quantity(field):
    return field.type == "float" and field._digits == "Product Unit"


class PriceVisibilityCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading("generic_coa", cls.company)
        # Inventory losses are booked at once, so that adjustments create entries.
        cls.env["stock.location"].search(
            [("usage", "=", "inventory"), ("company_id", "=", cls.company.id)]
        ).valuation_account_id = cls.env["account.account"].create(
            {"name": "Loss", "code": "PV1000", "account_type": "expense"}
        )
        stock_user = "base.group_user,base.group_allow_export,stock.group_stock_user"
        stock_manager = stock_user.replace("_stock_user", "_stock_manager")
        cls.stock_users = new_test_user(
            cls.env, "pv_stock_user", groups=stock_user
        ) + new_test_user(
            cls.env,
            "pv_stock_manager",
            groups=f"{stock_manager},product.group_product_manager",
        )
        cls.salesperson = new_test_user(
            cls.env, "pv_sales", groups="sales_team.group_sale_salesman_all_leads"
        )
        cls.portal = new_test_user(cls.env, "pv_portal", groups="base.group_portal")
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )

    @classmethod
    def _product(cls, cost_method="standard", policy="delivery", stock=20, **vals):
        """A product at 150 that costs 90, with some stock."""
        category = cls.env["product.category"].create(
            {
                "name": f"{cost_method}, real time",
                "property_cost_method": cost_method,
                "property_valuation": "real_time",
            }
        )
        product = cls.env["product.product"].create(
            {
                "name": f"Product {cost_method} {policy}",
                "is_storable": True,
                "categ_id": category.id,
                "list_price": 150,
                "standard_price": 90,
                "invoice_policy": policy,
                "taxes_id": False,
                **vals,
            }
        )
        if stock:
            cls.env["stock.quant"].with_context(inventory_mode=True).create(
                {
                    "product_id": product.id,
                    "location_id": cls.warehouse.lot_stock_id.id,
                    "inventory_quantity": stock,
                }
            ).action_apply_inventory()
        return product

    @classmethod
    def _order(cls, product, quantity=5):
        """A confirmed order of the portal customer over ``quantity`` × 150."""
        line = {"product_id": product.id, "product_uom_qty": quantity}
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.portal.partner_id.id,
                "user_id": cls.salesperson.id,
                "order_line": [Command.create(line)],
            }
        )
        order.action_confirm()
        return order


@tagged("post_install", "-at_install")
class TestPriceVisibility(PriceVisibilityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls._product()
        cls.order = cls._order(cls.product)
        cls.order.message_post(
            body="Your order amounting in $ 750 is ready",
            attachments=[("q.txt", b"750")],
        )
        cls.picking = cls.order.picking_ids
        vendor = {"partner_id": cls.portal.partner_id.id, "price": 77}
        cls.product.seller_ids = [Command.create(vendor)]
        pricelist = cls.env["product.pricelist"].create(
            {"name": "P", "item_ids": [Command.create({"fixed_price": 140})]}
        )
        lot = cls.env["stock.lot"].create({"name": "L", "product_id": cls.product.id})
        cls.records = {
            "sale.order": cls.order,
            "sale.order.line": cls.order.order_line,
            "product.template": cls.product.product_tmpl_id,
            "product.product": cls.product,
            "product.pricelist.item": pricelist.item_ids,
            "product.supplierinfo": cls.product.seller_ids,
            "stock.move": cls.picking.move_ids,
            "stock.lot": lot,
            "stock.quant": cls.product.stock_quant_ids[:1],
            "stock.picking": cls.picking,
            "res.partner": cls.portal.partner_id,
        }

    def _protected(self):
        """Each (model, field) that this module closes, on all models."""
        for model in self.env.registry.models:
            for field in self.env[model]._fields.values():
                if field.groups in (PRICE_READERS, COST_READERS):
                    yield self.env[model], field

    def test_no_other_field_that_looks_like_a_price_is_readable(self):
        found = set()
        for user in self.stock_users:
            env = self.env(user=user)
            for model in map(env.__getitem__, self.env.registry):
                if not model.has_access("read"):
                    continue
                found |= {
                    f"{model._name}.{name}"
                    for name, field in model._fields.items()
                    if field.type == "monetary"
                    or (
                        field.type not in ("many2one", "one2many", "many2many")
                        and field.type
                        not in ("boolean", "selection", "date", "datetime")
                        and PRICE_LIKE.search(name)
                    )
                    if name not in ALLOWED.get(model._name, ())
                    and not name.endswith("_days")  # of credit, for example
                    and not is_quantity(field)
                    if model._has_field_access(field, "read")
                }
        self.assertFalse(
            found, "Close these fields, or say in ALLOWED why they may show"
        )

    def test_each_door_of_the_orm_refuses_each_price(self):
        for user in self.stock_users:
            for model, field in self._protected():
                records = self.records.get(model._name, model).with_user(user)
                if not records.has_access("read"):
                    continue
                self.assertNotIn(field.name, records.fields_get())
                for door, call in self._doors(records, field).items():
                    with self.subTest(user=user.login, field=str(field), door=door):
                        self.env.invalidate_all()
                        with self.assertRaises(AccessError):
                            call()

    def _doors(self, records, field):
        name, model = field.name, records.browse()
        doors = {
            "web_search_read": lambda: model.web_search_read([], {name: {}}),
            "search_read": lambda: model.search_read([], [name]),
            "onchange": lambda: model.onchange({}, [], {name: {}}),
        }
        if records:
            doors["read"] = lambda: records.read([name])
            doors["web_read"] = lambda: records.web_read({name: {}})
            doors["export"] = lambda: records.export_data([name])
            if name != "technical_price_unit":  # core drops it from the values
                doors["write"] = lambda: records.write({name: False})
        if field.store and field.column_type:
            doors["domain"] = lambda: model.search([(name, "!=", False)])
            if records._name != "product.supplierinfo":  # ordered without the price
                doors["order"] = lambda: model.search([], order=name)
            doors["group"] = lambda: model.formatted_read_group([], [name])
            if field.type in ("monetary", "float"):
                doors["sum"] = lambda: model.formatted_read_group(
                    [], [], [f"{name}:sum"]
                )
        return doors

    def test_a_path_through_other_models_ends_at_the_same_door(self):
        for user in self.stock_users:
            pickings = self.picking.with_user(user)
            with self.assertRaises(AccessError):
                pickings.search([("sale_id.amount_total", ">", 700)])
            with self.assertRaises(AccessError):
                pickings.export_data(["sale_id/order_line/price_unit"])
            with self.assertRaises(AccessError):
                pickings.web_read(
                    {
                        "sale_id": {
                            "fields": {"order_line": {"fields": {"discount": {}}}}
                        }
                    }
                )

    def test_no_view_asks_for_a_field_the_warehouse_may_not_read(self):
        for user in self.stock_users:
            for model in self.records:
                records = self.records[model].with_user(user)
                for kind in ("form", "list", "kanban"):
                    with self.subTest(user=user.login, model=model, view=kind):
                        view = records.get_views([(False, kind)])["views"][kind]
                        spec = self._specification(
                            etree.fromstring(view["arch"]), records
                        )
                        self.assertFalse(
                            set(spec) - set(records.fields_get()), "the view won't open"
                        )
                        self.assertTrue(records.web_read(spec))

    def _specification(self, node, model):
        """What the web client reads to show the view ``node`` of ``model``."""
        spec = {}
        for child in node:
            if child.tag != "field":
                spec.update(self._specification(child, model))
            elif field := model._fields.get(child.get("name")):
                spec[field.name] = {}
                if field.relational and len(child):
                    comodel = model.env[field.comodel_name]
                    sub = self._specification(child, comodel)
                    spec[field.name] = {"fields": sub}
        return spec

    def test_the_warehouse_edits_an_order_in_its_form(self):
        for user in self.stock_users:
            with Form(self.order.with_user(user)) as form:
                form.client_order_ref = f"Gate {user.id}"
            self.assertEqual(self.order.client_order_ref, f"Gate {user.id}")

    def test_messages_and_files_of_an_order_do_not_tell(self):
        files = self.order.message_ids.attachment_ids
        for user in self.stock_users:
            order = self.order.with_user(user)
            self.env.invalidate_all()
            self.assertNotIn("750", str(order.message_ids.mapped("body")))
            found = files.with_user(user).search([("id", "in", files.ids)])
            self.assertFalse(found)
            with self.assertRaises(AccessError):
                files.with_user(user).read(["raw"])
            self.assertTrue(
                order.message_post(
                    body="Left the dock",
                    partner_ids=self.portal.partner_id.ids,
                    subtype_xmlid="mail.mt_comment",
                )
            )
        self.assertIn(
            "750",
            str(self.order.with_user(self.salesperson).message_ids.mapped("body")),
        )
        self.assertEqual(files.with_user(self.salesperson).raw, b"750")

    def test_reports_do_not_tell(self):
        product_ids = self.product.ids
        for user in self.stock_users:
            env = self.env(user=user)
            report = env["ir.actions.report"]
            with self.assertRaises(AccessError):
                report._render_qweb_html("sale.report_saleorder", self.order.ids)
            with self.assertRaises(AccessError):
                self.order.with_user(user).get_portal_url()
            slip = report._render_qweb_html(
                "stock.report_deliveryslip", self.picking.ids
            )
            self.assertIn(self.product.name, str(slip[0]))
            forecast = env["stock.forecasted_product_product"].with_context(
                warehouse_id=self.warehouse.id
            )
            docs = forecast.get_report_values(product_ids)["docs"]
            self.assertTrue(docs["lines"])
            self.assertNotIn("amount_untaxed", str(docs))
            self.assertNotIn("value", docs)
            label = report._render_qweb_text(
                "stock.label_product_product_view",
                product_ids,
                data={
                    "active_model": "product.product",
                    "quantity_by_product": {str(self.product.id): 1},
                    "price_included": True,
                    "zpl_template": "normal",
                    "layout_wizard": env["product.label.layout"].create({}).id,
                },
            )[0].decode()
            self.assertIn(self.product.name, label)
            self.assertNotIn("150", label)

    def test_salespeople_and_customers_see_their_prices(self):
        for user in (self.salesperson, self.portal):
            order = self.order.with_user(user)
            self.assertEqual(order.read(["amount_total"])[0]["amount_total"], 750)
            self.assertEqual(
                order.order_line.read(["price_unit"])[0]["price_unit"], 150
            )
        product = self.product.with_user(self.salesperson)
        self.assertEqual(product.read(["standard_price"])[0]["standard_price"], 90)
        self.assertIn(
            'name="amount_untaxed"',
            order.with_user(self.salesperson).get_views([(False, "list")])["views"][
                "list"
            ]["arch"],
        )

    def test_staff_outside_the_warehouse_see_what_core_shows_them(self):
        staff = new_test_user(self.env, "pv_staff", groups="base.group_user")
        product = self._product().with_user(staff)
        self.assertEqual((product.list_price, product.standard_price), (150, 90))

    def test_warehouse_staff_see_prices_once_they_are_given_the_group(self):
        user = self.stock_users[0]
        order = self.records["sale.order"].with_user(user)
        self.assertFalse(order._has_field_access(order._fields["amount_total"], "read"))
        user.group_ids = [Command.link(self.env.ref(PRICE_READERS).id)]
        self.assertTrue(order.amount_total)

    def test_customers_see_no_cost(self):
        for model, field in self._protected():
            if field.groups == COST_READERS:
                self.assertFalse(
                    model.with_user(self.portal)._has_field_access(field, "read"), field
                )
