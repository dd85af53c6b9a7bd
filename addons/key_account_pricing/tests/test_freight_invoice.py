from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_freight import FreightCase


@tagged("post_install", "-at_install")
class TestFreightInvoice(FreightCase):
    """Posting an invoice moves the freight in its prices to an income account of its
    own."""

    # ----------------------------------------------------------------- amounts

    def test_posting_moves_the_freight(self):
        invoice = self.invoice(self.make_delivered())
        self.assertFreight(invoice, 8.0)
        self.assertEqual(invoice.amount_total, 133)
        self.assertEqual(invoice.line_ids.filtered("is_freight").credit, 8.0)

    def test_the_document_shows_nothing_of_it(self):
        with_freight = self.invoice(self.make_delivered())
        without = self.invoice(self.make_delivered({"freight": 0}))
        for name in ("amount_untaxed", "amount_total", "amount_residual"):
            self.assertEqual(with_freight[name], without[name], name)
        self.assertEqual(len(with_freight.invoice_line_ids), 1)
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice", with_freight.ids
        )
        self.assertNotIn(b"Freight", html)
        self.env.flush_all()
        report = self.env["account.invoice.report"].search(
            [("move_id", "=", with_freight.id)]
        )
        self.assertEqual(report.mapped("price_subtotal"), [133])

    def test_amounts_to_the_cent(self):
        kwd = self.make_currency("KWD", 0.3)
        jpy = self.make_currency("JPY", 150)
        own = self.env.company.currency_id
        for currency, line, amount in (
            (own, {"quantity": 3, "freight": 0.33}, 0.99),
            (own, {"quantity": 3, "freight": 0.33, "discount": 50}, 0.5),
            (own, {"quantity": 7, "freight": 0.15, "discount": 12.5}, 0.92),
            (own, {"quantity": 2.5, "freight": 13.3}, 33.25),
            (own, {"freight": 0.8, "discount": 100}, 0),
            (own, {"freight": 0}, 0),
            (jpy, {"price": 1330, "freight": 80.55, "quantity": 3}, 242),
            (jpy, {"price": 1330, "freight": 0.1, "quantity": 3}, 0),
            (jpy, {"price": 1330, "freight": 80, "discount": 33.3, "quantity": 7}, 374),
            (kwd, {"freight": 0.33, "discount": 12.5, "quantity": 7}, 2.021),
            (kwd, {"freight": 0.01, "discount": 33.3, "quantity": 1}, 0.007),
        ):
            with self.subTest(currency=currency.name, line=line):
                order = self.make_priced_in(currency, line)
                invoice = self.invoice(order)
                self.assertEqual(invoice.currency_id, currency)
                self.assertFreight(invoice, amount)
                self.assertEqual(order.amount_freight, amount)

    def test_foreign_freight_is_booked_at_the_invoices_rate(self):
        euro = self.make_currency("EUR", 0.7)
        invoice = self.invoice(self.make_priced_in(euro))
        self.assertFreight(invoice, 8.0)
        item = invoice.line_ids.filtered("is_freight")
        self.assertEqual((item.currency_id, item.balance), (euro, -11.43))

    def test_an_undated_invoice_is_booked_at_the_rate_of_the_day_it_is_posted(self):
        euro = self.make_currency("EUR", 0.5)
        invoice = self.draft_invoice(self.make_priced_in(euro), invoice_date=False)
        # Written the day before yesterday, at the rate of that day.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET create_date = create_date - interval '2 days' "
            "WHERE id = %s",
            invoice.ids,
        )
        self.env.invalidate_all()
        self.set_rate(euro, 0.8, self.today)
        self.assertEqual(invoice.invoice_currency_rate, 0.5)
        invoice.action_post()
        product = invoice.invoice_line_ids
        self.assertEqual((product.amount_currency, product.balance), (-133, -166.25))
        item = invoice.line_ids.filtered("is_freight")
        self.assertEqual((item.amount_currency, item.balance), (-8, -10))

    def test_a_rate_entered_by_hand_counts(self):
        euro = self.make_currency("EUR", 0.5)
        for date in (self.today, False):
            invoice = self.draft_invoice(self.make_priced_in(euro), invoice_date=date)
            invoice.invoice_currency_rate = 0.4
            invoice.action_post()
            self.assertEqual(invoice.line_ids.filtered("is_freight").balance, -20)
            self.assertEqual(invoice.invoice_line_ids.balance, -332.5)

    def test_an_invoice_in_another_currency_than_the_order(self):
        euro = self.make_currency("EUR", 0.5)
        invoice = self.draft_invoice(self.make_delivered())
        invoice.currency_id = euro
        invoice.action_post()
        self.assertFreight(invoice, 4.0)

    def test_units_are_converted(self):
        order = self.make_delivered(
            {"product_uom_id": self.dozen.id, "price": 150, "freight": 9.6}
        )
        invoice = self.draft_invoice(order)
        line = invoice.invoice_line_ids
        self.assertEqual(line.product_uom_id, self.dozen)
        line.write(
            {
                "product_uom_id": self.product.uom_id.id,
                "quantity": 6,
                "price_unit": 12.5,
            }
        )
        invoice.action_post()
        self.assertFreight(invoice, 4.8)

    # ------------------------------------------------- what is on the invoice

    def test_a_partial_invoice_takes_its_part(self):
        invoice = self.draft_invoice(self.make_delivered())
        invoice.invoice_line_ids.quantity = 3
        invoice.action_post()
        self.assertFreight(invoice, 2.4)
        rest = self.env["sale.order"].browse(
            invoice.invoice_line_ids.sale_line_ids.order_id.ids
        )
        second = rest._create_invoices().with_user(self.accountant)
        second.action_post()
        self.assertFreight(second, 5.6)

    def test_a_lowered_price_leaves_no_more_freight_than_there_is(self):
        for vals, amount in (
            ({"price_unit": 0.5}, 5.0),
            ({"price_unit": 0}, 0),
            ({"price_unit": -1, "quantity": -10}, 0),
            ({"discount": 50}, 4.0),
        ):
            with self.subTest(vals):
                order = self.make_delivered()
                extra = {"name": "Handling", "quantity": 1, "price_unit": 50}
                invoice = self.draft_invoice(order)
                line = invoice.invoice_line_ids
                invoice.invoice_line_ids = [
                    Command.create({**extra, "account_id": self.income.id})
                ]
                line.write(vals)
                invoice.action_post()
                self.assertFreight(invoice, amount)

    def test_the_cap_is_the_untaxed_subtotal(self):
        tax = self.env["account.tax"].create(
            {"name": "25 %", "amount": 25, "price_include_override": "tax_included"}
        )
        invoice = self.draft_invoice(self.make_delivered({"freight": 13.3}))
        invoice.invoice_line_ids.tax_ids = tax
        invoice.action_post()
        self.assertEqual(invoice.amount_untaxed, 106.4)
        self.assertFreight(invoice, 106.4)

    def test_lines_added_by_hand_have_no_freight(self):
        invoice = self.draft_invoice(self.make_delivered())
        invoice.invoice_line_ids = [
            Command.create({"product_id": self.product.id, "price_unit": 40})
        ]
        invoice.action_post()
        self.assertFreight(invoice, 8.0)
        by_hand = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.account.partner_id.id,
                "invoice_line_ids": [Command.create({"product_id": self.product.id})],
            }
        )
        by_hand.action_post()
        self.assertFreight(by_hand, 0)

    def test_pickup_lines_have_no_freight(self):
        order = self.make_delivered(
            {}, {"price_basis": "pickup", "freight": 0, "freight_kind": False}
        )
        self.assertFreight(self.invoice(order), 8.0)

    def test_down_payments_have_no_freight_and_the_final_invoice_all(self):
        order = self.make_delivered()
        order.action_confirm()
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"advance_payment_method": "percentage", "amount": 30})
        )
        wizard.create_invoices()
        down = order.sudo().invoice_ids.with_user(self.accountant)
        down.action_post()
        self.assertFreight(down, 0)
        final = order.sudo()._create_invoices(final=True)
        final.action_post()
        self.assertEqual(final.amount_total, 93.1)
        self.assertFreight(final, 8.0)

    def test_orders_on_one_invoice_make_one_pair(self):
        orders = self.make_delivered() + self.make_delivered({"freight": 0.05})
        invoice = self.invoice(orders)
        self.assertEqual(len(invoice.invoice_line_ids), 2)
        self.assertFreight(invoice, 8.5)

    def test_a_line_that_bills_several_order_lines(self):
        orders = self.make_delivered({"quantity": 30}) + self.make_delivered(
            {"quantity": 10, "freight": 0.4}
        )
        invoice = self.draft_invoice(orders)
        kept, other = invoice.invoice_line_ids
        links = [Command.link(line.id) for line in other.sale_line_ids]
        other.unlink()
        kept.write({"sale_line_ids": links, "quantity": 40})
        invoice.action_post()
        self.assertFreight(invoice, 28.0)

    def test_each_income_account_and_analytic_distribution_has_its_pair(self):
        plan = self.env["account.analytic.plan"].create({"name": "Projects"})
        project = self.env["account.analytic.account"].create(
            {"name": "P", "plan_id": plan.id}
        )
        split = {str(project.id): 100}
        other = self.make_product(
            "Other", 12.5, property_account_income_id=self.make_income("B", "FR3").id
        )
        other.invoice_policy = "order"
        invoice = self.invoice(
            self.make_delivered(
                {},
                {"freight": 0.1},
                {"analytic_distribution": split},
                {"product_id": other.id},
            )
        )
        self.assertEqual(
            self.items(invoice),
            sorted(
                [
                    *(("Goods", 9.0), ("Freight", -9.0)),
                    *(("Goods", 8.0), ("Freight", -8.0)),
                    *(("B", 8.0), ("Freight", -8.0)),
                ]
            ),
        )
        analytic = {
            item.account_id.name: item.analytic_line_ids.mapped("amount")
            for item in invoice.line_ids
            if item.display_type == "cogs" and item.analytic_distribution
        }
        self.assertEqual(analytic, {"Goods": [-8.0], "Freight": [8.0]})

    # ------------------------------------------------------------------- taxes

    def test_taxes_stay_as_they_are(self):
        tax = self.env["account.tax"].create({"name": "13 %", "amount": 13})
        # An account with a tax of its own would bring it along.
        self.freight.tax_ids = tax
        order = self.make_delivered({"tax_ids": [Command.set(tax.ids)]})
        invoice = self.draft_invoice(order)
        before = invoice.tax_totals
        invoice.action_post()
        self.assertFreight(invoice, 8.0)
        self.assertEqual(invoice.tax_totals, before)
        self.assertEqual((invoice.amount_tax, invoice.amount_total), (17.29, 150.29))
        pair = invoice.line_ids.filtered(lambda i: i.display_type == "cogs")
        self.assertFalse(pair.tax_ids | pair.tax_line_id)
        self.assertFalse(pair.tax_tag_ids)

    def test_a_fiscal_position_maps_the_account(self):
        export = self.make_income("Export freight", "FR4000")
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Export",
                "account_ids": [
                    Command.create(
                        {
                            "account_src_id": self.freight.id,
                            "account_dest_id": export.id,
                        }
                    )
                ],
            }
        )
        order = self.make_delivered(fiscal_position_id=position.id)
        invoice = self.invoice(order)
        self.assertEqual(
            self.items(invoice), [("Export freight", -8.0), ("Goods", 8.0)]
        )

    # -------------------------------------------------------- setting and role

    def test_without_an_account_the_invoice_posts_as_usual(self):
        self.env.company.freight_income_account_id = False
        invoice = self.invoice(self.make_delivered())
        self.assertEqual(invoice.state, "posted")
        self.assertFreight(invoice, 0)

    def test_the_setting_is_the_companys(self):
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.freight_income_account_id, self.freight)
        settings.freight_income_account_id = self.income
        settings.execute()
        self.assertEqual(self.env.company.freight_income_account_id, self.income)
        # Goods and freight on one account: nothing to move.
        self.assertFreight(self.invoice(self.make_delivered()), 0)

    def test_the_warehouse_and_salespeople_do_not_post(self):
        invoice = self.draft_invoice(self.make_delivered())
        for role in ("salesperson", "warehouse"):
            with self.subTest(role), self.assertRaises(UserError):
                invoice.with_user(self.user(role)).action_post()
        self.assertFreight(invoice, 0)
