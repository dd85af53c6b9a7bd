"""Guide prices, costs and margins reach nobody without the right, over RPC and HTTP.

The tests know the figures, not the fields: they ask at every door for whatever a role
may have and look for the figures in the answers, also in those that refuse.
"""

import json
from urllib.parse import quote

import pytest
from approvals import DECISION, REQUEST, STEP
from guide import CLOSED, LINE, PRICE, REASON, SHEET, LowOrder, find

ROLES = sorted(CLOSED)
STAFF = ["accountant", "controller", "plain", "warehouse"]
SHOWN = {name: {} for name in ("price_unit", "price_subtotal", "price_trace")}
GUIDE_FIELDS = ("guide_price", "guide_distance", "guide_reason")
RULE_FIELDS = ("price_sheet_line_id", "promotion_line_id")


@pytest.fixture(scope="module")
def low(scene):
    return LowOrder(scene)


@pytest.fixture(scope="module")
def records(low):
    """``{model: ids}`` of all that tells a secret to somebody."""
    search = low.scene.admin.call
    requests = [low.sheet_request, *low.requests]
    of_requests = [["request_id", "in", requests]]
    threads = ["|", "&", ["model", "=", REQUEST], ["res_id", "in", requests]]
    return {
        "sale.order": low.orders,
        "sale.order.line": low.lines,
        "product.product": [low.product],
        SHEET: [low.sheet],
        LINE: [low.sheet_line],
        REQUEST: requests,
        STEP: search(STEP, "search", of_requests),
        DECISION: search(DECISION, "search", of_requests),
        "key.account.gate.issue": search(
            "key.account.gate.issue", "search", [["order_id", "in", low.orders]]
        ),
        "mail.message": search(
            "mail.message",
            "search",
            [*threads, "&", ["model", "=", SHEET], ["res_id", "=", low.sheet]],
        ),
        "ir.attachment": [low.file],
    }


def read_all(low, user, model, ids):
    """Yield what the user is answered who asks for all fields of the records."""
    names = low.ask(user, model, "fields_get", [], ["type"])
    names = ["display_name"] if isinstance(names, str) else list(names)
    answer = low.ask(user, model, "read", ids, names)
    yield answer
    if isinstance(answer, str):
        # What cannot be read, records or fields, does not hide the rest.
        readable = set()
        for record in ids:
            name = low.ask(user, model, "read", [record], ["display_name"])
            yield name
            for field in [] if isinstance(name, str) else names:
                answer = low.ask(user, model, "read", [record], [field])
                yield answer
                readable |= set() if isinstance(answer, str) else {field}
        names = sorted(readable)
    for record in ids if names else ():
        yield low.ask(user, model, "web_read", [record], {name: {} for name in names})
        yield low.ask(user, model, "export_data", [record], names)


def test_those_with_the_right_are_told_everything(low, records):
    # Or the other tests would look for what is not there.
    for model, kinds in {
        "sale.order": {"margin", "price"},
        "sale.order.line": {"guide", "margin", "price"},
        "product.product": {"cost"},
        SHEET: {"guide"},
        LINE: {"guide"},
        REQUEST: {"guide", "margin", "price", "words"},
        DECISION: {"guide", "words"},
        "mail.message": {"guide", "words"},
        "ir.attachment": {"guide"},
    }.items():
        told = {
            kind
            for answer in read_all(low, low.manager, model, records[model])
            for kind in find(answer)
        }
        assert kinds <= told, model
    assert low.scene.get("sale.order", low.order, "gate_state") == "held"


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_read_tells_nothing(low, records, role):
    user = low.person(role)
    answered = 0
    for model, ids in records.items():
        for answer in read_all(low, user, model, ids):
            assert not find(answer) & CLOSED[role], model
            answered += not isinstance(answer, str)
    assert answered > 5


@pytest.mark.parametrize("role", ROLES)
def test_lists_tell_nothing(low, records, role):
    user = low.person(role)
    for model in records:
        fields = low.ask(user, model, "fields_get", [], ["type", "store"])
        if isinstance(fields, str):
            continue
        assert not set(GUIDE_FIELDS) & set(fields)
        numbers = [
            name
            for name, field in fields.items()
            if field["type"] in ("float", "monetary") and field["store"]
        ]
        sums = [f"{name}:sum" for name in numbers]
        for method, *args in (
            ("search_read", [], numbers),
            ("web_search_read", [], {name: {} for name in ("display_name", *numbers)}),
            ("name_search", ""),
            ("formatted_read_group", [], [], ["__count", *sums]),
            ("default_get", list(fields)),
            ("copy_data", records[model][:1]),
        ):
            answer = low.ask(user, model, method, *args)
            assert not find(answer) & CLOSED[role], (model, method)


@pytest.mark.parametrize("role", ROLES)
def test_a_closed_field_answers_no_question(low, role, door):
    user = low.person(role, door)
    lines, orders = low.lines, low.orders
    colors = {"field": "guide_reason", "colors": {REASON: "success"}}
    spec = {"order_line": {"fields": {"guide_price": {}}}}
    calls = [
        ("sale.order", "search", [["order_line.guide_price", ">=", 1]]),
        ("sale.order", "search", [["order_line", "any", [["guide_price", ">", 1]]]]),
        ("sale.order", "search", [["has_price_below_guide", "=", True]]),
        ("sale.order", "web_read", orders, spec),
        ("sale.order", "web_search_read", [], spec),
        ("sale.order", "export_data", orders, ["order_line/guide_price"]),
        ("sale.order.line", "search", [["order_id.has_price_below_guide", "=", True]]),
        ("sale.order.line", "read_progress_bar", [], "order_id", colors),
    ]
    for name in GUIDE_FIELDS:
        by_order = ["order_id"]
        calls += [
            ("sale.order.line", "read", lines, [name]),
            ("sale.order.line", "export_data", lines, [name]),
            ("sale.order.line", "search", [[name, "!=", False]]),
            ("sale.order.line", "search_count", [[name, "!=", False]]),
            ("sale.order.line", "search", [], 0, None, f"{name} desc"),
            ("sale.order.line", "formatted_read_group", [], [name], ["__count"]),
            ("sale.order.line", "formatted_read_group", [], by_order, [f"{name}:max"]),
            ("sale.order.line", "web_read_group", [], [name]),
            ("sale.order.line", "read_group", [], [f"{name}:max"], by_order),
            ("sale.order.line", "search_panel_select_range", name),
            ("sale.order.line", "onchange", lines[:1], {}, [], {name: {}}),
        ]
    for model, method, *args in calls:
        answer = low.ask(user, model, method, *args)
        # Customers have rules of their own that empty a search; they are told nothing.
        assert isinstance(answer, str), (model, method, args, answer)
        assert not find(answer) & CLOSED[role]


@pytest.mark.parametrize("role", ROLES)
def test_no_way_leads_to_the_sheet_or_what_is_about_it(low, role, door):
    user = low.person(role, door)
    deep = {
        "price_sheet_line_id": {"fields": {"sheet_id": {"fields": {"line_ids": {}}}}}
    }
    notes = [["model", "in", [SHEET, REQUEST]], ["body", "like", REASON]]
    activities = [["res_model", "in", [SHEET, REQUEST]], ["res_id", "=", low.sheet]]
    for model, method, *args in (
        (SHEET, "search", [["id", "=", low.sheet]]),
        (SHEET, "name_search", "", [["id", "=", low.sheet]]),
        (SHEET, "action_export_lines", [low.sheet]),
        (SHEET, "action_import_lines", [low.sheet]),
        (LINE, "search", [["price", ">", 1], ["sheet_id", "=", low.sheet]]),
        (LINE, "search", [["sheet_id.line_ids.price", ">", PRICE]]),
        ("sale.order.line", "web_read", low.lines, deep),
        (REQUEST, "search", [["id", "=", low.sheet_request]]),
        (REQUEST, "search", [["snapshot", "like", "price"], ["res_model", "=", SHEET]]),
        (STEP, "search", [["request_id", "=", low.sheet_request]]),
        (DECISION, "search", [["reason", "like", REASON]]),
        ("mail.message", "search", notes),
        ("mail.message", "search", [["child_ids.body", "like", REASON]]),
        ("mail.activity", "search", activities),
        ("ir.attachment", "search", [["res_model", "=", SHEET]]),
        ("ir.attachment", "search", [["index_content", "like", REASON]]),
        ("mail.tracking.value", "search", []),
    ):
        answer = low.ask(user, model, method, *args)
        assert isinstance(answer, str) or not find(answer), (model, method, args)
        assert isinstance(answer, str) or method == "web_read" or not answer
    for model, ids in ((SHEET, [low.sheet]), (REQUEST, [low.sheet_request])):
        partner = low.scene.get("res.users", user.uid, "partner_id")
        low.ask(user, model, "message_subscribe", ids, [partner])
        followers = low.scene.get(model, ids[0], "message_partner_ids")
        assert partner not in followers
        low.ask(user, model, "message_post", ids, body="Hello")
        bodies = low.scene.admin.call(
            "mail.message",
            "search_count",
            [["model", "=", model], ["body", "like", "Hello"]],
        )
        assert not bodies


@pytest.mark.parametrize("role", ROLES)
def test_what_is_told_of_other_mails_tells_nothing(low, role):
    user = low.person(role)
    for model, fields in (
        ("mail.message", ["body", "preview", "subject", "record_name"]),
        ("mail.notification", ["mail_message_id"]),
        ("mail.activity", ["summary", "note", "res_name"]),
        ("mail.followers", ["res_model", "res_id", "display_name"]),
    ):
        answer = low.ask(user, model, "search_read", [], fields, order="id desc")
        assert not find(answer) & CLOSED[role], model
    (message, *_rest) = low.scene.admin.call(
        "mail.message", "search", [["model", "=", SHEET], ["res_id", "=", low.sheet]]
    )
    partner = low.scene.get("res.users", user.uid, "partner_id")
    vals = {"mail_message_id": message, "res_partner_id": partner}
    assert isinstance(low.ask(user, "mail.notification", "create", vals), str)
    for model, record in (
        (SHEET, low.sheet),
        (REQUEST, low.sheet_request),
        *(("sale.order", order) for order in low.orders),
    ):
        answer = low.ask_json(
            user,
            "/mail/thread/messages",
            thread_model=model,
            thread_id=record,
            fetch_params={},
        )
        assert not find(answer) & CLOSED[role], model


@pytest.mark.parametrize("role", ROLES)
def test_a_made_up_rule_gives_no_guide_price(low, role, door):
    user = low.person(role, door)
    order, line = low.sent_order, low.lines[-1]
    for name in RULE_FIELDS:
        vals = {name: low.sheet_line}
        new = {"order_id": order, "product_id": low.product, **vals}
        update = {"order_line": [[1, line, vals]]}
        spec = {"order_line": {"fields": SHOWN}, "amount_total": {}}
        for model, method, *args in (
            ("sale.order.line", "onchange", [line], vals, [name], SHOWN),
            ("sale.order.line", "onchange", [], new, list(new), SHOWN),
            ("sale.order", "onchange", [order], update, ["order_line"], spec),
            ("sale.order.line", "web_save", [line], vals, SHOWN),
            ("sale.order.line", "write", [line], vals),
            ("sale.order", "web_save", [order], update, spec),
        ):
            answer = low.ask(user, model, method, *args)
            assert not find(answer) & CLOSED[role], (method, name)
    assert low.scene.get("sale.order.line", line, "price_unit") == PRICE


@pytest.mark.parametrize("role", ROLES)
def test_nobody_writes_a_reason_that_he_may_not_read(low, role, door):
    user = low.person(role, door)
    order, line = low.sent_order, low.lines[-1]
    path = [".id", "order_line/.id", "order_line/guide_reason"]
    update = {"order_line": [[1, line, {"guide_reason": "Mine"}]]}
    new = {"order_id": order, "product_id": low.product}
    context = {"default_guide_reason": "Mine"}
    for model, method, *args in (
        ("sale.order.line", "write", [line], {"guide_reason": "Mine"}),
        ("sale.order.line", "load", [".id", "guide_reason"], [[str(line), "Mine"]]),
        ("sale.order", "load", path, [[str(order), str(line), "Mine"]]),
        ("sale.order", "write", [order], update),
    ):
        low.ask(user, model, method, *args)
    low.ask(user, "sale.order.line", "create", new, context=context)
    told = low.scene.read("sale.order.line", low.lines, "guide_reason")
    assert {row["guide_reason"] for row in told} == {REASON}
    assert len(low.scene.get("sale.order", order, "order_line")) == 1


@pytest.mark.parametrize("role", STAFF)
def test_the_dialog_that_asks_for_approval_tells_nothing(low, role):
    user = low.person(role)
    for model, record in (("sale.order", low.plain_order), (SHEET, low.sheet)):
        vals = {"res_model": model, "res_ids": str(record)}
        preview = {"preview": {}}
        answer = low.ask(
            user, "key.account.approval.ask", "onchange", [], vals, ["res_ids"], preview
        )
        assert not find(answer) & CLOSED[role]


@pytest.mark.parametrize("role", ROLES)
def test_pages_reports_exports_and_files_tell_nothing(low, role):
    user = low.person(role)
    export = {
        "model": "sale.order.line",
        "ids": low.lines,
        "domain": [],
        "groupby": [],
        "import_compat": False,
        "context": {},
    }
    paths = [
        f"/web/content/{low.file}",
        f"/web/content/{SHEET}/{low.sheet}/description",
    ]
    for names in (*[[name] for name in GUIDE_FIELDS], ["price_trace", "price_beaten"]):
        fields = [{"name": name, "label": name} for name in names]
        data = quote(json.dumps({**export, "fields": fields}))
        paths += [f"/web/export/csv?data={data}"]
    for order in low.orders:
        paths += [
            f"/report/html/sale.report_saleorder/{order}",
            f"/my/orders/{order}",
            f"/my/orders/{order}?report_type=html",
        ]
    for path in ("/my/orders", "/my/quotes", "/my/agreements", *paths):
        _status, text = user.page(path)
        assert not find(text) & CLOSED[role], path


def test_a_customer_reads_the_price_and_the_paper_of_the_offer(low):
    user = low.person("customer")
    for path in ("/my/orders/%s", "/my/orders/%s?report_type=html"):
        status, text = user.page(path % low.sent_order)
        assert status == 200 and "price" in find(text), path


def test_salespeople_without_the_right_still_work(low):
    user = low.person("plain")
    copy = user.call("sale.order", "copy", [low.sent_order])
    (copy,) = copy if isinstance(copy, list) else [copy]
    user.call("sale.order", "action_update_prices", [copy])
    (line,) = low.scene.get("sale.order", copy, "order_line")
    (row,) = low.scene.read("sale.order.line", line, "price_unit", "guide_reason")
    assert (row["price_unit"], row["guide_reason"]) == (9900, False)
