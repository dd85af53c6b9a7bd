from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.key_account.exceptions import DutyError

from ..exceptions import RevisionError
from .common import PNG_BASE64
from .common_quotation import QuotationCase


@tagged("post_install", "-at_install")
class TestRevision(QuotationCase):
    def assertRefused(self, sentence):
        return self.assertStopped(sentence, RevisionError)

    def test_the_next_version_replaces_a_quotation(self):
        order = self.make_quotation(3, client_order_ref="PO-7")
        for state in ("draft", "sent"):
            with self.subTest(state):
                order.state = state
                version = self.revise(order)
                self.assertEqual((order.state, version.state), ("cancel", "draft"))
                self.assertEqual(version.revised_from_id, order)
                self.assertEqual(order.revision_ids, version)
                self.assertEqual(version.user_id, self.salesperson)
                self.assertEqual(version.client_order_ref, "PO-7")
                self.assertEqual(version.order_line.product_uom_qty, 3)
                self.assertIn(version.name, self.get_chatter(order))
                self.assertIn(order.name, self.get_chatter(version))
                order = version

    def test_versions_are_numbered_after_the_first(self):
        first = self.make_quotation()
        second = self.revise(first)
        third = self.revise(second)
        self.assertEqual(
            (second.name, third.name), (f"{first.name}-2", f"{first.name}-3")
        )
        versions = first | second | third
        self.assertEqual(versions.mapped("quotation_version"), [1, 2, 3])
        self.assertEqual(versions.mapped("version_count"), [3, 3, 3])
        self.assertEqual(versions.mapped("is_revised"), [True, True, False])
        for version in versions:
            action = version.action_open_versions()
            self.assertEqual(version.search(action["domain"]), versions)

    def test_a_cancelled_quotation_is_revised(self):
        order = self.make_quotation()
        order.action_cancel()
        self.assertEqual(self.revise(order).name, f"{order.name}-2")

    def test_prices_and_their_sources_are_kept(self):
        agreement = self.make_agreement({"price": 80}, kind="price")
        other = self.make_product("Gadget", price=30.0)
        order = self.make_quotation()
        order.order_line = [(0, 0, {"product_id": other.id})]
        order.order_line[1].price_unit = 25
        agreement.with_user(self.manager).action_terminate()
        self.product.list_price = other.list_price = 500
        version = self.revise(order)
        for name in (
            "product_id",
            "price_unit",
            "discount",
            "agreement_line_id",
            "price_source",
            "price_trace",
        ):
            self.assertEqual(
                [line[name] for line in version.order_line],
                [line[name] for line in order.order_line],
                name,
            )
        self.assertEqual(version.order_line.mapped("price_unit"), [80, 25])
        self.assertEqual(
            version.order_line.mapped("price_source"), ["agreement", "manual"]
        )

    def test_decisions_and_signatures_stay_with_the_version_they_were_about(self):
        order, _request = self.approved()
        self.require_reply()
        order.action_confirm()
        self.assertEqual(order.gate_state, "held")
        order.sudo().write({"signature": PNG_BASE64, "signed_by": "Ann Customer"})
        version = self.revise(order)
        self.assertEqual(order.approval_state, "approved")
        self.assertEqual(
            (order.reply_state, order.signed_by), ("effective", "Ann Customer")
        )
        self.assertEqual(version.approval_state, "none")
        self.assertEqual(version.gate_state, "clear")
        self.assertFalse(version.gate_requested_by_id)
        self.assertEqual(version.reply_state, "none")
        self.assertFalse(version.signature or version.signed_by or version.reply_date)

    def test_whom_it_came_from_does_not_release_the_next_version(self):
        self.require_reply()
        order = self.make_quotation()
        author = self.colleague("author")
        order = order.with_user(author).copy({"user_id": author.id})
        order.user_id = self.salesperson
        version = self.revise(order.with_user(self.salesperson))
        version.action_confirm()
        issue = self.open_issues(version)
        with self.assertStopped("is your own order", DutyError):
            issue.with_user(author).action_release("Mine.")
        issue.with_user(self.manager).action_release("By phone.")
        self.assertEqual(version.state, "sale")

    def test_a_copy_by_hand_is_a_quotation_of_its_own(self):
        version = self.revise(self.make_quotation())
        copy = version.copy()
        self.assertEqual(copy.quotation_version, 1)
        self.assertFalse(copy.revised_from_id or copy.first_version_id)
        self.assertNotIn(version.name, copy.name)
        self.assertEqual(self.revise(copy).name, f"{copy.name}-2")

    def test_an_ordinary_quotation_is_revised(self):
        partner = self.make_company("Walk-in")
        order = self.make_order(partner, {self.product: 1}).with_user(self.manager)
        version = self.revise(order)
        self.assertFalse(version.key_account_id)
        version.action_confirm()
        self.assertEqual(version.state, "sale")

    # ---------------------------------------------------------------- refused

    def test_a_quotation_is_revised_once(self):
        order = self.make_quotation()
        version = self.revise(order)
        with self.assertRefused(
            f"{order.name} has been revised: work on {version.name}"
        ):
            order.action_revise()
        self.assertEqual(order.revision_ids, version)

    def test_the_database_knows_one_next_version(self):
        order = self.make_quotation()
        version = self.revise(order)
        rival = order.copy().sudo()
        links = {
            "of one quotation": {"revised_from_id": order.id},
            "of one number": {
                "first_version_id": order.id,
                "quotation_version": version.quotation_version,
            },
        }
        for what, vals in links.items():
            with (
                self.subTest(what),
                mute_logger("odoo.sql_db"),
                self.assertRaises(UniqueViolation),
                self.env.cr.savepoint(),
            ):
                rival.write(vals)
                rival.flush_recordset()

    def test_a_confirmed_order_is_not_revised(self):
        order = self.make_quotation()
        order.action_confirm()
        with self.assertRefused(f"{order.name} is confirmed and cannot be revised"):
            order.action_revise()
        self.assertEqual(order.state, "sale")

    def test_what_was_invoiced_in_part_is_not_revised(self):
        order = self.make_quotation().sudo()
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": order.ids,
                "advance_payment_method": "fixed",
                "fixed_amount": 10,
            }
        )
        wizard.create_invoices()
        order.invoice_ids.action_post()
        with self.assertRefused(f"{order.name} has been paid or invoiced in part"):
            order.with_user(self.salesperson).action_revise()

    def test_a_revised_quotation_does_not_come_back_to_life(self):
        order = self.make_quotation()
        version = self.revise(order)
        ways = {
            "button Confirm": lambda o: o.action_confirm(),
            "button Set to Quotation": lambda o: o.action_draft(),
            "draft": lambda o: o.write({"state": "draft"}),
            "sent": lambda o: o.write({"state": "sent"}),
            "sale": lambda o: o.write({"state": "sale"}),
            "draft by the system": lambda o: o.sudo().write({"state": "draft"}),
            "signature": lambda o: o.sudo().write({"signature": PNG_BASE64}),
            "letter": self.record,
        }
        for what, way in ways.items():
            with self.subTest(what):
                try:
                    with self.env.cr.savepoint():
                        way(order)
                except Exception as error:  # pylint: disable=broad-except
                    self.assertEqual(
                        str(error),
                        f"{order.name} has been revised: work on {version.name}.",
                    )
                else:
                    self.fail("it was not refused")
                self.assertEqual((order.state, order.reply_state), ("cancel", "none"))

    def test_versions_are_not_forged(self):
        order, other = self.make_quotation(), self.make_quotation()
        forged = {
            "quotation_version": 7,
            "revised_from_id": other.id,
            "first_version_id": other.id,
            "revision_ids": [(4, other.id)],
        }
        Order = self.env["sale.order"].with_user(self.salesperson)
        new = {"partner_id": self.account.partner_id.id}
        for name, value in forged.items():
            with self.subTest(name):
                with self.assertStopped("not entered by hand", DutyError):
                    order.write({name: value})
                with self.assertStopped("not entered by hand", DutyError):
                    Order.create({**new, name: value})
                with self.assertStopped("not entered by hand", DutyError):
                    order.copy({name: value})
                if name != "revision_ids":
                    with self.assertStopped("not entered by hand", DutyError):
                        Order.with_context(**{f"default_{name}": value}).create(new)

    def test_an_earlier_version_is_kept(self):
        order = self.make_quotation().sudo()
        version = self.revise(order)
        with self.assertRefused(f"delete {version.name} first"):
            order.unlink()
        version.unlink()
        order.action_draft()
        self.assertEqual(order.state, "draft")

    def test_who_may_not_write_it_does_not_revise_it(self):
        order = self.make_quotation()
        for role in ("accountant", "controller", "warehouse", "portal"):
            user = self.user(role)
            with self.subTest(role), self.assertRaises(AccessError):
                order.with_user(user).action_revise()
        colleague = self.colleague("rival", "salesperson")
        with self.assertRaises(AccessError):
            order.with_user(colleague).action_revise()
        self.assertFalse(order.sudo().revision_ids)

    def test_the_form_shows_versions(self):
        order = self.make_quotation()
        version = self.revise(order)
        with Form(version) as form:
            self.assertEqual(form.version_count, 2)
            form.client_order_ref = "PO-8"
        arch = order.with_user(self.salesperson).get_view(view_type="form")["arch"]
        for name in ("action_revise", "action_open_versions", "quotation_version"):
            self.assertIn(f'name="{name}"', arch)
        found = order.search(
            [("revision_ids", "=", False), ("id", "in", (order | version).ids)]
        )
        self.assertEqual(found, version)
