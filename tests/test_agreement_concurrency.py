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


def make_agreement(market, quantity):
    account, _company, product, sellers, third = market
    line = {"product_id": product, "price": 8, "quantity_committed": quantity}
    agreement = sellers[0].call(
        "key.account.agreement",
        "create",
        {"account_id": account, "kind": "volume", "line_ids": [[0, 0, line]]},
    )
    sellers[0].call("key.account.agreement", "action_submit", [agreement])
    third.call("key.account.agreement", "action_activate", [agreement])
    return agreement


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_the_last_units_go_to_one_of_two(scene, market, round_):
    _account, company, product, sellers, third = market
    agreement = make_agreement(market, 10)
    line = [0, 0, {"product_id": product, "product_uom_qty": 6}]
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
    rows = scene.read("sale.order", orders, "state", "gate_state")
    assert sorted(row["state"] for row in rows) == ["draft", "sale"]
    assert sorted(row["gate_state"] for row in rows) == ["clear", "held"]
    (agreed,) = scene.get("key.account.agreement", agreement, "line_ids")
    assert scene.get("key.account.agreement.line", agreed, "quantity_executed") == 6
    third.call("key.account.agreement", "action_terminate", [agreement])
