"""Values that follow from other records, or from a button, are not for users to give:
not in ``create`` and ``write``, not by import, not as a default.
"""

import pytest
from rpc import RpcError, refused


def test_nobody_says_which_account_or_parent_an_order_has(scene, deal, door):
    user = scene.user("salesperson", "deal_salesperson", door)
    other = scene.make_account(user_id=user.uid)
    product = scene.make_product(stock=5)
    order = scene.make_parent(deal.company, [product], [(1,)], user=user)
    recipient = scene.get("sale.order", deal.order, "recipient_ids")[0]
    for vals, words in (
        ({"key_account_id": other}, "customer"),
        ({"key_account_id": False}, "customer"),
        ({"parent_order_id": deal.order}, "[Ss]plit"),
        ({"recipient_id": recipient}, "[Ss]plit"),
    ):
        refused(words, user.call, "sale.order", "write", [order], vals)
        if any(vals.values()):
            values = {"partner_id": deal.company, **vals}
            refused(words, user.call, "sale.order", "create", values)
    header, row = [".id", "parent_order_id/.id"], [str(order), str(deal.order)]
    result = user.call("sale.order", "load", header, [row])
    assert "split" in result["messages"][0]["message"].lower()
    (found,) = scene.read("sale.order", order, "key_account_id", "parent_order_id")
    assert (found["key_account_id"], found["parent_order_id"]) == (deal.account, False)


def test_nobody_says_which_parent_line_a_line_fulfils(scene, deal, door):
    user = scene.user("salesperson", "deal_salesperson", door)
    product = scene.make_product(stock=5)
    order = scene.make_parent(deal.company, [product], [(1,)], user=user)
    (line,) = scene.get("sale.order", order, "order_line")
    (parent_line,) = scene.get("sale.order", deal.order, "order_line")
    forged = {"parent_line_id": parent_line}
    refused("[Ss]plit", user.call, "sale.order.line", "write", [line], forged)
    new = {"order_id": order, "product_id": product, **forged}
    refused("[Ss]plit", user.call, "sale.order.line", "create", new)
    nested = {"order_line": [[1, line, forged]]}
    refused("[Ss]plit", user.call, "sale.order", "write", [order], nested)
    assert scene.get("sale.order.line", line, "parent_line_id") is False


def test_an_order_is_not_declared_split(scene, deal, door):
    user = scene.user("salesperson", "deal_salesperson", door)
    order = scene.make_parent(
        deal.company, [scene.make_product(stock=5)], [(1,)], user=user
    )
    vals = {"state": "split"}
    refused("do not add up", user.call, "sale.order", "write", [order], vals)
    values = {"partner_id": deal.company, **vals}
    refused("Split", user.call, "sale.order", "create", values)
    assert scene.get("sale.order", order, "state") == "draft"


# ------------------------------------------- defaults are values that users give


def created_with(scene, user, context, model, values, *names):
    """Return ``names`` of a record that ``user`` creates with defaults in ``context``;
    a refusal is as good as a default that is not taken."""
    try:
        record = user.call(model, "create", values, context=context)
    except RpcError as error:
        assert error.is_refusal, error
        return [False] * len(names)
    (row,) = scene.read(model, record, *names)
    return [row[name] for name in names]


def test_a_default_makes_no_active_account(scene, door):
    user = scene.user("salesperson", door=door)
    values = {"partner_id": scene.make_company()}
    context = {"default_state": "active"}
    (state,) = created_with(scene, user, context, "key.account", values, "state")
    assert state in (False, "prospect")


def test_a_personal_default_makes_no_active_account(scene):
    user = scene.user("salesperson", "with_defaults")
    user.call("ir.default", "set", "key.account", "state", "active", True)
    values = {"partner_id": scene.make_company()}
    (state,) = created_with(scene, user, {}, "key.account", values, "state")
    assert state in (False, "prospect")


@pytest.fixture
def suspended(scene):
    """A customer who may not buy any more, with an order from better days."""
    user = scene.user("salesperson")
    account = scene.make_account(user_id=user.uid)
    company = scene.get("key.account", account, "partner_id")
    order = scene.make_parent(company, [scene.make_product()], [(1,)], user=user)
    recipients = scene.get("sale.order", order, "recipient_ids")
    user.call("sale.order.recipient", "unlink", recipients)
    user.call("sale.order", "action_confirm", [order])
    scene.admin.call("key.account", "action_suspend", [account])
    return company, order


def test_a_default_parent_takes_no_order_past_the_gate(scene, suspended, door):
    user = scene.user("salesperson", door=door)
    company, order = suspended
    line = [0, 0, {"product_id": scene.make_product(), "product_uom_qty": 1}]
    values = {"partner_id": company, "order_line": [line]}
    context = {"default_parent_order_id": order}
    try:
        forged = user.call("sale.order", "create", values, context=context)
        user.call("sale.order", "action_confirm", [forged])
    except RpcError as error:
        assert error.is_refusal, error
    domain = [["partner_id", "=", company], ["state", "=", "sale"]]
    assert scene.admin.call("sale.order", "search", domain) == [order]


def test_defaults_link_no_order_to_a_parent(scene, deal, door):
    user = scene.user("salesperson", "deal_salesperson", door)
    parent = scene.make_parent(deal.company, [deal.product], [(2,)], user=user)
    user.call("sale.order", "action_split", [parent])
    (recipient,) = scene.get("sale.order", parent, "recipient_ids")
    (parent_line,) = scene.get("sale.order", parent, "order_line")
    order = scene.make_parent(deal.company, [deal.product], [(1,)], user=user)
    customer_only = {"partner_id": deal.company}
    for model, values, name, value in (
        ("sale.order", customer_only, "parent_order_id", parent),
        ("sale.order", customer_only, "recipient_id", recipient),
        (
            "sale.order.line",
            {"order_id": order, "product_id": deal.product},
            "parent_line_id",
            parent_line,
        ),
    ):
        context = {f"default_{name}": value}
        assert created_with(scene, user, context, model, values, name) == [False], name
    context = {"default_state": "split"}
    (state,) = created_with(scene, user, context, "sale.order", customer_only, "state")
    assert state in (False, "draft")
