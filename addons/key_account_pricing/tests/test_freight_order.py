from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged

from ..exceptions import FreightError
from .common_freight import FreightCase


@tagged("post_install", "-at_install")
class TestFreightOrder(FreightCase):
    """Price basis and freight of quotations."""

    # ------------------------------------------------------------- price basis

    def test_the_account_proposes_the_price_basis(self):
        self.assertEqual(self.make_quotation().price_basis, "delivered")
        self.account.price_basis = "pickup"
        self.assertEqual(self.make_quotation().price_basis, "pickup")
        self.account.price_basis = False
        self.assertEqual(self.make_quotation().price_basis, "delivered")

    def test_what_the_salesperson_chose_stays(self):
        order = self.make_quotation(price_basis="pickup")
        self.assertEqual(order.price_basis, "pickup")
        self.assertEqual(order.copy().price_basis, "pickup")

    def test_another_customer_brings_another_basis(self):
        other = self.make_account(self.make_company("Other"), price_basis="pickup")
        order = self.make_quotation()
        order.partner_id = other.partner_id
        self.assertEqual(order.price_basis, "pickup")
        order.partner_id = self.make_company("Nobody's account")
        self.assertFalse(order.price_basis)

    def test_a_confirmed_order_keeps_its_basis(self):
        order = self.make_quotation()
        order.action_confirm()
        order.price_basis = "delivered"  # the same
        with self.assertStopped("agreed with its confirmation", FreightError):
            order.price_basis = "pickup"
        other = self.make_account(self.make_company("Other"), price_basis="pickup")
        order.sudo().partner_id = other.partner_id
        self.assertEqual(order.key_account_id, other)
        self.assertEqual(order.price_basis, "delivered")

    def test_the_form_offers_basis_and_freight(self):
        order = self.make_delivered()
        with Form(order) as form, form.order_line.edit(0) as line:
            line.freight_unit = 1.1
        self.assertEqual(order.order_line.freight_unit, 1.1)
        other = self.make_delivered()
        with Form(other) as form:
            form.price_basis = "pickup"
        self.assertEqual(other.price_basis, "pickup")
        self.assertEqual(other.order_line.price_basis, "pickup")
        self.assertFalse(other.order_line.freight_unit)
        order.sudo().action_confirm()
        for fields in (("price_basis",), ("order_line", "freight_unit")):
            with self.subTest(fields), Form(order) as form:
                target = form
                if len(fields) == 2:
                    target = form.order_line.edit(0)
                with self.assertRaisesRegex(AssertionError, "readonly"):
                    setattr(target, fields[-1], "pickup" if len(fields) == 1 else 0.5)

    # ----------------------------------------------------------------- amounts

    def test_freight_of_a_line_to_the_cent(self):
        for quantity, freight, discount, amount in (
            (10, 0.8, 0, 8.0),
            (3, 0.33, 0, 0.99),
            (3, 0.33, 50, 0.5),  # 0.495
            (7, 0.15, 12.5, 0.92),  # 0.91875
            (0, 0.8, 0, 0.0),
            (-2, 0.8, 0, -1.6),
            (10, 0.8, 100, 0.0),
        ):
            with self.subTest(quantity=quantity, freight=freight, discount=discount):
                order = self.make_delivered(
                    {"quantity": quantity, "freight": freight, "discount": discount}
                )
                self.assertEqual(order.order_line.freight_subtotal, amount)
                self.assertEqual(order.amount_freight, amount)

    def test_freight_of_an_order_is_the_sum_of_its_lines(self):
        order = self.make_delivered(
            {"quantity": 3, "freight": 0.33}, {"quantity": 7, "freight": 0.15}
        )
        order.order_line = [
            Command.create({"product_id": self.product.id, "price_basis": "pickup"}),
            Command.create({"display_type": "line_note", "name": "Thank you"}),
        ]
        self.assertEqual(order.amount_freight, 2.04)

    def test_the_price_is_all_that_is_paid(self):
        order = self.make_delivered()
        before = order.amount_total
        order.order_line.freight_unit = 2.0
        self.assertEqual(order.amount_total, before)

    def test_freight_lies_between_zero_and_the_price(self):
        line = self.make_delivered().order_line
        for vals in ({"freight_unit": -0.01}, {"freight_unit": 13.31}):
            with self.assertStopped("part of its price", ValidationError):
                line.write(vals)
        line.freight_unit = 13.3
        with self.assertStopped("part of its price", ValidationError):
            line.price_unit = 13.2
        with self.assertStopped("part of its price", ValidationError):
            self.make_delivered({"price": 5, "freight": 5.01})

    def test_freight_is_compared_without_taxes(self):
        tax = self.env["account.tax"].create(
            {"name": "25 %", "amount": 25, "price_include_override": "tax_included"}
        )
        line = self.make_delivered({"price": 12.5, "freight": 10.0}).order_line
        line.tax_ids = tax
        with self.assertStopped("price without taxes", ValidationError):
            line.freight_unit = 10.01

    def test_only_delivered_prices_have_freight(self):
        line = self.make_delivered().order_line
        with self.assertStopped("not a delivered one", ValidationError):
            line.price_basis = "pickup"
        line.write({"price_basis": "pickup", "freight_unit": 0})
        with self.assertStopped("not a delivered one", ValidationError):
            line.freight_unit = 1

    # ------------------------------------------------------------ who and when

    def test_a_salesperson_changes_freight_until_the_order_is_confirmed(self):
        order = self.make_delivered()
        line = order.order_line
        line.freight_unit = 0.9
        order.action_confirm()
        line.freight_unit = 0.9  # the same
        for vals in (
            {"freight_unit": 0.5},
            {"freight_kind": "included"},
            {"price_basis": "pickup", "freight_unit": 0},
        ):
            with self.assertStopped("agreed with the confirmation", FreightError):
                line.write(vals)
        self.assertEqual(line.freight_unit, 0.9)

    def test_a_confirmed_price_may_fall_below_its_freight(self):
        order = self.make_delivered()
        order.action_confirm()
        order.order_line.price_unit = 0.5
        self.assertEqual(order.order_line.price_unit, 0.5)

    def test_the_warehouse_reads_no_freight(self):
        order = self.make_delivered()
        order.sudo().action_confirm()
        warehouse = self.user("warehouse")
        line = order.order_line.with_user(warehouse)
        for record, name in (
            (line, "freight_unit"),
            (line, "freight_kind"),
            (line, "freight_subtotal"),
            (order.with_user(warehouse), "amount_freight"),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                record.read([name])
        # Nor does the refusal tell whether a guess was right.
        for guess in (0.8, 0.7):
            with self.assertRaises(AccessError):
                line.write({"freight_unit": guess})

    def test_changed_freight_needs_another_approval(self):
        for vals in (
            {"price_basis": "pickup"},
            {"order_line": {"freight_unit": 1.0}},
        ):
            with self.subTest(vals):
                order = self.make_delivered()
                self.make_rule(self.manager)
                self.decide(self.ask(order), self.manager)
                self.assertEqual(order.approval_state, "approved")
                vals = dict(vals)
                order.order_line.write(vals.pop("order_line", {}))
                order.write(vals)
                self.assertNotEqual(order.approval_state, "approved")

    # ------------------------------------------------------------------ copies

    def test_a_copy_keeps_basis_and_freight(self):
        line = self.make_delivered(price_basis="pickup").copy().order_line
        self.assertEqual(
            (line.price_basis, line.freight_kind, line.freight_unit),
            ("delivered", "separate", 0.8),
        )

    def test_split_orders_keep_basis_and_freight(self):
        if "recipient_ids" not in self.env["sale.order"]._fields:
            self.skipTest("orders cannot be split here")
        order = self.make_delivered({"quantity": 3}, price_basis="pickup")
        partner = self.account.partner_id
        for number, share in enumerate((1, 2)):
            address = {"name": f"R{number}", "type": "delivery", "street": "1"}
            order.recipient_ids = [
                Command.create(
                    {
                        "partner_id": partner.create(
                            {**address, "city": "A", "parent_id": partner.id}
                        ).id,
                        "line_ids": [
                            Command.create(
                                {
                                    "order_line_id": order.order_line.id,
                                    "quantity": share,
                                }
                            )
                        ],
                    }
                )
            ]
        order.action_split()
        children = order.child_order_ids
        self.assertEqual(children.mapped("price_basis"), ["pickup"] * 2)
        lines = children.order_line
        self.assertEqual(lines.mapped("freight_unit"), [0.8, 0.8])
        self.assertEqual(set(lines.mapped("freight_kind")), {"separate"})
        invoice = children.sudo()._create_invoices()
        self.assertEqual(len(invoice), 1)
        invoice.action_post()
        self.assertFreight(invoice, 2.4)


@tagged("post_install", "-at_install")
class TestFreightPrint(FreightCase, HttpCase):
    """What the customer reads."""

    def render(self, order):
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            "sale.report_saleorder", order.ids
        )
        return " ".join(html.decode().replace("\xa0", " ").split())

    def portal(self, order):
        user = self.user("portal")
        user.partner_id.parent_id = order.partner_id
        # Odoo remembers whose orders a user may read.
        self.registry.clear_cache()
        order.sudo().state = "sent"
        self.authenticate(user.login, user.login)
        text = self.url_open(f"/my/orders/{order.id}").text
        return " ".join(text.replace("\xa0", " ").replace("&nbsp;", " ").split())

    def test_goods_and_freight_are_printed_apart(self):
        text = "Goods $ 12.50 + freight $ 0.80 per Units"
        order = self.make_delivered()
        for door in (self.render, self.portal):
            with self.subTest(door.__name__):
                page = door(order)
                self.assertIn(text, page)
                self.assertRegex(page, "Price Basis.*Delivered")

    def test_included_freight_is_said_without_an_amount(self):
        order = self.make_delivered({"freight_kind": "included"})
        for door in (self.render, self.portal):
            with self.subTest(door.__name__):
                page = door(order)
                self.assertIn("Delivered, freight included", page)
                self.assertNotIn("+ freight", page)

    def test_pickup_is_said(self):
        order = self.make_delivered(
            {"price_basis": "pickup", "freight": 0, "freight_kind": False},
            price_basis="pickup",
        )
        for door in (self.render, self.portal):
            with self.subTest(door.__name__):
                page = door(order)
                self.assertRegex(page, 'name="line_price_basis"[^>]*> *Pickup *<')
                self.assertRegex(page, "Price Basis.*Pickup")

    def test_nothing_is_said_to_others(self):
        partner = self.make_company("Nobody's account")
        order = self.make_delivered(partner_id=partner.id, price_basis="delivered")
        without = self.make_quotation(price_basis=False)
        for quiet in (order, without):
            for door in (self.render, self.portal):
                page = door(quiet)
                self.assertIn(quiet.order_line.product_id.name, page)
                self.assertNotIn("Price Basis", page)
                self.assertNotIn("line_price_basis", page)

    def test_a_section_that_hides_prices_hides_freight(self):
        order = self.make_delivered()
        order.order_line.sequence = 20
        order.order_line = [
            Command.create(
                {
                    "display_type": "line_section",
                    "name": "Tea",
                    "sequence": 10,
                    "collapse_prices": True,
                }
            )
        ]
        order.invalidate_recordset(["order_line"])  # in their new sequence
        for door in (self.render, self.portal):
            with self.subTest(door.__name__):
                page = door(order)
                self.assertNotIn("+ freight", page)
                self.assertRegex(page, 'name="line_price_basis"[^>]*> *Delivered *<')

    def test_another_customer_sees_no_page(self):
        order = self.make_delivered()
        self.assertIn("freight", self.portal(order))
        other = self.make_delivered(partner_id=self.make_company("Other").id)
        other.sudo().state = "sent"
        page = self.url_open(f"/my/orders/{other.id}")
        self.assertNotIn("freight", page.text)
