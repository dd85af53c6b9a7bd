"""A decision and a change, or two decisions, at the same moment: what was decided is
what is there, and it is decided once.
"""

import json

import pytest
from approvals import REQUEST, make_asked, make_rule
from copies import run_script
from rpc import JsonRpcClient, RpcError, WebClient, at_once

ROUNDS = 3
ACTS = {
    "approve": "request.action_approve()",
    "reject": "request.action_reject('No')",
    "withdraw": "request.action_withdraw()",
    "ask": "order.action_ask_approval('Why not')",
    "change": "order.order_line.price_unit = 90",
    "add": """order.order_line = [(0, 0, {"product_id": order.order_line.product_id.id})]""",
    "remove": "order.order_line.unlink()",
}
# One process with two transactions, so that the order of events is certain. A call that
# fails to serialise is run again at the end, as the server does it.
INTERLEAVE = """
import json
import psycopg2

def act(cursor, case, actor):
    uid, code = actor
    env = Environment(cursor, uid, {})
    names = {
        "env": env,
        "order": env["sale.order"].browse(case["order"]),
        "request": env["key.account.approval.request"].browse(case["request"]),
    }
    cursor.execute("SET LOCAL lock_timeout = '1s'")
    try:
        exec(code, names)
        env.flush_all()
    except (psycopg2.Error, odoo.exceptions.UserError) as error:
        cursor.rollback()
        return isinstance(error, psycopg2.Error)
    return False

def look(cursor, case):
    env = Environment(cursor, SUPERUSER_ID, {})
    env["sale.order"].browse(case["order"]).mapped("order_line.price_unit")
    env["key.account.approval.request"].browse(case["request"]).mapped("state")

for case in json.loads(sys.argv[2]):
    with registry.cursor() as one, registry.cursor() as two:
        look(two, case)  # the snapshot is taken
        again = [act(one, case, case["first"])]
        if case["first commits"]:
            one.commit()
        again.append(act(two, case, case["second"]))
        two.commit()
        one.commit()
        for actor, is_due in zip((case["first"], case["second"]), again):
            if is_due:
                act(one, case, actor)
                one.commit()
cr.close()
"""


@pytest.fixture(scope="module")
def people(scene):
    """The owner of the orders and two who are asked about them."""
    owner = scene.user("manager", "race_owner", WebClient)
    first = scene.user("manager", "race_first", WebClient)
    second = scene.user("manager", "race_second", JsonRpcClient)
    return owner, first, second


@pytest.fixture(scope="module")
def reference(scene, people):
    return make_rule(scene, people[1:])


def interleave(scene, database, people, reference, acts, prepare=None):
    """Return ``[(order, request)]`` after two acts in every order of events.

    :param acts: two keys of ``ACTS``
    :param prepare: called with each order and its request before
    """
    owner, first, second = people
    deciders = {"approve": [first.uid, second.uid], "reject": [first.uid, second.uid]}
    actors = []
    for number, name in enumerate(acts):
        uid = deciders.get(name, [owner.uid] * 2)[number]
        actors.append([uid, ACTS[name]])
    cases = []
    for pair in (actors, actors[::-1]):
        for commits in (True, False):
            order, request = make_asked(scene, owner, reference)
            if prepare:
                prepare(order, request)
            cases.append(
                {
                    "order": order,
                    "request": request,
                    "first": pair[0],
                    "second": pair[1],
                    "first commits": commits,
                }
            )
    done = run_script(database, INTERLEAVE, json.dumps(cases))
    assert done.returncode == 0, done.stderr[-2000:]
    return [(case["order"], case["request"]) for case in cases]


def get_outcome(scene, order):
    """Return the order's row with its newest request, checked for what always holds."""
    (row,) = scene.read("sale.order", order, "state", "approval_state", "fingerprint")
    newest = scene.admin.call(
        REQUEST, "search", [["res_id", "=", order]], order="id desc", limit=1
    )
    (request,) = scene.read(REQUEST, newest, "state", "fingerprint", "decision_ids")
    assert len(request["decision_ids"]) <= 1
    if request["state"] != "withdrawn":
        assert row["approval_state"] == request["state"]
    if request["state"] in ("pending", "approved"):
        assert request["fingerprint"] == row["fingerprint"]
    if row["approval_state"] == "approved":
        assert len(request["decision_ids"]) == 1
    return row, request


@pytest.mark.parametrize("change", ["change", "add", "remove"])
def test_a_changed_order_is_not_approved_nor_confirmed(
    scene, database, people, reference, change
):
    def confirm(order, _request):
        people[0].call("sale.order", "action_confirm", [order])

    found = interleave(scene, database, people, reference, ("approve", change), confirm)
    for order, _request in found:
        row, request = get_outcome(scene, order)
        lines = scene.get("sale.order", order, "order_line")
        prices = [
            line["price_unit"]
            for line in scene.read("sale.order.line", lines, "price_unit")
        ]
        if prices == [100]:
            assert (row["state"], request["state"]) == ("sale", "approved")
        elif row["state"] == "sale":
            # It had been approved and confirmed before it was lowered.
            assert sum(prices) < 100
        else:
            assert (row["state"], request["state"]) == ("draft", "void")


@pytest.mark.parametrize("change", ["change", "add", "remove"])
def test_what_is_asked_about_is_what_is_there(
    scene, database, people, reference, change
):
    def withdraw(_order, request):
        people[0].call(REQUEST, "action_withdraw", [request])

    found = interleave(scene, database, people, reference, ("ask", change), withdraw)
    for order, _request in found:
        _row, request = get_outcome(scene, order)
        assert request["state"] in ("pending", "void")


@pytest.mark.parametrize("second", ["approve", "reject", "withdraw"])
def test_a_request_is_decided_once(scene, database, people, reference, second):
    found = interleave(scene, database, people, reference, ("approve", second))
    for order, _request in found:
        row, request = get_outcome(scene, order)
        assert row["approval_state"] in ("approved", "rejected", "none")
        count = 0 if request["state"] == "withdrawn" else 1
        assert len(request["decision_ids"]) == count


def test_an_order_is_asked_about_once(scene, database, people, reference):
    def withdraw(_order, request):
        people[0].call(REQUEST, "action_withdraw", [request])

    found = interleave(scene, database, people, reference, ("ask", "ask"), withdraw)
    for order, _request in found:
        domain = [["res_id", "=", order], ["state", "=", "pending"]]
        assert scene.admin.call(REQUEST, "search_count", domain) == 1


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_people_who_approve_at_once_decide_once(scene, people, reference, round_):
    owner, *deciders = people
    order, request = make_asked(scene, owner, reference)
    results = at_once(
        *(
            lambda user=user: user.call(REQUEST, "action_approve", [request])
            for user in deciders
        )
    )
    row, _request = get_outcome(scene, order)
    assert row["approval_state"] == "approved"
    refusals = [result for result in results if isinstance(result, RpcError)]
    assert len(refusals) == 1
    assert "is closed" in refusals[0].message


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_approval_and_change_at_once_end_in_one_of_both(
    scene, people, reference, round_
):
    owner, first, _second = people
    order, request = make_asked(scene, owner, reference)
    (line,) = scene.get("sale.order", order, "order_line")
    at_once(
        lambda: first.call(REQUEST, "action_approve", [request]),
        lambda: owner.call("sale.order.line", "write", [line], {"price_unit": 90}),
    )
    assert scene.get("sale.order.line", line, "price_unit") == 90
    _row, request = get_outcome(scene, order)
    assert request["state"] == "void"
    owner.call("sale.order", "action_confirm", [order])
    assert scene.get("sale.order", order, "state") == "draft"
