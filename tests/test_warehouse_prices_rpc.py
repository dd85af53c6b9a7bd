"""The warehouse reads no price over RPC, HTTP or a report, and still does its work.

The tests do not know which fields are closed. They take an order whose amounts occur
nowhere else, ask at every door for everything that the warehouse may have, and look
for those amounts in the answers; then they ask for what told an administrator.
"""

import json
import re
from urllib.parse import quote

import pytest
from rpc import DOORS, RpcError
from scene import unique

NUMBER = re.compile(r"\d[\d,  ]*(?:\.\d+)?")
MODELS = (
    "sale.order",
    "sale.order.line",
    "product.product",
    "product.template",
    "stock.move",
    "stock.move.line",
    "stock.picking",
    "stock.quant",
    "res.partner",
    "sale.order.recipient",
    "sale.order.recipient.line",
)
# What of these models tells an amount to an administrator; more may be found.
TELLING = {
    "sale.order": {"amount_total", "amount_untaxed", "amount_tax", "tax_totals"},
    "sale.order.line": {"price_unit", "price_subtotal", "price_total"},
    "product.product": {"lst_price", "standard_price"},
    "product.template": {"list_price", "standard_price"},
    "stock.move": {"value"},
}


class Order:
    """The deal's records as the warehouse meets them, and the amounts to look for."""

    def __init__(self, scene, deal):
        self.scene, self.deal = scene, deal
        self.user = scene.user("warehouse", "exporting_warehouse")
        # Exporting is a right of its own, which many a warehouse has.
        scene.admin.call(
            "res.users",
            "write",
            [self.user.uid],
            {"group_ids": [[4, scene.ref("base.group_allow_export")]]},
        )
        orders = [deal.order, *deal.children]
        self.records = {"sale.order": orders, "stock.picking": deal.pickings}
        for model, domain in (
            ("sale.order.line", [["order_id", "in", orders]]),
            ("stock.move", [["picking_id", "in", deal.pickings]]),
            ("stock.move.line", [["picking_id", "in", deal.pickings]]),
            ("stock.quant", [["product_id", "=", deal.product]]),
            ("product.template", [["product_variant_ids", "=", deal.product]]),
            ("sale.order.recipient", [["order_id", "=", deal.order]]),
            ("sale.order.recipient.line", [["order_id", "=", deal.order]]),
        ):
            self.records[model] = scene.admin.call(model, "search", domain)
        self.records["product.product"] = [deal.product]
        self.records["res.partner"] = [deal.company]
        self.template = self.records["product.template"][0]
        self.secrets = {deal.PRICE, deal.COST}
        for (quantity,) in deal.SHARES:
            self.secrets.add(round(quantity * deal.COST, 2))
        for row in scene.read(
            "sale.order", orders, "amount_untaxed", "amount_tax", "amount_total"
        ):
            self.secrets |= {round(row[name], 2) for name in row if name != "id"}

    def find(self, answer):
        """Return the amounts of the order that occur anywhere in ``answer``."""
        if isinstance(answer, dict):
            return {found for value in answer.values() for found in self.find(value)}
        if isinstance(answer, list | tuple):
            return {found for value in answer for found in self.find(value)}
        if isinstance(answer, str):
            parts = (re.sub(r"[^\d.]", "", part) for part in NUMBER.findall(answer))
            return {float(part) for part in parts if part} & self.secrets
        if isinstance(answer, float | int):
            return {round(abs(float(answer)), 2)} & self.secrets
        return set()

    def ask(self, model, method, *args, **kwargs):
        """Return what the warehouse is answered, None when it is refused."""
        try:
            return self.user.call(model, method, *args, **kwargs)
        except RpcError as error:
            assert error.is_refusal, error
            return None


@pytest.fixture(scope="module")
def order(scene, deal):
    return Order(scene, deal)


@pytest.fixture(scope="module")
def telling(scene, order):
    """``{model: {field: definition}}`` of what tells an administrator an amount."""
    found = {}
    for model in TELLING:
        fields = scene.admin.call(model, "fields_get", [], ["type", "store"])
        rows = scene.admin.call(model, "read", order.records[model], list(fields))
        found[model] = {
            name: fields[name]
            for name in fields
            if any(order.find(row[name]) for row in rows)
        }
    return found


def test_an_administrator_is_told_the_amounts(telling):
    # Or the other tests would look for something that is not there.
    for model, names in TELLING.items():
        assert names <= set(telling[model]), model


@pytest.mark.parametrize("model", MODELS)
def test_what_the_warehouse_may_read_tells_no_amount(order, model):
    ids = order.records[model]
    assert ids
    fields = order.user.call(model, "fields_get", [], ["type"])
    answered = 0
    for name in fields:
        is_list = fields[name]["type"] in ("one2many", "many2many")
        spec = {name: {"fields": {"display_name": {}}} if is_list else {}}
        for method, *args in (
            ("read", ids, [name]),
            ("web_read", ids, spec),
            ("export_data", ids, [name]),
        ):
            answer = order.ask(model, method, *args)
            answered += answer is not None
            assert not order.find(answer), f"{method} of {name}"
    # Most fields do answer: the test is not passed by closing the model.
    assert answered > 2 * len(fields)


@pytest.mark.parametrize("model", MODELS)
def test_searching_and_grouping_tell_no_amount(order, model):
    domain = [["id", "in", order.records[model]]]
    fields = order.user.call(model, "fields_get", [], ["type", "store"])
    numbers = [name for name in fields if fields[name]["type"] in ("float", "monetary")]
    names = [name for name in numbers if fields[name]["store"]]
    sums = [f"{name}:sum" for name in names]
    answers = {
        "search_read": order.ask(model, "search_read", domain, names),
        "web_search_read": order.ask(
            model, "web_search_read", domain, {name: {} for name in names}
        ),
        "formatted_read_group": order.ask(
            model, "formatted_read_group", domain, [], ["__count", *sums]
        ),
        "name_search": order.ask(model, "name_search", "", domain),
        "default_get": order.ask(model, "default_get", list(fields)),
        "copy_data": order.ask(model, "copy_data", order.records[model][:1]),
    }
    assert answers["search_read"] and answers["formatted_read_group"]
    for method, answer in answers.items():
        assert not order.find(answer), method


@pytest.mark.parametrize("door", sorted(DOORS))
@pytest.mark.parametrize("model", sorted(TELLING))
def test_fields_that_tell_an_amount_are_refused(scene, order, telling, model, door):
    user = scene.user("warehouse", "exporting_warehouse", DOORS[door])
    ids = order.records[model]
    for name, field in telling[model].items():
        calls = {
            "read": [ids, [name]],
            "search_read": [[["id", "in", ids]], [name]],
            "web_read": [ids, {name: {}}],
            "web_search_read": [[["id", "in", ids]], {name: {}}],
            "export_data": [ids, [name]],
        }
        if field["store"] and field["type"] in ("float", "monetary"):
            calls |= {
                "read_group": [[], [f"{name}:sum"], []],
                "formatted_read_group": [[], [], [f"{name}:sum"]],
                "web_read_group": [[], [name]],
                "search": [[[name, ">", 1]]],
                "search_count": [[[name, ">", 1]]],
            }
        for method, args in calls.items():
            with pytest.raises(RpcError, match=r"access|rights") as caught:
                user.call(model, method, *args)
            assert caught.value.is_refusal, f"{method} of {name}: {caught.value}"


@pytest.mark.parametrize("model", sorted(TELLING))
def test_views_and_field_lists_do_not_name_them(order, telling, model):
    names = set(telling[model])
    assert not names & set(order.user.call(model, "fields_get"))
    views = order.user.call(
        model, "get_views", [[False, kind] for kind in ("form", "list", "search")]
    )
    assert not names & set(views["models"][model]["fields"])
    for kind, view in views["views"].items():
        shown = re.findall(r'<field[^>]* name="(\w+)"', view["arch"])
        if kind != "form":  # a form also holds the lists of other models
            assert not names & set(shown), kind


def test_a_way_round_through_another_model_is_refused(order):
    for model, domain in (
        ("stock.picking", [["sale_id.amount_total", ">", 1]]),
        ("stock.picking", [["sale_id", "any", [["amount_total", ">", 1]]]]),
        ("stock.move", [["sale_line_id.price_unit", ">", 1]]),
        ("stock.quant", [["product_id.standard_price", ">", 1]]),
        ("sale.order", [["order_line.price_unit", ">", 1]]),
        ("sale.order.recipient", [["order_id.amount_total", ">", 1]]),
        ("sale.order.recipient.line", [["order_line_id.price_unit", ">", 1]]),
    ):
        assert order.ask(model, "search", domain) is None, (model, domain)
    for model, path in (
        ("stock.picking", "sale_id/amount_total"),
        ("stock.move", "sale_line_id/price_unit"),
        ("sale.order.recipient.line", "order_line_id/price_unit"),
    ):
        ids = order.records[model]
        assert order.ask(model, "export_data", ids, [path]) is None, path


def test_methods_that_answer_with_prices_are_refused(order):
    deal, product = order.deal, [order.deal.product]
    for model, method, *args in (
        ("product.product", "get_contextual_price", product),
        ("product.template", "get_contextual_price", [order.template]),
        ("sale.order", "copy", [deal.order]),
        ("sale.order", "action_preview_sale_order", [deal.order]),
        ("sale.order", "action_update_prices", [deal.order]),
        ("sale.order", "action_create_child_invoice", [deal.order]),
        ("portal.share", "create", {"res_model": "sale.order", "res_id": deal.order}),
        ("account.move", "read", [deal.invoice], ["name"]),
        ("account.move.line", "search_read", []),
        ("sale.report", "search_read", []),
        ("key.account", "search_read", []),
    ):
        assert order.ask(model, method, *args) is None, (model, method)


def test_routes_that_answer_with_prices_are_refused(scene, order):
    deal = order.deal
    currency = scene.get("sale.order", deal.order, "currency_id")
    common = {"currency_id": currency, "so_date": "2025-01-01 00:00:00", "quantity": 1}
    for path, params in (
        (
            "/product/catalog/order_lines_info",
            {
                "res_model": "sale.order",
                "order_id": deal.order,
                "product_ids": [deal.product],
            },
        ),
        (
            "/sale/product_configurator/get_values",
            {"product_template_id": order.template, **common},
        ),
        (
            "/sale/product_configurator/update_combination",
            {"product_template_id": order.template, "ptav_ids": [], **common},
        ),
    ):
        with pytest.raises(RpcError) as caught:
            order.user.json(path, **params)
        assert caught.value.is_refusal, path


def test_pages_and_reports_tell_no_amount(order):
    deal = order.deal
    report = json.dumps(
        {
            "active_model": "product.template",
            "active_ids": [order.template],
            "quantities": [1],
        }
    )
    for path in (
        f"/my/orders/{deal.order}",
        f"/my/orders/{deal.children[0]}",
        f"/my/invoices/{deal.invoice}",
        f"/report/html/sale.report_saleorder/{deal.order}",
        f"/report/html/account.report_invoice/{deal.invoice}",
        f"/product/export/pricelist/?export_format=csv&report_data={quote(report)}",
        f"/report/html/stock.report_deliveryslip/{deal.pickings[0]}",
        f"/report/html/stock.report_picking/{deal.pickings[0]}",
    ):
        _status, text = order.user.page(path)
        assert not order.find(text), path


def test_delivery_papers_print(order):
    picking = order.deal.pickings[0]
    for report in ("stock.report_deliveryslip", "stock.report_picking"):
        status, text = order.user.page(f"/report/html/{report}/{picking}")
        assert status == 200
        assert "Samovar" in text


def test_messages_of_the_order_and_the_goods_tell_no_amount(scene, order):
    deal = order.deal
    body = f"Amounting in {deal.PRICE:,.2f}, as agreed"
    scene.admin.call("sale.order", "message_post", [deal.order], body=body)
    told = order.user.call("mail.message", "search_read", [], ["body", "preview"])
    assert not order.find(told)
    for model, record in (
        ("sale.order", deal.order),
        ("sale.order", deal.children[0]),
        ("stock.picking", deal.pickings[0]),
        ("product.product", deal.product),
    ):
        answer = order.user.json(
            "/mail/thread/messages",
            thread_model=model,
            thread_id=record,
            fetch_params={},
        )
        assert not order.find(answer), model


def test_the_warehouse_delivers_less_and_the_rest_later(scene, order):
    deal = order.deal
    parent = scene.make_parent(
        deal.company, [deal.product], [(5,)], user=deal.salesperson
    )
    deal.salesperson.call("sale.order", "action_split", [parent])
    (picking,) = scene.pickings(scene.children(parent))
    user = order.user
    (move,) = user.call("stock.move", "search", [["picking_id", "=", picking]])
    user.call("stock.move", "write", [move], {"quantity": 2, "picked": True})
    user.call(
        "stock.picking", "button_validate", [picking], context={"skip_backorder": True}
    )
    assert scene.get("sale.order", parent, "rate_child_delivered") == 40
    (rest,) = user.call("stock.picking", "search", [["backorder_id", "=", picking]])
    user.call("stock.picking", "button_validate", [rest])
    assert scene.get("sale.order", parent, "rate_child_delivered") == 100
    note = {"note": unique("Left at the dock")}
    user.call("stock.picking", "write", [rest], note)
