"""Two people change the same split order at the same moment."""

import pytest
from rpc import JsonRpcClient, RpcError, WebClient, at_once

ROUNDS = 3


@pytest.fixture(scope="module")
def shop(scene):
    """A customer, goods, and two clients of two people who share the account."""
    account = scene.make_account()
    company = scene.get("key.account", account, "partner_id")
    product = scene.make_product(stock=500)
    first = scene.user("manager", "first", WebClient)
    second = scene.user("manager", "second", JsonRpcClient)
    return company, product, (first, second)


def call_at_once(clients, method, parent):
    results = at_once(
        *(
            lambda client=client: client.call("sale.order", method, [parent])
            for client in clients
        )
    )
    refused = [result for result in results if isinstance(result, RpcError)]
    for error in refused:
        assert error.is_refusal, error
        assert len(error.message.strip().splitlines()) == 1, error
    return refused


def get_living(scene, parent):
    return {
        child["recipient_id"]: child["id"]
        for child in scene.read(
            "sale.order", scene.children(parent), "state", "recipient_id"
        )
        if child["state"] == "sale"
    }


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_one_opens_it_and_the_change_is_split_once(scene, shop, round_):
    company, product, clients = shop
    parent = scene.make_parent(company, [product], [(2,), (1,), (3,)])
    clients[0].call("sale.order", "action_split", [parent])
    before = get_living(scene, parent)
    # The second is told that the order is not split any more.
    refused = call_at_once(clients, "action_change_recipients", parent)
    assert len(refused) == 1
    changed = min(before)
    clients[0].call(
        "sale.order.recipient", "write", [changed], {"date_wished": "2031-01-02"}
    )
    assert len(call_at_once(clients, "action_split", parent)) < 2
    assert scene.get("sale.order", parent, "state") == "split"
    after = get_living(scene, parent)
    assert after.keys() == before.keys()
    assert [key for key in after if after[key] != before[key]] == [changed]
    assert len(scene.children(parent)) == 4


def test_one_discards_while_the_other_splits(scene, shop):
    company, product, clients = shop
    parent = scene.make_parent(company, [product], [(2,), (1,)])
    clients[0].call("sale.order", "action_split", [parent])
    clients[0].call("sale.order", "action_change_recipients", [parent])
    results = at_once(
        lambda: clients[0].call("sale.order", "action_split", [parent]),
        lambda: clients[1].call("sale.order", "action_discard_changes", [parent]),
    )
    for result in results:
        assert not isinstance(result, RpcError) or result.is_refusal, result
    assert scene.get("sale.order", parent, "state") == "split"
    assert len(get_living(scene, parent)) == len(scene.children(parent)) == 2
