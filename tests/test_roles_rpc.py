"""Each role does its part of an order over RPC, and nobody else's.

The refusals are tried at every door: the two RPC protocols and the web client's
session. A rule that only hides a button would let them pass.
"""

import pytest
from rpc import refused

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
    scene.admin.call("sale.order", "action_split", [parent])
    (row,) = scene.read("sale.order", parent, "state", "gate_state", "gate_issue_ids")
    assert (row["state"], row["gate_state"]) == ("draft", "held")
    (issue,) = scene.read("key.account.gate.issue", row["gate_issue_ids"], "text")
    assert "is suspended; reactivate the account first" in issue["text"]
    assert not scene.children(parent)
    scene.user("controller").call(
        "key.account.gate.issue", "action_release", row["gate_issue_ids"], "Paid."
    )
    assert scene.get("sale.order", parent, "state") == "split"
    assert len(scene.children(parent)) == 2


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
    refused("ask", user.call, "key.account", "action_activate", [submitted])
    refused("ask", user.call, "key.account", "write", [submitted], ACTIVE)
    assert scene.get("key.account", submitted, "state") == "review"


def test_a_salesperson_creates_no_active_account(scene, door):
    user = scene.user("salesperson", door=door)
    company = scene.make_company()
    values = {"partner_id": company, **ACTIVE}
    refused("prospect", user.call, "key.account", "create", values)
    assert not scene.admin.call(
        "key.account", "search_count", [["partner_id", "=", company]]
    )


def test_a_salesperson_imports_no_active_account(scene, submitted, door):
    user = scene.user("salesperson", door=door)
    company = scene.make_company()
    for header, row, words in (
        ([".id", "state"], [str(submitted), "active"], "ask"),
        (["partner_id/.id", "state"], [str(company), "active"], "prospect"),
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


def test_saying_review_again_does_not_change_who_submitted(scene, door):
    own = scene.user("manager", door=door)
    account = own.call("key.account", "create", {"partner_id": scene.make_company()})
    own.call("key.account", "action_submit", [account])
    other = scene.user("manager", "second_manager")
    other.call("key.account", "write", [account], {"state": "review"})
    refused("another manager", own.call, "key.account", "action_activate", [account])


def test_the_controller_activates_after_a_suspension_only(scene, submitted, door):
    user = scene.user("controller", door=door)
    refused("ask", user.call, "key.account", "action_activate", [submitted])
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
