from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_range import RangeCase


@tagged("post_install", "-at_install")
class TestRange(RangeCase):
    """What belongs to a range, whose it is, and who may touch it."""

    def test_an_account_without_a_range_may_buy_everything(self):
        self.make_range(self.tea, policy="refuse", account=self.make_account())
        order = self.quotation(self.saw)
        self.assertFalse(order.order_line.is_outside_range)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_a_customer_who_is_no_key_account_may_buy_everything(self):
        self.make_range(self.tea, policy="refuse")
        order = self.make_order(self.make_company("Other"), {self.saw: 1})
        self.assertFalse(order.order_line.is_outside_range)

    def test_products_templates_and_categories_below_belong_to_it(self):
        for content in (self.tea, self.tea.product_tmpl_id, self.teas, self.drinks):
            with self.subTest(content=content):
                sellable = self.make_range(content)
                order = self.quotation(self.tea, self.saw)
                self.assertEqual(self.outside(order), self.saw)
                sellable.unlink()

    def test_ranges_of_an_account_add_up_and_the_strictest_policy_counts(self):
        self.make_range(self.drinks, policy="warn")
        self.make_range(self.saw, policy="refuse")
        order = self.quotation(self.tea, self.saw)
        self.assertFalse(self.outside(order))
        with self.assertRaisesRegex(UserError, "may not buy Widget"):
            self.quotation(self.product)

    def test_an_archived_range_does_not_count(self):
        sellable = self.make_range(self.tea, policy="refuse")
        sellable.active = False
        self.assertFalse(self.outside(self.quotation(self.saw)))

    def test_an_archived_product_still_belongs_to_the_range(self):
        self.make_range(self.tea)
        order = self.quotation(self.tea)
        self.tea.active = False
        self.assertFalse(self.outside(order))

    def test_a_range_of_the_group_counts_for_its_subsidiaries(self):
        # The company in between is no key account.
        between = self.make_company("Between", parent_id=self.account.partner_id.id)
        company = self.make_company("Subsidiary", parent_id=between.id)
        subsidiary = self.make_account(company, user_id=self.salesperson.id)
        sellable = self.make_range(self.tea, policy="refuse")
        with self.assertRaisesRegex(UserError, "Subsidiary may not buy Saw"):
            self.quotation(self.saw, account=subsidiary)
        self.assertEqual(sellable.covered_account_ids, self.account | subsidiary)
        self.assertEqual(subsidiary.range_count, 1)
        action = subsidiary.action_open_ranges()
        self.assertEqual(
            self.env["key.account.range"].search(action["domain"]), sellable
        )
        name = [("covered_account_ids.display_name", "ilike", "Subsidi")]
        self.assertEqual(sellable.search(name), sellable)
        self.assertFalse(sellable.search([*name, ("categ_ids", "!=", False)]))
        # What the subsidiary may buy besides is its own.
        self.make_range(self.saw, account=subsidiary)
        self.quotation(self.saw, account=subsidiary)
        with self.assertRaisesRegex(UserError, "may not buy Saw"):
            self.quotation(self.saw)

    def test_what_an_agreement_in_force_prices_belongs_to_it(self):
        self.make_range(has_agreement_lines=True)
        self.assertEqual(self.outside(self.quotation(self.tea)), self.tea)
        agreement = self.make_agreement(
            # Also below the quantity from which the price counts.
            {"product_id": self.tea.id, "price": 9, "quantity_min": 10},
            {"product_id": False, "categ_id": self.tools.id, "price": 8},
            date_end=self.today,
        )
        self.assertFalse(self.outside(self.quotation(self.tea, self.saw)))
        late = self.quotation(self.tea, date_order=self.today + timedelta(days=2))
        self.assertEqual(self.outside(late), self.tea)
        agreement.with_user(self.manager).action_terminate()
        self.assertEqual(self.outside(self.quotation(self.saw)), self.saw)

    def test_an_agreement_counts_for_its_own_account_only(self):
        company = self.make_company("Sub", parent_id=self.account.partner_id.id)
        subsidiary = self.make_account(company, user_id=self.salesperson.id)
        self.make_range(has_agreement_lines=True)
        self.make_agreement({"product_id": self.tea.id, "price": 9})
        self.assertFalse(self.outside(self.quotation(self.tea)))
        order = self.quotation(self.tea, account=subsidiary)
        self.assertEqual(self.outside(order), self.tea)

    def test_an_empty_range_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Range is empty.*add a product"):
            self.make_range()
        sellable = self.make_range(self.tea)
        with self.assertStopped("Range is empty", ValidationError):
            sellable.product_ids = [Command.clear()]
        self.tea.active = False
        sellable.name = "Tea that is not made any more"

    def test_a_product_of_a_range_is_not_deleted(self):
        self.make_range(self.tea)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.tea.unlink()

    def test_the_domain_says_the_same_as_the_lines(self):
        self.make_range(self.saw, self.teas)
        self.make_range(self.product.product_tmpl_id, policy="warn")
        others = [
            self.make_product("Sugar", categ_id=self.drinks.id),
            self.make_product("Screw", categ_id=False),
        ]
        everything = [self.saw, self.tea, self.product, *others]
        inside = self.saw | self.tea | self.product
        Range = self.env["key.account.range"]
        domain, policy = Range._get_domain(self.account, self.env.company)
        ids = [product.id for product in everything]
        Product = self.env["product.product"]
        found = Product.search(Domain("id", "in", ids) & domain)
        self.assertEqual((found, policy), (inside.sorted(), "approve"))
        order = self.quotation(*everything)
        self.assertEqual(order.order_line.product_id - self.outside(order), inside)
        domain, _policy = Range._get_domain(
            self.account, self.env.company, model="product.template"
        )
        templates = inside.product_tmpl_id
        ids = Product.browse(ids).product_tmpl_id.ids
        found = templates.search(Domain("id", "in", ids) & domain)
        self.assertEqual(found, templates.sorted())

    def test_queries_do_not_grow_with_lines_orders_and_accounts(self):
        self.make_range(self.tea, has_agreement_lines=True)
        lines = self.env["sale.order.line"]
        for number in range(20):
            company = self.make_company(f"C{number}")
            account = self.make_account(company, user_id=self.salesperson.id)
            self.make_range(self.teas, account=account, has_agreement_lines=True)
            self.make_agreement(
                {"product_id": self.tea.id, "price": 9}, account_id=account.id
            )
            product = self.make_product(f"P{number}", categ_id=self.tools.id)
            lines += self.quotation(self.tea, product, account=account).order_line
        lines = lines.with_user(self.env.user)

        def read(records):
            outside = self.env["key.account.range"]._get_outside(records)
            self.assertEqual(len(outside), len(records) // 2)

        self.count_queries(read, lines)
        self.assertEqual(
            self.count_queries(read, lines[:2]), self.count_queries(read, lines)
        )

    # -------------------------------------------------------------------- roles

    def test_salespeople_read_the_ranges_of_their_accounts(self):
        sellable = self.make_range(self.tea).with_user(self.salesperson)
        self.assertEqual(sellable.policy, "approve")
        for change in (
            lambda: sellable.write({"policy": "warn"}),
            sellable.unlink,
            lambda: sellable.create({"name": "Mine", "has_agreement_lines": True}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                change()
        colleague = self.colleague("colleague", "salesperson")
        with self.assertRaises(AccessError):
            sellable.with_user(colleague).read(["name"])
        self.account.member_ids = [Command.create({"user_id": colleague.id})]
        self.assertEqual(sellable.with_user(colleague).search([]), sellable)

    def test_the_salesperson_of_a_subsidiary_reads_the_range_of_the_group(self):
        company = self.make_company("Sub", parent_id=self.account.partner_id.id)
        colleague = self.colleague("colleague", "salesperson")
        subsidiary = self.make_account(company, user_id=colleague.id)
        sellable = self.make_range(self.tea).with_user(colleague)
        self.assertEqual(sellable.search([]), sellable)
        self.assertEqual(sellable.name, "Range")
        # Not the other accounts of the group.
        self.assertEqual(sellable.covered_account_ids, subsidiary)
        self.assertEqual(subsidiary.with_user(colleague).range_count, 1)

    def test_others_read_or_see_nothing(self):
        sellable = self.make_range(self.tea)
        for role in ("controller", "accountant"):
            self.assertEqual(sellable.with_user(self.user(role)).name, "Range")
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                sellable.with_user(self.user(role)).write({"name": "Other"})
        for role in ("warehouse", "portal"):
            with self.assertRaises(AccessError):
                sellable.with_user(self.user(role)).read(["name"])

    def test_a_manager_edits_by_import(self):
        Range = self.env["key.account.range"]
        rows = [["Tea", self.account.code, "Drinks / Teas", "Refuse the line"]]
        fields = ["name", "account_ids", "categ_ids", "policy"]
        refused = Range.with_user(self.salesperson).load(fields, rows)
        self.assertFalse(refused["ids"])
        self.assertRegex(refused["messages"][0]["message"], "not allowed")
        done = Range.with_user(self.manager).load(fields, rows)
        self.assertTrue(done["ids"], done["messages"])
        with self.assertRaisesRegex(UserError, "may not buy Saw"):
            self.quotation(self.saw)

    def test_ranges_stay_in_their_company(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.manager.company_ids |= company
        elsewhere = self.make_account(self.account.partner_id, company_id=company.id)
        self.make_range(self.tea, account=elsewhere, policy="refuse")
        # The same customer is another account here.
        self.assertFalse(self.outside(self.quotation(self.saw)))
        foreign = self.make_product("Foreign", company_id=company.id)
        with self.assertRaisesRegex(UserError, "compan"), self.env.cr.savepoint():
            self.make_range(
                self.tea, account=self.account, company_id=company.id
            ).flush_recordset()
        with self.assertRaisesRegex(UserError, "compan"), self.env.cr.savepoint():
            self.make_range(foreign)
        own = self.make_range(self.tea)
        Range = self.env["key.account.range"]
        at_home = Range.with_user(self.manager).with_company(self.env.company)
        self.assertEqual(at_home.search([]), own)
        domain, policy = Range._get_domain(self.account, company)
        self.assertTrue(domain.is_true())
        self.assertFalse(policy)
