import base64

from odoo.tests import HttpCase, new_test_user, tagged

from .common_import import HEADER, ImportCase, make_workbook


@tagged("post_install", "-at_install")
class TestImportAddress(ImportCase):
    """Where recipients are: contacts of the customer, or addresses for one time."""

    def load_one(self, *row, order=None, **vals):
        return self.load_rows([*row, "TEA", 10, None], order=order, **vals).partner_id

    def test_contacts_of_the_customer_are_found(self):
        ann = self.make_address(
            "Ann Lee",
            street="Oak Street 1",
            city="Rome",
            phone="+1 555-100",
            zip="00100",
        )
        self.make_address("Bob", street="Elm 2", city="Rome")
        self.assertEqual(
            self.load_one("ANN  LEE", "+1555100", "Oak street 1.", "Rome"), ann
        )
        self.assertEqual(self.load_one("Ann Lee", None, "Oak Street 1", "Rome"), ann)
        self.assertEqual(self.load_one("Ann Lee", None, None, None), ann)
        other = self.load_one("Ann Lee", "999", "Oak Street 1", "Rome")
        self.assertTrue(other.is_one_time_address)

    def test_chinese_address_typed_in_one_piece_is_found(self):
        wei = self.make_address(
            "王伟", street="广东省深圳市南山区科技园路1号", city="深圳市"
        )
        self.assertEqual(
            self.load_one("王伟", None, "南山区科技园路1号", "广东省深圳市"), wei
        )

    def test_contacts_of_other_customers_are_not_found(self):
        stranger = self.make_company("Stranger")
        self.make_address("Ann", street="Oak 1", city="Rome", parent_id=stranger.id)
        address = self.load_one("Ann", None, "Oak 1", "Rome")
        self.assertEqual(address.parent_id, self.customer)

    def test_name_alone_must_be_of_one_contact(self):
        self.make_address("Ann", street="Oak 1")
        self.make_address("Ann", street="Oak 2")
        wizard = self.check(
            make_workbook(
                HEADER,
                ["Ann", None, None, None, "TEA", 1, "1"],
                ["Eve", None, None, None, "TEA", 1, "2"],
            )
        )
        self.assertErrors(wizard, (2, "", "several contacts"), (3, "", "no contact of"))

    def test_one_time_address_is_a_delivery_address_that_nobody_meets(self):
        before = self.customer.child_ids
        address = self.load_one("Ann", "555", "Oak 1", "Rome")
        self.assertEqual(
            (
                address.type,
                address.parent_id,
                address.active,
                address.is_one_time_address,
            ),
            ("delivery", self.customer, False, True),
        )
        self.assertEqual(address.commercial_partner_id, self.customer)
        self.customer.invalidate_recordset()
        self.assertEqual(self.customer.child_ids, before)
        found = self.env["res.partner"].name_search("Ann")
        self.assertNotIn(address.id, [partner_id for partner_id, _name in found])
        # Where the customer's next order goes is not where this one went.
        order = self.make_order(self.customer, {self.tea: 1})
        self.assertEqual(order.partner_shipping_id, self.customer)
        self.assertNotEqual(
            self.customer.address_get(["delivery"])["delivery"], address.id
        )

    def test_customer_without_address_does_not_get_a_recipients(self):
        company = self.make_account(
            self.make_company("Bare", street=False, city=False)
        ).partner_id
        self.env["res.partner"].create({"name": "Boss", "parent_id": company.id})
        order = self.make_order(company, {self.tea: 10})
        self.load_one("Ann", "555", "Oak 1", "Rome", order=order)
        self.assertFalse(company.street)

    def test_one_time_address_is_kept_when_it_is_unarchived(self):
        address = self.load_one("Ann", "555", "Oak 1", "Rome")
        address.action_unarchive()
        self.assertFalse(address.is_one_time_address)
        self.assertIn(address, self.customer.child_ids)

    def test_one_time_address_serves_again(self):
        address = self.load_one("Ann", "555", "Oak 1", "Rome")
        order = self.make_order(self.customer, {self.tea: 10})
        row = ("Ann", "555", "Oak 1", "Rome")
        self.assertEqual(self.load_one(*row, order=order), address)
        self.assertNotEqual(self.load_one("Ann", "556", *row[2:], order=order), address)

    def test_one_time_address_nobody_needs_is_deleted(self):
        used = self.load_one("Ann", "555", "Oak 1", "Rome")
        order = self.make_order(self.customer, {self.tea: 10})
        orphan = self.load_one("Bob", "555", "Oak 1", "Rome", order=order)
        fresh = self.load_one("Cid", "555", "Oak 1", "Rome", order=order)
        self.load_one("Dan", "555", "Oak 1", "Rome", order=order)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = create_date - interval '2 days' "
            "WHERE id = ANY(%s)",
            [(used | orphan).ids],
        )
        self.env["res.partner"]._gc_one_time_addresses()
        self.assertEqual((used | orphan | fresh).exists(), used | fresh)

    def test_goods_and_invoice_find_their_way(self):
        self.make_stock(self.tea, 100)
        self.order.order_line[1].unlink()
        self.load_rows(
            ["Ann", "555", "Oak 1", "Rome", "TEA", 4, "A-1"],
            ["Bob", "556", "Elm 2", "Rome", "TEA", 6, None],
        )
        self.order.action_split()
        child = self.order.child_order_ids.sorted("name")[0]
        self.assertEqual(child.partner_shipping_id.name, "Ann")
        self.assertEqual(child.partner_id, self.customer)
        self.assertEqual(child.partner_invoice_id, self.customer)
        picking = child.picking_ids
        self.assertEqual(picking.partner_id, child.partner_shipping_id)
        report = self.env["ir.actions.report"]._render_qweb_html(
            "stock.action_report_delivery", picking.ids
        )[0]
        self.assertIn("Oak 1", report.decode())
        self.deliver(self.order.child_order_ids)
        self.order.action_create_child_invoice()
        invoice = self.order.invoice_ids
        self.assertEqual((len(invoice), invoice.partner_id), (1, self.customer))
        invoice.action_post()
        self.assertEqual(self.order.amount_child_invoiced, self.order.amount_total)
        # An order made again goes to the same recipients.
        self.assertEqual(
            self.describe(self.order.copy())[0][:4], self.describe(self.order)[0][:4]
        )


@tagged("post_install", "-at_install")
class TestImportPortal(ImportCase, HttpCase):
    def test_customer_sees_where_goods_go_and_no_address_to_choose(self):
        self.make_stock(self.tea, 100)
        self.order.order_line[1].unlink()
        row = ["Ann Recipient", "555", "Oak Alley 1", "Rome", "TEA", 10, "A-1"]
        address = self.load_rows(row).partner_id
        self.order.action_split()
        child = self.order.child_order_ids
        buyer = new_test_user(self.env, login="test_buyer", groups="base.group_portal")
        buyer.partner_id.parent_id = self.customer
        self.env.flush_all()
        self.assertTrue(address.with_user(buyer).has_access("read"))
        self.authenticate("test_buyer", "test_buyer")
        self.assertIn("Oak Alley 1", self.url_open(child.get_portal_url()).text)
        self.assertNotIn("Oak Alley 1", self.url_open("/my/addresses").text)

    def test_files_are_for_whoever_made_them(self):
        for role in ("salesperson", "manager"):
            self.authenticate(self.user(role).login, self.user(role).login)
        self.account.user_id = self.order.user_id = self.user("salesperson")
        order = self.order.with_user(self.user("salesperson"))
        content = make_workbook(HEADER)
        wizard = self.make_import(content, user=self.user("salesperson"))
        url = order.action_export_recipients()["url"]
        self.env.flush_all()
        mine = f"/web/content/{wizard._name}/{wizard.id}/file"
        for login, status in (("test_salesperson", 200), ("test_manager", 404)):
            self.authenticate(login, login)
            for path in (url, mine):
                self.assertEqual(self.url_open(path).status_code, status)
        self.authenticate("test_salesperson", "test_salesperson")
        self.assertEqual(self.url_open(mine).content, content)
        self.assertEqual(base64.b64decode(wizard.file), content)
