"""Confirming, releasing and changing orders at the same moment."""

import pytest
from copies import run_script
from rpc import JsonRpcClient, RpcError, WebClient, at_once

ISSUE = "key.account.gate.issue"
ROUNDS = 3


@pytest.fixture(scope="module")
def clients(scene):
    return (
        scene.user("manager", "gate_first", WebClient),
        scene.user("manager", "gate_second", JsonRpcClient),
    )


@pytest.fixture(scope="module")
def shop(scene):
    """A customer with an account in good standing, and goods."""
    account = scene.make_account()
    return scene.get("key.account", account, "partner_id"), scene.make_product(stock=99)


def confirm_at_once(clients, orders):
    """Have each client confirm an order; with one order all confirm the same."""
    return at_once(
        *(
            lambda c=client, o=order: c.call("sale.order", "action_confirm", [o])
            for client, order in zip(clients, orders, strict=True)
        )
    )


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_an_order_that_two_confirm_is_confirmed_once(scene, shop, clients, round_):
    order = scene.make_order(*shop)
    results = confirm_at_once(clients, [order] * 2)
    assert scene.get("sale.order", order, "state") == "sale"
    assert len(scene.pickings([order])) == 1
    refusals = [result for result in results if isinstance(result, RpcError)]
    assert len(refusals) < 2
    for refusal in refusals:
        assert refusal.is_refusal, refusal
        assert len(refusal.message.strip().splitlines()) == 1, refusal


def test_two_orders_of_one_account_are_confirmed_at_once(scene, shop, clients):
    orders = [scene.make_order(*shop) for _client in clients]
    assert confirm_at_once(clients, orders) == [True, True]
    for order in orders:
        assert scene.get("sale.order", order, "state") == "sale"
        assert len(scene.pickings([order])) == 1


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_an_order_that_two_confirm_is_held_once(scene, clients, round_):
    account = scene.make_account()
    company = scene.get("key.account", account, "partner_id")
    order = scene.make_order(company, scene.make_product())
    scene.admin.call("key.account", "action_suspend", [account])
    assert confirm_at_once(clients, [order] * 2) == [True, True]
    (row,) = scene.read("sale.order", order, "state", "gate_state", "gate_issue_ids")
    assert (row["state"], row["gate_state"]) == ("draft", "held")
    assert len(row["gate_issue_ids"]) == 1


def test_two_issues_of_one_order_are_released_at_once(scene, clients):
    order, issues = make_held_twice(scene)
    results = at_once(
        *(
            lambda c=client, i=issue: c.call(ISSUE, "action_release", [i], "Known.")
            for client, issue in zip(clients, issues, strict=True)
        )
    )
    assert results == [True, True]
    assert scene.get("sale.order", order, "state") == "sale"
    assert len(scene.pickings([order])) == 1


def make_held_twice(scene):
    """Return ``(order, [issue, issue])``: a document has expired, too."""
    user = scene.user("salesperson", "gate_salesperson")
    order, _issue = scene.make_held(user)
    account = scene.get("sale.order", order, "key_account_id")
    values = {"account_id": account, "name": "L-1", "date_expiry": "2020-01-01"}
    scene.admin.call("key.account.document", "create", values)
    user.call("sale.order", "action_confirm", [order])
    issues = scene.get("sale.order", order, "gate_issue_ids")
    assert len(issues) == 2
    return order, issues


# -------------------------------------------------- the order of events is certain

# One process with two transactions. The second sees the world as it was before the
# first; the first has been committed by then, or is still under way. A failure to
# serialise, or to get a lock, is right: the server runs the call again.
TWO_TRANSACTIONS = """
import psycopg2

order_id, user_id, first, second, when = sys.argv[2:]
issues = "key.account.gate.issue"

def edit(order):
    order.order_line.price_unit = 99

def release(order):
    order.gate_issue_ids.with_user(int(user_id))[0].action_release("Paid.")

def confirm(order):
    order.action_confirm()

def suspend(order):
    order.key_account_id.action_suspend()

def attempt(action, order):
    try:
        action(order)
        order.env.flush_all()
    except (psycopg2.Error, odoo.exceptions.UserError) as error:
        print(type(error).__name__)
        order.env.cr.rollback()

actions = {"edit": edit, "release": release, "confirm": confirm, "suspend": suspend}
with registry.cursor() as other:
    other.execute("SET lock_timeout = '2s'")
    orders = [
        Environment(cursor, SUPERUSER_ID, {})["sale.order"].browse(int(order_id))
        for cursor in (cr, other)
    ]
    for order in orders:  # the snapshots are taken
        order.read(["state", "gate_state", "fingerprint"])
        order.order_line.read(["price_unit"])
        order.gate_issue_ids.read(["state"])
        order.key_account_id.read(["state"])
    attempt(actions[first], orders[0])
    if when == "committed":
        cr.commit()
    attempt(actions[second], orders[1])
    other.commit()
    cr.commit()
cr.close()
"""
WHEN = ["committed", "under way"]


def run_two(scene, database, order, first, second, when):
    """Run two actions on an order; return the errors' names, one for each failure."""
    manager = scene.user("manager", "gate_releaser")
    done = run_script(
        database, TWO_TRANSACTIONS, str(order), str(manager.uid), first, second, when
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()


def get_outcome(scene, order):
    (row,) = scene.read("sale.order", order, "state", "order_line")
    (line,) = scene.read("sale.order.line", row["order_line"], "price_unit")
    return row["state"], line["price_unit"]


@pytest.mark.parametrize("when", WHEN)
def test_a_changed_order_is_not_let_through_by_a_release(scene, database, when):
    order, issue = scene.make_held(scene.user("salesperson", "gate_salesperson"))
    failures = run_two(scene, database, order, "edit", "release", when)
    assert len(failures) == 1
    assert get_outcome(scene, order) == ("draft", 99)
    assert scene.get(ISSUE, issue, "state") == "open"


@pytest.mark.parametrize("when", WHEN)
def test_a_released_order_is_not_changed_in_the_same_moment(scene, database, when):
    order, issue = scene.make_held(scene.user("salesperson", "gate_salesperson"))
    failures = run_two(scene, database, order, "release", "edit", when)
    assert len(failures) == 1
    assert get_outcome(scene, order) == ("sale", 12.5)
    assert scene.get(ISSUE, issue, "state") == "released"


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("events", [("edit", "release"), ("release", "edit")])
def test_half_a_release_is_worth_nothing_for_a_changed_order(
    scene, database, events, when
):
    order, _issues = make_held_twice(scene)
    run_two(scene, database, order, *events, when)
    # Nothing confirms the order, so both may have happened: it is judged as it is now.
    if get_outcome(scene, order)[1] != 99:
        run_two(scene, database, order, "edit", "edit", "committed")
    user = scene.user("salesperson", "gate_salesperson")
    user.call("sale.order", "action_confirm", [order])
    assert get_outcome(scene, order) == ("draft", 99)
    found = scene.get("sale.order", order, "gate_issue_ids")
    rows = scene.read(ISSUE, found, "code", "state")
    codes = [row["code"] for row in rows if row["state"] == "open"]
    assert sorted(codes) == ["document_expired", "suspended"]


@pytest.mark.parametrize("when", WHEN)
def test_an_order_is_not_confirmed_after_its_account_was_suspended(
    scene, database, shop, when
):
    order = scene.make_order(
        scene.get("key.account", scene.make_account(), "partner_id"), shop[1]
    )
    failures = run_two(scene, database, order, "suspend", "confirm", when)
    assert len(failures) == 1
    assert scene.get("sale.order", order, "state") == "draft"
    assert not scene.pickings([order])
    account = scene.get("sale.order", order, "key_account_id")
    assert scene.get("key.account", account, "state") == "suspended"
