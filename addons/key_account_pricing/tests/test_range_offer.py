from odoo.fields import Command
from odoo.tests import Form, HttpCase, new_test_user, tagged

from .common_range import REFUSED, RangeCase


@tagged("post_install", "-at_install")
class TestRangePicker(RangeCase):
    """What an order offers."""

    def offered(self, order):
        """Return the products, and templates, out of tea and saw that can be chosen."""
        self.env.invalidate_all()
        both = self.tea | self.saw
        found = both.search([("id", "in", both.ids), *order.range_product_domain])
        templates = both.product_tmpl_id.search(
            [
                ("id", "in", both.product_tmpl_id.ids),
                *order.range_product_tmpl_domain,
            ]
        )
        self.assertEqual(templates, found.product_tmpl_id)
        return found

    def test_only_what_may_be_bought_is_offered(self):
        order = self.quotation(self.tea)
        both = self.tea | self.saw
        self.assertEqual(self.offered(order), both.sorted())
        sellable = self.make_range(self.drinks, policy="refuse")
        self.assertEqual(self.offered(order), self.tea)
        # Core's own condition stays.
        self.tea.sale_ok = False
        self.assertFalse(self.offered(order))
        self.tea.sale_ok = True
        for policy in ("approve", "warn"):
            sellable.policy = policy
            self.assertEqual(self.offered(order), both.sorted())

    def test_products_of_other_companies_are_not_offered(self):
        company = self.env["res.company"].create({"name": "Second"})
        order = self.quotation(self.tea)
        self.saw.product_tmpl_id.company_id = company
        self.assertEqual(self.offered(order), self.tea)

    def test_the_form_follows_the_customer(self):
        self.make_range(self.tea, policy="refuse")
        form = Form(self.env["sale.order"].with_user(self.salesperson))
        form.partner_id = self.make_company("Other")
        self.assertNotIn("child_of", str(form.range_product_domain))
        form.partner_id = self.account.partner_id
        self.assertIn(("id", "in", self.tea.ids), form.range_product_domain)
        view = (
            self.env["sale.order"]
            .with_user(self.salesperson)
            .get_view(self.env.ref("sale.view_order_form").id, "form")
        )
        for name in ("range_product_domain", "range_product_tmpl_domain"):
            self.assertIn(f'domain="parent.{name} or ', view["arch"])

    def test_the_catalogue_offers_the_same_and_refuses_the_rest(self):
        self.make_range(self.drinks, policy="refuse")
        order = self.quotation(self.tea)
        domain = order.action_add_from_catalog()["domain"]
        both = self.tea | self.saw
        self.assertEqual(both.filtered_domain(domain), self.tea)


# Types "Range" into the product of a new line and compares what the client offers.
PICK = """
const wait = async (find) => {
    for (let tries = 0; tries < 200; tries++) {
        const found = find();
        if (found) return found;
        await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error("Not there: " + find);
};
const one = (selector) => wait(() => document.querySelector(selector));
(async () => {
    const lines = ".o_field_widget[name=order_line]";
    (await one(lines + " .o_field_x2many_list_row_add button, "
        + lines + " .o_field_x2many_list_row_add a")).click();
    const input = await one(lines + " [name=product_template_id] input");
    input.focus();
    input.value = "Range";
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    const texts = () => [...document.querySelectorAll(".o-autocomplete--dropdown-item")]
        .map((item) => item.textContent.trim())
        .filter((text) => text.startsWith("Range "));
    await wait(() => texts().sort().join() === "%s").catch(() => {
        throw new Error("Offered: " + texts());
    });
    const marked = document.querySelectorAll(lines + " tr.text-warning").length;
    if (marked !== %d) throw new Error("Marked: " + marked);
    (await one(".o_form_button_cancel")).click();
    await wait(() => document.querySelector(".o_form_saved"));
    console.log("test successful");
})().catch((error) => console.error(error.message));
"""


@tagged("post_install", "-at_install")
class TestRangeClient(RangeCase, HttpCase):
    """The order form in the browser."""

    def test_the_form_marks_lines_and_offers_what_may_be_bought(self):
        self.tea.name, self.saw.name = "Range Tea", "Range Saw"
        order = self.quotation(self.tea, self.saw)
        sellable = self.make_range(self.tea)
        self.env.flush_all()
        for policy, offered in (
            ("approve", "Range Saw,Range Tea"),
            ("refuse", "Range Tea"),
        ):
            sellable.policy = policy
            self.env.flush_all()
            self.browser_js(
                f"/odoo/sales/{order.id}",
                PICK % (offered, 1),
                ready="!!document.querySelector('.o_form_view')",
                login=self.salesperson.login,
            )


@tagged("post_install", "-at_install")
class TestRangePortal(RangeCase, HttpCase):
    """The customer changes a quotation on the portal."""

    def setUp(self):
        super().setUp()
        self.buyer = new_test_user(
            self.env, login="test_buyer", groups="base.group_portal"
        )
        self.buyer.partner_id.parent_id = self.account.partner_id

    def optional(self, *products):
        """Return a quotation that was sent, the products in an optional section."""
        order = self.quotation(self.tea)
        order.order_line = [
            Command.create(
                {
                    "display_type": "line_section",
                    "name": "Optional",
                    "is_optional": True,
                    "sequence": 20,
                }
            ),
            *(
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": 0,
                        "sequence": 21 + number,
                    }
                )
                for number, product in enumerate(products)
            ),
        ]
        order.action_quotation_sent()
        return order, order.order_line.filtered(
            lambda line: line.product_id in products
        )

    def change(self, order, line, **params):
        """Return the sentence with which the portal refuses; None: it does as told."""
        self.env.flush_all()
        self.authenticate("test_buyer", "test_buyer")
        answer = self.url_open(
            f"/my/orders/{order.id}/update_line_dict",
            json={"params": {"line_id": line.id, **params}},
        ).json()
        self.env.invalidate_all()
        return answer.get("error", {}).get("data", {}).get("message")

    def test_an_optional_product_outside_is_refused(self):
        order, (_first, tea, saw) = self.optional(self.tea, self.saw)
        self.make_range(self.tea, policy="refuse")
        for params in ({}, {"input_quantity": 4}):
            with self.subTest(params=params):
                self.assertRegex(self.change(order, saw, **params), REFUSED)
                self.assertEqual(saw.product_uom_qty, 0)
        self.assertIsNone(self.change(order, tea, input_quantity=4))
        self.assertEqual(tea.product_uom_qty, 4)

    def test_what_is_only_held_can_be_chosen(self):
        order, saw = self.optional(self.saw)
        self.make_range(self.tea)
        self.assertIsNone(self.change(order, saw))
        self.assertEqual(saw.product_uom_qty, 1)
        order.action_confirm()
        self.assertEqual((order.state, order.gate_state), ("sent", "held"))

    def test_quantities_outside_may_be_lowered(self):
        order, saw = self.optional(self.saw)
        saw.product_uom_qty = 3
        self.make_range(self.tea, policy="refuse")
        self.assertIsNone(self.change(order, saw, remove=True))
        self.assertEqual(saw.product_uom_qty, 2)

    def test_of_a_combo_nothing_is_half_done(self):
        combo, item = self.make_combo()
        order, _none = self.optional()
        main, part = self.add_combo(order, combo, item)
        self.make_range(self.saw, policy="refuse")
        sentence = self.change(order, main, input_quantity=7)
        self.assertRegex(sentence, "Acme may not buy Set")
        self.assertEqual((main | part).mapped("product_uom_qty"), [1, 1])
