"""Each role does its part of an order over RPC, and nobody else's.

The refusals are tried at every door: the two RPC protocols and the web client's
session. A rule that only hides a button would let them pass.
"""

import pytest
from rpc import DOORS, RpcError


@pytest.fixture(params=sorted(DOORS))
def door(request):
    return DOORS[request.param]


def refused(words, function, *args, **kwargs):
    """Assert that a call is refused with a sentence, one that has ``words``."""
    with pytest.raises(RpcError, match=words) as caught:
        function(*args, **kwargs)
    assert caught.value.is_refusal, caught.value


# ------------------------------------------------------------- what roles do


def test_an_order_runs_through_the_roles_from_the_customer_to_the_invoice(scene, deal):
    assert scene.get("key.account", deal.account, "state") == "active"
    (order,) = scene.read(
        "sale.order",
        deal.order,
        "state",
        "key_account_id",
        "user_id",
        "amount_untaxed",
        "amount_tax",
        "amount_total",
        "rate_child_delivered",
        "rate_child_invoiced",
    )
    assert (order["state"], order["key_account_id"]) == ("split", deal.account)
    assert order["user_id"] == deal.salesperson.uid
    assert order["amount_untaxed"] == pytest.approx(11 * deal.PRICE)
    assert order["rate_child_delivered"] == order["rate_child_invoiced"] == 100

    children = scene.read(
        "sale.order", deal.children, "state", "amount_tax", "amount_total"
    )
    assert [child["state"] for child in children] == ["sale", "sale"]
    for name in ("amount_tax", "amount_total"):
        total = sum(child[name] for child in children)
        assert total == pytest.approx(order[name], abs=1e-6), name

    transfers = scene.read("stock.picking", deal.pickings, "state", "move_ids")
    assert [transfer["state"] for transfer in transfers] == ["done", "done"]
    (invoice,) = scene.read(
        "account.move", deal.invoice, "state", "parent_order_id", "amount_total"
    )
    assert (invoice["state"], invoice["parent_order_id"]) == ("posted", deal.order)
    assert invoice["amount_total"] == pytest.approx(order["amount_total"], abs=1e-6)


def test_the_salesperson_is_shown_the_children_of_the_split(deal):
    action = deal.action_split
    assert action["res_model"] == "sale.order"
    found = deal.salesperson.call("sale.order", "search", action["domain"])
    assert sorted(found) == deal.children


def test_a_second_split_over_rpc_changes_nothing(scene, deal, door):
    user = scene.user("salesperson", "deal_salesperson", door)
    user.call("sale.order", "action_split", [deal.order])
    assert scene.children(deal.order) == deal.children


def test_the_controller_stops_an_account_and_its_orders_with_it(scene):
    account = scene.make_account()
    company = scene.get("key.account", account, "partner_id")
    parent = scene.make_parent(company, [scene.make_product(stock=5)], [(1,), (1,)])
    scene.user("controller").call("key.account", "action_suspend", [account])
    refused("is suspended", scene.admin.call, "sale.order", "action_split", [parent])
    assert scene.get("sale.order", parent, "state") == "draft"
    assert not scene.children(parent)


# ---------------------------------------------------------- duties kept apart


@pytest.fixture
def submitted(scene):
    """An account that the salesperson has handed in for review."""
    user = scene.user("salesperson")
    account = user.call("key.account", "create", {"partner_id": scene.make_company()})
    user.call("key.account", "action_submit", [account])
    return account


ACTIVE = {"state": "active"}


def test_a_salesperson_activates_no_account(scene, submitted, door):
    user = scene.user("salesperson", door=door)
    refused("ask one of", user.call, "key.account", "action_activate", [submitted])
    refused("ask one of", user.call, "key.account", "write", [submitted], ACTIVE)
    assert scene.get("key.account", submitted, "state") == "review"


def test_a_salesperson_creates_no_active_account(scene, door):
    user = scene.user("salesperson", door=door)
    company = scene.make_company()
    values = {"partner_id": company, **ACTIVE}
    refused("starts as a prospect", user.call, "key.account", "create", values)
    assert not scene.admin.call(
        "key.account", "search_count", [["partner_id", "=", company]]
    )


def test_a_salesperson_imports_no_active_account(scene, submitted, door):
    user = scene.user("salesperson", door=door)
    company = scene.make_company()
    for header, row, words in (
        ([".id", "state"], [str(submitted), "active"], "ask one of"),
        (["partner_id/.id", "state"], [str(company), "active"], "starts as a prospect"),
    ):
        result = user.call("key.account", "load", header, [row])
        assert not result["ids"]
        assert words in result["messages"][0]["message"]
    assert scene.get("key.account", submitted, "state") == "review"


def test_a_manager_does_not_activate_the_account_he_submitted(scene, door):
    own = scene.user("manager", door=door)
    account = own.call("key.account", "create", {"partner_id": scene.make_company()})
    own.call("key.account", "action_submit", [account])
    other = scene.user("manager", "second_manager")
    for vals in ({"requested_by_id": other.uid}, {"requested_by_id": False}):
        # Whoever submitted the account is not for its users to say.
        own.call("key.account", "write", [account], vals)
        assert scene.get("key.account", account, "requested_by_id") == own.uid
    refused("another manager", own.call, "key.account", "action_activate", [account])
    refused("another manager", own.call, "key.account", "write", [account], ACTIVE)
    refused(
        "another manager",
        own.call,
        "key.account",
        "write",
        [account],
        {"requested_by_id": other.uid, **ACTIVE},
    )
    other.call("key.account", "action_activate", [account])
    assert scene.get("key.account", account, "state") == "active"


def test_the_controller_activates_after_a_suspension_only(scene, submitted, door):
    user = scene.user("controller", door=door)
    refused("ask one of", user.call, "key.account", "action_activate", [submitted])
    account = scene.make_account()
    user.call("key.account", "action_suspend", [account])
    user.call("key.account", "action_activate", [account])
    assert scene.get("key.account", account, "state") == "active"


def test_reviewed_terms_are_not_the_salespersons_to_change(scene, door):
    user = scene.user("salesperson", door=door)
    account = scene.make_account(user_id=user.uid, pay_mode="prepaid")
    vals = {"pay_mode": "credit"}
    refused("have been reviewed", user.call, "key.account", "write", [account], vals)
    assert scene.get("key.account", account, "pay_mode") == "prepaid"


def test_nobody_says_which_account_or_parent_an_order_has(scene, deal, door):
    user = scene.user("salesperson", "deal_salesperson", door)
    other = scene.make_account(user_id=user.uid)
    product = scene.make_product(stock=5)
    order = scene.make_parent(deal.company, [product], [(1,)], user=user)
    recipient = scene.get("sale.order", deal.order, "recipient_ids")[0]
    for vals, words in (
        ({"key_account_id": other}, "follows from its customer"),
        ({"key_account_id": False}, "follows from its customer"),
        ({"parent_order_id": deal.order}, "made by splitting"),
        ({"recipient_id": recipient}, "made by splitting"),
    ):
        refused(words, user.call, "sale.order", "write", [order], vals)
        if any(vals.values()):
            values = {"partner_id": deal.company, **vals}
            refused(words, user.call, "sale.order", "create", values)
    header, row = [".id", "parent_order_id/.id"], [str(order), str(deal.order)]
    result = user.call("sale.order", "load", header, [row])
    assert "made by splitting" in result["messages"][0]["message"]
    (found,) = scene.read("sale.order", order, "key_account_id", "parent_order_id")
    assert (found["key_account_id"], found["parent_order_id"]) == (deal.account, False)


def test_nobody_says_which_parent_line_a_line_fulfils(scene, deal, door):
    user = scene.user("salesperson", "deal_salesperson", door)
    product = scene.make_product(stock=5)
    order = scene.make_parent(deal.company, [product], [(1,)], user=user)
    (line,) = scene.get("sale.order", order, "order_line")
    (parent_line,) = scene.get("sale.order", deal.order, "order_line")
    forged = {"parent_line_id": parent_line}
    refused("made by splitting", user.call, "sale.order.line", "write", [line], forged)
    new = {"order_id": order, "product_id": product, **forged}
    refused("made by splitting", user.call, "sale.order.line", "create", new)
    nested = {"order_line": [[1, line, forged]]}
    refused("made by splitting", user.call, "sale.order", "write", [order], nested)
    assert scene.get("sale.order.line", line, "parent_line_id") is False


def test_an_order_is_not_declared_split(scene, deal, door):
    user = scene.user("salesperson", "deal_salesperson", door)
    order = scene.make_parent(
        deal.company, [scene.make_product(stock=5)], [(1,)], user=user
    )
    vals = {"state": "split"}
    refused("do not add up", user.call, "sale.order", "write", [order], vals)
    values = {"partner_id": deal.company, **vals}
    refused("press Split", user.call, "sale.order", "create", values)
    assert scene.get("sale.order", order, "state") == "draft"


def test_the_controller_reads_orders_and_makes_none(scene, deal, door):
    user = scene.user("controller", door=door)
    assert scene.get("sale.order", deal.order, "amount_total", user=user) > 0
    values = {"partner_id": deal.company}
    refused("not allowed to create", user.call, "sale.order", "create", values)
    order = scene.make_parent(
        deal.company, [scene.make_product(stock=5)], [(1,)], user=deal.salesperson
    )
    for method, args in (
        ("write", [{"client_order_ref": "mine"}]),
        ("action_split", []),
        ("action_confirm", []),
        ("action_cancel", []),
        ("copy", []),
        ("unlink", []),
    ):
        refused(None, user.call, "sale.order", method, [order], *args)
    result = user.call("sale.order", "load", ["partner_id/.id"], [[str(deal.company)]])
    assert result["messages"] and not result["ids"]
    assert scene.get("sale.order", order, "state") == "draft"


@pytest.mark.parametrize("role", ["accountant", "warehouse", "portal"])
def test_accounts_are_changed_by_sales_and_credit_only(scene, deal, door, role):
    user = scene.user(role, door=door)
    for method, args in (
        ("write", [{"pay_mode": "credit"}]),
        ("action_suspend", []),
        ("unlink", []),
    ):
        refused(None, user.call, "key.account", method, [deal.account], *args)
    refused(None, user.call, "key.account", "create", {"partner_id": deal.company})
    assert scene.get("key.account", deal.account, "state") == "active"


def test_a_salesperson_sees_no_account_of_a_colleague(scene, deal, door):
    user = scene.user("salesperson", "colleague", door)
    domain = [["id", "=", deal.account]]
    assert not user.call("key.account", "search_count", domain)
    refused(None, user.call, "key.account", "read", [deal.account], ["code"])
    recipients = scene.get("sale.order", deal.order, "recipient_ids")
    refused(None, user.call, "sale.order.recipient", "read", recipients, ["partner_id"])


# ------------------------------------------- defaults are values that users give


def test_a_default_makes_no_active_account(scene, door):
    user = scene.user("salesperson", door=door)
    values = {"partner_id": scene.make_company()}
    context = {"default_state": "active"}
    refused(
        "starts as a prospect",
        user.call,
        "key.account",
        "create",
        values,
        context=context,
    )


def test_a_personal_default_makes_no_active_account(scene):
    user = scene.user("salesperson", "with_defaults")
    user.call("ir.default", "set", "key.account", "state", "active", True)
    values = {"partner_id": scene.make_company()}
    refused("starts as a prospect", user.call, "key.account", "create", values)


def test_a_default_parent_takes_no_order_past_the_gate(scene, door):
    user = scene.user("salesperson", door=door)
    account = scene.make_account(user_id=user.uid)
    company = scene.get("key.account", account, "partner_id")
    line = [0, 0, {"product_id": scene.make_product(stock=5), "product_uom_qty": 1}]
    values = {"partner_id": company, "order_line": [line]}
    confirmed = user.call("sale.order", "create", values)
    user.call("sale.order", "action_confirm", [confirmed])
    scene.admin.call("key.account", "action_suspend", [account])
    for name in ("default_parent_order_id", "default_recipient_id", "default_state"):
        context = {name: "split" if name == "default_state" else confirmed}
        if name == "default_recipient_id":
            parent = scene.make_parent(
                company, [scene.make_product()], [(1,)], user=user
            )
            context = {name: scene.get("sale.order", parent, "recipient_ids")[0]}
        create = {"partner_id": company}
        refused(None, user.call, "sale.order", "create", create, context=context)


def test_a_default_parent_line_is_not_taken(scene, deal, door):
    user = scene.user("salesperson", "deal_salesperson", door)
    product = scene.make_product(stock=5)
    order = scene.make_parent(deal.company, [product], [(1,)], user=user)
    (parent_line,) = scene.get("sale.order", deal.order, "order_line")
    values = {"order_id": order, "product_id": product}
    context = {"default_parent_line_id": parent_line}
    refused(None, user.call, "sale.order.line", "create", values, context=context)


def test_saying_review_again_does_not_change_who_submitted(scene, door):
    own = scene.user("manager", door=door)
    account = own.call("key.account", "create", {"partner_id": scene.make_company()})
    own.call("key.account", "action_submit", [account])
    other = scene.user("manager", "second_manager")
    other.call("key.account", "write", [account], {"state": "review"})
    refused("another manager", own.call, "key.account", "action_activate", [account])


# ------------------------------------------------------------------- portal


def customer(scene, company, name, door):
    """Return a portal user who belongs to ``company``."""
    client = scene.user("portal", name, door)
    partner = scene.get("res.users", client.uid, "partner_id")
    scene.admin.call("res.partner", "write", [partner], {"parent_id": company})
    return client


def test_a_customer_reads_own_orders_only(scene, deal, door):
    stranger = customer(scene, scene.make_company("Stranger"), "stranger", door)
    orders = [deal.order, *deal.children]
    domain = [["id", "in", orders]]
    assert stranger.call("sale.order", "search", domain) == []
    refused(None, stranger.call, "sale.order", "read", orders, ["name"])
    lines = [["order_id", "in", orders]]
    assert stranger.call("sale.order.line", "search", lines) == []
    buyer = customer(scene, deal.company, "buyer", door)
    assert deal.order in buyer.call("sale.order", "search", domain)


@pytest.mark.parametrize(
    "model", ["key.account", "sale.order.recipient", "sale.order.recipient.line"]
)
def test_a_customer_reads_no_account_and_no_recipient(scene, deal, door, model):
    buyer = customer(scene, deal.company, "buyer", door)
    for method, args in (
        ("search_read", [[], ["display_name"]]),
        ("search_count", [[]]),
        ("name_search", [""]),
        ("formatted_read_group", [[], [], ["__count"]]),
    ):
        refused(None, buyer.call, model, method, *args)
    order = [["id", "=", deal.order], ["key_account_id.code", "!=", False]]
    refused(None, buyer.call, "sale.order", "search", order)


def test_a_customer_places_and_splits_no_order_over_rpc(scene, deal, door):
    buyer = customer(scene, deal.company, "buyer", door)
    refused(None, buyer.call, "sale.order", "create", {"partner_id": deal.company})
    order = scene.make_parent(
        deal.company, [scene.make_product(stock=5)], [(1,)], user=deal.salesperson
    )
    refused(None, buyer.call, "sale.order", "action_split", [order])
    assert scene.get("sale.order", order, "state") == "draft"


def test_a_customers_pages_show_own_orders_only(scene, deal):
    names = [
        row["name"]
        for row in scene.read("sale.order", [deal.order, *deal.children], "name")
    ]
    buyer = customer(scene, deal.company, "buyer", DOORS["web"])
    status, page = buyer.page(f"/my/orders/{deal.order}")
    assert status == 200 and names[0] in page
    stranger = customer(scene, scene.make_company("Stranger"), "stranger", DOORS["web"])
    for path in ("/my/orders", f"/my/orders/{deal.order}"):
        _status, page = stranger.page(path)
        assert not [name for name in names if name in page], path
