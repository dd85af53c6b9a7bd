"""Two people confirm at the same moment: the last units of a locked volume go to one."""

import pytest
from rpc import JsonRpcClient, RpcError, WebClient, at_once

ROUNDS = 20


@pytest.fixture(scope="module")
def market(scene):
    """An account, goods, and three managers: two sell, one puts agreements in force."""
    account = scene.make_account()
    company = scene.get("key.account", account, "partner_id")
    product = scene.make_product(stock=1000)
    sellers = (
        scene.user("manager", "first", WebClient),
        scene.user("manager", "second", JsonRpcClient),
    )
    return account, company, product, sellers, scene.user("manager", "third")


def make_agreement(market, quantity, **vals):
    account, _company, product, sellers, third = market
    line = {"product_id": product, "price": 8, "quantity_committed": quantity}
    agreement = sellers[0].call(
        "key.account.agreement",
        "create",
        {
            "account_id": account,
            "kind": "volume",
            "line_ids": [[0, 0, line]],
            **vals,
        },
    )
    sellers[0].call("key.account.agreement", "action_submit", [agreement])
    third.call("key.account.agreement", "action_activate", [agreement])
    return agreement


def confirm_at_once(market, quantity):
    """Return the orders that two sellers confirmed at the same moment."""
    _account, company, product, sellers, _third = market
    line = [0, 0, {"product_id": product, "product_uom_qty": quantity}]
    orders = [
        seller.call(
            "sale.order", "create", {"partner_id": company, "order_line": [line]}
        )
        for seller in sellers
    ]
    results = at_once(
        *(
            lambda s=seller, o=order: s.call("sale.order", "action_confirm", [o])
            for seller, order in zip(sellers, orders, strict=True)
        )
    )
    assert [result for result in results if isinstance(result, RpcError)] == []
    return orders


def get_executed(scene, agreement):
    (agreed,) = scene.get("key.account.agreement", agreement, "line_ids")
    return scene.get("key.account.agreement.line", agreed, "quantity_executed")


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_the_last_units_go_to_one_of_two(scene, market, round_):
    third = market[-1]
    agreement = make_agreement(market, 10)
    orders = confirm_at_once(market, 6)
    rows = scene.read("sale.order", orders, "state", "gate_state")
    assert sorted(row["state"] for row in rows) == ["draft", "sale"]
    assert sorted(row["gate_state"] for row in rows) == ["clear", "held"]
    assert get_executed(scene, agreement) == 6
    third.call("key.account.agreement", "action_terminate", [agreement])


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_the_rest_of_one_of_two_goes_on_at_the_next_price(scene, market, round_):
    third = market[-1]
    agreement = make_agreement(market, 10, volume_policy="next")
    orders = confirm_at_once(market, 6)
    rows = scene.read("sale.order", orders, "state", "order_line")
    assert [row["state"] for row in rows] == ["sale", "sale"]
    lines = scene.read(
        "sale.order.line",
        [line for row in rows for line in row["order_line"]],
        "product_uom_qty",
        "price_source",
    )
    agreed = [
        row["product_uom_qty"] for row in lines if row["price_source"] == "agreement"
    ]
    rest = [
        row["product_uom_qty"] for row in lines if row["price_source"] != "agreement"
    ]
    assert (sorted(agreed), rest) == ([4, 6], [2])
    assert get_executed(scene, agreement) == 10
    third.call("key.account.agreement", "action_terminate", [agreement])
