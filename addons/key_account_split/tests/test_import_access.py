import base64

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.key_account.tests.common import GROUPS

from .common_import import HEADER, ImportCase, make_workbook

MAY = {"salesperson", "manager", "administrator"}
PARTS = ("column", "error", "preview", "total")


@tagged("post_install", "-at_install")
class TestImportAccess(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.user_id = cls.order.user_id = cls.user("salesperson")
        cls.content = make_workbook(
            HEADER, ["Ann", "555", "Oak 1", "Rome", "TEA", 3, "A-1"]
        )

    def test_salesperson_of_the_account_and_managers_import_and_export(self):
        for role in GROUPS:
            user = self.user(role)
            order = self.order.with_user(user)
            with self.subTest(role=role):
                if role in MAY:
                    self.assertTrue(order.action_import_recipients()["views"])
                    wizard = self.make_import(self.content, user=user)
                    for call in (
                        wizard.action_check,
                        wizard.action_download_template,
                        wizard.action_download_errors,
                        wizard.action_import,
                        order.action_export_recipients,
                    ):
                        self.assertTrue(call())
                    self.assertEqual(self.order.recipient_ids.quantity_total, 3)
                    continue
                for call in (
                    order.action_import_recipients,
                    order.action_export_recipients,
                    lambda user=user: self.make_import(self.content, user=user),
                ):
                    with self.assertRaises(AccessError):
                        call()

    def test_colleagues_and_plain_salespeople_do_not(self):
        colleague = self.user("salesperson").copy({"login": "test_colleague"})
        plain = colleague.copy({"login": "test_plain"})
        plain.group_ids = self.env.ref("sales_team.group_sale_salesman_all_leads")
        # The order is the colleague's, the account is not.
        self.order.user_id = colleague
        for user in (colleague, plain):
            order = self.order.with_user(user)
            with self.subTest(user=user.login):
                for call in (
                    order.action_import_recipients,
                    order.action_export_recipients,
                    lambda user=user: self.make_import(self.content, user=user),
                ):
                    with self.assertRaises(AccessError):
                        call()

    def test_dialogs_and_their_files_are_whoevers_made_them(self):
        salesperson, manager = self.user("salesperson"), self.user("manager")
        wizard = self.make_import(self.content, user=salesperson)
        wizard.action_check()
        records = [wizard, wizard.column_ids, wizard.preview_ids, wizard.total_ids]
        action = wizard.order_id.with_user(salesperson).action_export_recipients()
        self.assertTrue(action)
        records.append(self.env["sale.order.recipient.export"].search([]))
        bad = self.make_import(make_workbook(["x"]), user=salesperson)
        bad.action_check()
        records.append(bad.error_ids)
        for record in records:
            self.assertTrue(record.with_user(salesperson).has_access("read"))
            for operation in ("read", "write", "unlink"):
                with self.subTest(model=record._name, operation=operation):
                    self.assertFalse(record.with_user(manager).has_access(operation))
        for name in ("action_check", "action_import", "action_download_errors"):
            with self.assertRaises(AccessError):
                getattr(wizard.with_user(manager), name)()

    def test_dialog_cannot_be_pointed_at_an_order_of_others(self):
        stranger = self.make_account(self.make_company("Stranger"))
        other = self.make_order(stranger.partner_id, {self.tea: 1})
        other.user_id = self.user("manager")
        salesperson = self.user("salesperson")
        wizard = self.make_import(self.content, user=salesperson)
        wizard.write({"order_id": other.id})
        for call in (
            wizard.action_check,
            wizard.action_import,
            wizard.action_download_template,
            wizard.action_download_errors,
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertFalse(other.recipient_ids)

    def test_lines_of_other_dialogs_cannot_be_made(self):
        wizard = self.make_import(self.content, user=self.user("manager"))
        for part in PARTS:
            vals = {"import_id": wizard.id}
            if part == "total":
                vals["order_line_id"] = self.order.order_line[0].id
            with self.subTest(part=part), self.assertRaises(AccessError):
                self.env[f"sale.order.recipient.import.{part}"].with_user(
                    self.user("salesperson")
                ).create(vals)

    def test_memory_of_columns_is_the_administrators(self):
        self.load(self.content)
        memory = self.env["sale.order.recipient.column"].search([])
        self.assertTrue(memory)
        for role in GROUPS:
            self.assertEqual(
                memory.with_user(self.user(role)).has_access("read"),
                role == "administrator",
                role,
            )

    def test_warehouse_still_sees_who_gets_what_and_no_file(self):
        self.load(self.content)
        recipient = self.order.recipient_ids.with_user(self.user("warehouse"))
        self.assertIn("Oak 1", recipient.address)
        with self.assertRaises(AccessError):
            self.env["sale.order.recipient.export"].with_user(
                self.user("warehouse")
            ).create({"name": "x", "file": base64.b64encode(b"x")})
