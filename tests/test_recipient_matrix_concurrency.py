"""Two people change the recipients of an order at the same moment, on a server with
several processes."""

import pytest
from rpc import JsonRpcClient, RpcError, WebClient, at_once

ROUNDS = 5


@pytest.fixture(scope="module")
def desk(scene):
    """An order with two recipients, and two clients of people who share the account."""
    account = scene.make_account()
    company = scene.get("key.account", account, "partner_id")
    product = scene.make_product(stock=500)
    parent = scene.make_parent(company, [product], [(2,), (1,)])
    clients = (
        scene.user("manager", "matrix_first", WebClient),
        scene.user("manager", "matrix_second", JsonRpcClient),
    )
    return parent, clients


def change(matrix, row, quantity):
    return {
        "recipient": matrix["recipients"][row]["id"],
        "line": matrix["lines"][0]["id"],
        "quantity": quantity,
        "shown": matrix["recipients"][row]["quantities"][0],
    }


def save_at_once(clients, parent, changes):
    return at_once(
        *(
            lambda client=client, change=change: client.call(
                "sale.order", "save_recipient_matrix", [parent], [change]
            )
            for client, change in zip(clients, changes, strict=True)
        )
    )


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_of_two_who_change_the_same_cell_one_is_told(desk, round_):
    parent, clients = desk
    matrix = clients[0].call("sale.order", "get_recipient_matrix", [parent])
    wanted = [10 + 2 * round_, 11 + 2 * round_]
    results = save_at_once(
        clients, parent, [change(matrix, 0, quantity) for quantity in wanted]
    )
    refused = [result for result in results if isinstance(result, RpcError)]
    assert len(refused) == 1, results
    assert refused[0].is_refusal, refused
    winner = wanted[1 - results.index(refused[0])]
    assert f"was {matrix['recipients'][0]['quantities'][0]:g} and is {winner}." in (
        refused[0].message
    )
    matrix = clients[0].call("sale.order", "get_recipient_matrix", [parent])
    assert matrix["recipients"][0]["quantities"] == [winner]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_who_change_different_cells_both_save(desk, round_):
    parent, clients = desk
    matrix = clients[0].call("sale.order", "get_recipient_matrix", [parent])
    wanted = [50 + round_, 60 + round_]
    results = save_at_once(
        clients,
        parent,
        [change(matrix, row, quantity) for row, quantity in enumerate(wanted)],
    )
    assert [result for result in results if isinstance(result, RpcError)] == []
    matrix = clients[0].call("sale.order", "get_recipient_matrix", [parent])
    assert [row["quantities"][0] for row in matrix["recipients"]] == wanted
