"""Wrong agreements and price sheets, sent over RPC: one sentence each, nothing changed."""

import pytest
from rpc import JsonRpcClient, RpcError, WebClient, XmlRpcClient

MODELS = ("key.account.agreement", "key.account.price.sheet")


@pytest.fixture(scope="module", params=[WebClient, JsonRpcClient, XmlRpcClient])
def desk(request, scene):
    """A manager at one of the doors, another manager, an account and goods."""
    door = request.param
    return (
        scene.user("manager", "writes", door),
        scene.user("manager", "activates"),
        scene.make_account(),
        scene.make_product(),
    )


def count(scene):
    return [scene.admin.call(model, "search_count", []) for model in MODELS]


def assert_refused(scene, sentence, act):
    before = count(scene)
    with pytest.raises(RpcError) as refused:
        act()
    assert refused.value.is_refusal, refused.value.message
    assert sentence in refused.value.message
    assert "Traceback" not in refused.value.message
    assert count(scene) == before


@pytest.mark.parametrize("model", MODELS)
def test_bad_lines_get_one_sentence(scene, desk, model):
    manager, _other, account, product = desk
    good = {"product_id": product, "price": 8}
    for lines, vals, sentence in (
        ([good, good], {}, "has two prices for"),
        ([{**good, "price": -1}], {}, "A price cannot be negative"),
        ([{**good, "discount": 101}], {}, "between 0 and 100 percent"),
        ([{**good, "quantity_min": -1}], {}, "cannot be negative"),
        ([{"price": 8}], {}, "exactly one of them"),
        ([{**good, "freight": 1}], {}, "Only a delivered price has freight"),
        (
            [{**good, "price_basis": "delivered", "freight": 9}],
            {},
            "cannot be more than the price",
        ),
        (
            [good],
            {"date_start": "2030-02-01", "date_end": "2030-01-01"},
            "Prices cannot end before they start",
        ),
    ):
        values = {
            "account_id": account,
            "line_ids": [[0, 0, line] for line in lines],
            **vals,
        }
        assert_refused(
            scene, sentence, lambda v=values: manager.call(model, "create", v)
        )


def test_what_is_not_in_force_is_not_amended(scene, desk):
    manager, other, account, product = desk
    line = [0, 0, {"product_id": product, "price": 8}]
    agreement = manager.call(
        "key.account.agreement", "create", {"account_id": account, "line_ids": [line]}
    )
    manager.call("key.account.agreement", "action_submit", [agreement])
    other.call("key.account.agreement", "action_activate", [agreement])
    other.call("key.account.agreement", "action_terminate", [agreement])
    assert_refused(
        scene,
        "is not in force and cannot be amended",
        lambda: manager.call("key.account.agreement", "action_amend", [agreement]),
    )


def test_a_volume_below_what_is_executed_is_not_submitted(scene, desk):
    manager, other, account, product = desk
    line = [0, 0, {"product_id": product, "price": 8, "quantity_committed": 10}]
    agreement = manager.call(
        "key.account.agreement", "create", {"account_id": account, "line_ids": [line]}
    )
    manager.call("key.account.agreement", "action_submit", [agreement])
    other.call("key.account.agreement", "action_activate", [agreement])
    company = scene.get("key.account", account, "partner_id")
    order = manager.call(
        "sale.order",
        "create",
        {
            "partner_id": company,
            "order_line": [[0, 0, {"product_id": product, "product_uom_qty": 6}]],
        },
    )
    manager.call("sale.order", "action_confirm", [order])
    assert scene.get("sale.order", order, "state") == "sale"
    version = manager.call("key.account.agreement", "action_amend", [agreement])[
        "res_id"
    ]
    (agreed,) = scene.get("key.account.agreement", version, "line_ids")
    manager.call(
        "key.account.agreement.line", "write", [agreed], {"quantity_committed": 5}
    )
    assert_refused(
        scene,
        "6.00 have been ordered already; commit to at least that",
        lambda: manager.call("key.account.agreement", "action_submit", [version]),
    )
    assert scene.get("key.account.agreement", version, "state") == "draft"
