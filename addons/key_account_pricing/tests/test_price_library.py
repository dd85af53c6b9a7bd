from datetime import date, datetime, timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_library import LibraryCase


@tagged("post_install", "-at_install")
class TestPriceLibrary(LibraryCase):
    def average(self, *domain):
        [figures] = self.library._read_group(
            [("product_id", "=", self.product.id), *domain],
            [],
            ["price:avg", "price_min:min", "price_max:max", "quantity:sum"],
        )
        return tuple(round(figure, 6) for figure in figures)

    # ------------------------------------------------------ quotations and orders

    def test_a_quotation_shows_and_becomes_an_order(self):
        order = self.make_priced_order(90, 3)
        row = self.rows()
        self.assertRow(
            row,
            kind="quotation",
            name=order.name,
            date=self.today,
            account_id=self.account,
            partner_id=self.account.partner_id,
            product_tmpl_id=self.product.product_tmpl_id,
            categ_id=self.product.categ_id,
            uom_id=self.product.uom_id,
            quantity=3.0,
            price=90.0,
            price_document=90.0,
            currency_id=order.currency_id,
            company_currency_id=self.env.company.currency_id,
            price_source=order.order_line.price_source,
            user_id=order.user_id,
            company_id=self.env.company,
            order_id=order,
        )
        order.action_confirm()
        row.invalidate_recordset()
        self.assertRow(self.rows(), id=row.id, kind="order")

    def test_the_price_is_for_the_products_own_unit_and_less_discount(self):
        order = self.make_priced_order(120, 2, discount=10)
        order.order_line.product_uom_id = self.dozen
        order.order_line.price_unit = 120
        order.order_line.discount = 10
        self.assertRow(self.rows(), price=9.0, quantity=24.0)

    def test_the_price_is_without_taxes(self):
        tax = self.env["account.tax"].create(
            {
                "name": "Included",
                "amount": 25,
                "price_include_override": "tax_included",
            }
        )
        self.make_priced_order(125, 4, tax_ids=[Command.set(tax.ids)])
        self.assertRow(self.rows(), price=100.0)

    def test_a_price_below_a_cent_is_not_lost_with_the_rounding(self):
        self.env.ref("product.decimal_price").digits = 4
        self.make_priced_order(0.0123)
        self.assertRow(self.rows(), price=0.0123)

    def test_a_price_in_another_currency_keeps_its_documents_rate(self):
        self.make_currency("EUR", 0.5)
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": self.euro.id}
        )
        order = self.make_priced_order(40, order={"pricelist_id": pricelist.id})
        self.assertEqual(order.currency_id, self.euro)
        self.make_currency("EUR", 0.8)
        self.assertRow(
            self.rows(), price=80.0, price_document=40.0, currency_id=self.euro
        )

    def test_a_contacts_order_is_the_companys(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.account.partner_id.id}
        )
        self.make_priced_order(partner=contact)
        self.assertRow(
            self.rows(), partner_id=self.account.partner_id, account_id=self.account
        )

    def test_what_was_bought_before_the_account_was_opened_is_its_history(self):
        partner = self.make_company("Early Bird")
        order = self.make_priced_order(partner=partner)
        order.action_confirm()
        self.assertFalse(self.rows().account_id)
        account = self.make_account(partner)
        self.library.invalidate_model()
        self.assertFalse(order.key_account_id)
        self.assertEqual(self.rows().account_id, account)

    def test_what_is_no_price_stays_out(self):
        cancelled = self.make_priced_order()
        self.assertTrue(self.rows())
        cancelled.action_cancel()
        order = self.make_priced_order(-5)
        order.order_line = [
            Command.create({"display_type": "line_section", "name": "Gifts"}),
            Command.create(
                {
                    "product_id": self.product.id,
                    "product_uom_qty": 0,
                    "price_unit": 20,
                    "is_downpayment": True,
                }
            ),
            Command.create(
                {
                    "product_id": self.product.id,
                    "product_uom_qty": -1,
                    "price_unit": 20,
                }
            ),
        ]
        self.assertFalse(self.rows())
        self.assertFalse(self.library.search([("order_id", "=", order.id)]))

    def test_a_split_parent_stays_out(self):
        order = self.make_priced_order()
        self.assertTrue(self.rows())
        # Its state belongs to an addon that this one does not know.
        self.env.cr.execute(
            "UPDATE sale_order SET state = 'split' WHERE id = %s", [order.id]
        )
        self.assertFalse(self.rows())

    def test_an_order_is_of_the_companys_day(self):
        order = self.make_priced_order()
        order.date_order = datetime(2026, 1, 31, 23, 30)
        for zone, day in (
            ("Asia/Shanghai", date(2026, 2, 1)),
            ("America/New_York", date(2026, 1, 31)),
        ):
            self.env.company.partner_id.tz = zone
            self.library.invalidate_model()
            with self.subTest(zone=zone):
                row = self.rows().with_context(tz="UTC")
                self.assertEqual(row.date, day)

    # ---------------------------------------------------------------- agreements

    def test_an_agreement_shows_its_prices_from_each_quantity_on(self):
        agreement = self.make_agreement(
            {"price": 80},
            {"price": 70, "quantity_min": 10},
            {"price_kind": "discount", "discount": 15, "quantity_min": 50},
            date_end=self.today + timedelta(days=30),
        )
        rows = self.rows().sorted("quantity_min")
        self.assertEqual(rows.mapped("price"), [80, 70])
        self.assertRow(
            rows[1],
            kind="agreement",
            name=agreement.display_name,
            date=self.today,
            date_end=agreement.date_end,
            is_ended=False,
            account_id=self.account,
            partner_id=self.account.partner_id,
            quantity_min=10.0,
            quantity=0.0,
            user_id=agreement.user_id,
            agreement_id=agreement,
        )

    def test_an_agreed_price_is_converted_at_its_first_days_rate(self):
        self.make_currency("EUR", 0.5)
        self.set_rate(self.euro, 0.8, "2024-01-01")
        agreement = self.make_agreement(
            {"price": 40}, currency_id=self.euro.id, date_start="2023-05-01"
        )
        expected = {"price": 80.0, "price_document": 40.0, "currency_id": self.euro}
        self.assertRow(self.rows(), **expected)
        self.make_currency("EUR", 0.4)
        agreement.with_user(self.manager).action_terminate()
        self.library.invalidate_model()
        self.assertRow(self.rows(), is_ended=True, **expected)

    def test_the_rate_of_the_day_of_activation_counts_not_that_of_the_draft(self):
        self.make_currency("EUR", 0.5)
        agreement = self.make_agreement(
            {"price": 40}, state="draft", currency_id=self.euro.id
        )
        self.make_currency("EUR", 0.4)
        agreement.with_user(self.salesperson).action_submit()
        agreement.with_user(self.manager).action_activate()
        self.assertRow(self.rows(), price=100.0)

    def test_the_rate_of_an_agreement_is_nobodys_to_say(self):
        agreement = self.make_agreement(
            {"price": 40}, state="draft", currency_rate=0.01
        ).with_user(self.salesperson)
        self.assertEqual(agreement.currency_rate, 1)
        with self.assertRaisesRegex(UserError, "follows from other values"):
            agreement.currency_rate = 0.01
        forged = agreement.with_context(default_currency_rate=0.01).create(
            {"account_id": self.account.id}
        )
        self.assertEqual(forged.currency_rate, 1)

    def test_a_template_and_a_category_have_a_row_without_a_product(self):
        category = self.env["product.category"].create({"name": "Toys"})
        template = self.make_product("Kite", categ_id=category.id).product_tmpl_id
        agreement = self.make_agreement(
            {"product_id": False, "product_tmpl_id": template.id, "price": 7},
            {"product_id": False, "categ_id": category.id, "price": 5},
        )
        rows = self.library.search([("agreement_id", "=", agreement.id)])
        self.assertFalse(rows.product_id)
        self.assertEqual(rows.categ_id, category)
        self.assertEqual(rows.product_tmpl_id, template)
        self.assertEqual(sorted(rows.mapped("price")), [5, 7])

    def test_an_agreement_that_was_never_in_force_stays_out(self):
        agreement = self.make_agreement({"price": 80}, state="draft")
        self.assertFalse(self.rows())
        agreement.with_user(self.salesperson).action_submit()
        self.assertFalse(self.rows())
        agreement.with_user(self.manager).action_activate()
        self.assertRow(self.rows(), kind="agreement", price=80)

    def test_a_price_ends_where_the_next_version_begins(self):
        first = self.make_agreement(
            {"price": 80}, date_start=self.today - timedelta(days=10)
        )
        self.assertRow(self.rows(), date_end=False, is_ended=False)
        action = first.with_user(self.salesperson).action_amend()
        second = self.env["key.account.agreement"].browse(action["res_id"])
        second.line_ids.price = 75
        self.assertEqual(len(self.rows()), 1)
        second.with_user(self.salesperson).action_submit()
        second.with_user(self.manager).action_activate()
        self.library.invalidate_model()
        self.assertRow(
            self.rows(("agreement_id", "=", first.id)),
            price=80.0,
            date_end=self.today - timedelta(days=1),
            is_ended=True,
        )
        self.assertRow(
            self.rows(("agreement_id", "=", second.id)),
            price=75.0,
            date_end=False,
            is_ended=False,
        )

    # ------------------------------------------------------------------ invoices

    def test_a_posted_invoice_shows_its_price(self):
        self.make_currency("EUR", 0.5)
        invoice = self.make_invoice(
            60,
            2,
            post=False,
            invoice={"currency_id": self.euro.id},
            product_uom_id=self.dozen.id,
            discount=20,
        )
        self.assertFalse(self.rows())
        invoice.action_post()
        self.assertRow(
            self.rows(),
            kind="invoice",
            name=invoice.name,
            date=self.today,
            account_id=self.account,
            partner_id=self.account.partner_id,
            quantity=24.0,
            price=8.0,
            price_document=4.0,
            currency_id=self.euro,
            price_source=False,
            user_id=invoice.invoice_user_id,
            move_id=invoice,
        )

    def test_a_credit_note_is_no_price_and_takes_that_of_what_it_cancels(self):
        kept, cancelled = self.make_invoice(50), self.make_invoice(70)
        cancelled._reverse_moves(cancel=True)
        self.assertEqual(cancelled.payment_state, "reversed")
        self.assertEqual(self.rows().move_id, kept)

    # ------------------------------------------------------------------- figures

    def test_the_average_is_weighted_by_quantity(self):
        self.make_priced_order(100, 10)
        self.make_priced_order(80, 30)
        self.assertEqual(self.average(), (85, 80, 100, 40))

    def test_agreed_prices_do_not_weigh_in_the_average_of_what_was_sold(self):
        self.make_agreement({"price": 60}, {"price": 40, "quantity_min": 100})
        self.assertEqual(self.average()[0], 50)
        self.make_priced_order(100, 10)
        self.assertEqual(self.average(), (100, 40, 100, 10))

    def test_the_graph_has_a_line_for_each_kind_and_a_point_for_each_month(self):
        january = self.make_priced_order(100, 10)
        january.date_order = datetime(2026, 1, 15)
        for price, quantity in ((90, 1), (60, 2)):
            order = self.make_priced_order(price, quantity)
            order.date_order = datetime(2026, 2, 10)
        self.make_invoice(88, invoice={"invoice_date": "2026-02-11"})
        groups = self.library.formatted_read_group(
            [("product_id", "=", self.product.id)],
            ["date:month", "kind"],
            ["price:avg"],
        )
        self.assertEqual(
            [(g["date:month"][0], g["kind"], g["price:avg"]) for g in groups],
            [
                ("2026-01-01", "quotation", 100),
                ("2026-02-01", "invoice", 88),
                ("2026-02-01", "quotation", 70),
            ],
        )

    def test_each_row_opens_its_document(self):
        agreement = self.make_agreement({"price": 80})
        order, invoice = self.make_priced_order(), self.make_invoice()
        for document in (agreement, order, invoice):
            with self.subTest(document=document):
                row = self.rows(
                    ("res_model", "=", document._name), ("res_id", "=", document.id)
                )
                action = row.action_open_document()
                self.assertEqual(
                    (action["res_model"], action["res_id"]),
                    (document._name, document.id),
                )

    def test_accounts_and_products_open_their_prices(self):
        self.make_priced_order(90)
        self.make_priced_order(95, product_id=self.make_product("Other").id)
        self.make_priced_order(99, partner=self.make_company("Stranger"))
        for record, prices in (
            (self.account, {90, 95}),
            (self.product, {90, 99}),
            (self.product.product_tmpl_id, {90, 99}),
        ):
            with self.subTest(record=record):
                action = record.with_user(self.manager).action_open_prices()
                rows = self.env[action["res_model"]].search(action["domain"])
                self.assertEqual(set(rows.mapped("price")), prices)
                view = record.with_user(self.manager).get_view(view_type="form")
                self.assertIn('name="action_open_prices"', view["arch"])

    def test_a_row_is_found_again_by_its_number(self):
        self.make_agreement({"price": 80})
        self.make_priced_order()
        self.make_invoice()
        rows = self.rows()
        self.assertEqual(len(set(rows.ids)), 3)
        self.library.invalidate_model()
        for row in rows:
            self.assertEqual(self.library.search([("id", "=", row.id)]), row)
        self.assertEqual(self.rows(("id", "in", rows[:2].ids)), rows[:2])
        self.assertEqual(self.rows(("id", "not in", rows[:2].ids)), rows[2])
        self.assertEqual(self.rows("!", ("id", "in", rows[:2].ids)), rows[2])
        self.assertFalse(self.library.search([("id", "in", [])]))
        self.assertFalse(self.library.browse(rows[0].id * 1000).exists())
