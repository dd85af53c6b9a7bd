"""What the gate holds, nobody talks through it: not whose order it is, not by import,
not with a context, and what has been decided is changed by nobody.
"""

import pytest
from rpc import RpcError, refused

ISSUE = "key.account.gate.issue"
# Each is a try to be somebody else, or to have passed already.
CONTEXTS = (
    {"default_gate_state": "released"},
    {"default_state": "released", "default_decided_by_id": 1},
    {"gate_state": "released", "gate_released": True, "gate_passed": True},
    {"key_account.gate.passed": True, "skip_gate": True, "force": True},
    {"su": True, "sudo": True, "uid": 1, "user_id": 1},
    {"active_test": False, "install_mode": True, "import_file": True},
    {"tracking_disable": True, "mail_notrack": True, "no_reset_password": True},
    {"disable_cancel_warning": True, "send_email": False},
)


@pytest.fixture
def owner(scene, door):
    """A manager: of other people's orders the right person to release them."""
    return scene.user("manager", "gate_owner", door)


@pytest.fixture
def held(scene, owner):
    return scene.make_held(owner)


def assert_held(scene, order, issue):
    (row,) = scene.read("sale.order", order, "state", "gate_state", "gate_issue_ids")
    assert (row["state"], row["gate_state"]) == ("draft", "held")
    assert row["gate_issue_ids"] == [issue]
    (row,) = scene.read(ISSUE, issue, "state", "decided_by_id", "reason")
    assert (row["state"], row["decided_by_id"], row["reason"]) == ("open", False, False)
    assert not scene.pickings([order])


def test_another_manager_releases_and_the_order_is_confirmed(scene, held, door):
    order, issue = held
    other = scene.user("manager", "gate_other", door)
    assert other.call(ISSUE, "action_release", [issue], "Paid.") is True
    (row,) = scene.read("sale.order", order, "state", "gate_state")
    assert (row["state"], row["gate_state"]) == ("sale", "released")
    assert scene.get(ISSUE, issue, "decided_by_id") == other.uid
    assert len(scene.pickings([order])) == 1


def test_the_owner_of_a_held_order_does_not_release_it(scene, owner, held):
    order, issue = held
    own = "is your own order: somebody else has to release it"
    refused(own, owner.call, ISSUE, "action_release", [issue], "Mine.")
    values = {"issue_ids": [[6, 0, [issue]]], "reason": "Mine."}
    dialog = owner.call("key.account.gate.release", "create", values)
    refused(own, owner.call, "key.account.gate.release", "action_release", [dialog])
    # Nor after handing it over.
    colleague = scene.user("salesperson", "gate_colleague")
    values = {"user_id": colleague.uid, "create_uid": colleague.uid}
    owner.call("sale.order", "write", [order], values)
    refused(own, owner.call, ISSUE, "action_release", [issue], "Not mine.")
    assert_held(scene, order, issue)


def test_a_release_without_a_reason_is_refused(scene, held, door):
    order, issue = held
    other = scene.user("manager", "gate_other", door)
    for reason in (False, "", "  ", 7, ["x"]):
        refused("enter a reason", other.call, ISSUE, "action_release", [issue], reason)
    assert_held(scene, order, issue)


def test_roles_without_the_right_do_not_release(scene, held, door):
    order, issue = held
    for role in ("salesperson", "accountant", "warehouse", "portal"):
        user = scene.user(role, f"gate_{role}", door)
        refused(".", user.call, ISSUE, "action_release", [issue], "Please.")
    assert_held(scene, order, issue)


def test_no_context_opens_the_gate(scene, owner, held):
    order, issue = held
    for context in CONTEXTS:
        for words, model, method, *args in (
            ("your own order", ISSUE, "action_release", [issue], "Mine."),
            ("is suspended", "sale.order", "write", [order], {"state": "sale"}),
        ):
            refused(words, owner.call, model, method, *args, context=context)
        owner.call("sale.order", "action_confirm", [order], context=context)
        assert_held(scene, order, issue)


def test_a_default_makes_no_order_that_has_been_let_through(scene, owner, held):
    order, issue = held
    company = scene.get("sale.order", order, "partner_id")
    for name, value in (
        ("gate_state", "released"),
        ("gate_requested_by_id", owner.uid),
        ("state", "sale"),
        ("fingerprint", "x"),
        ("gate_issue_ids", [[4, issue, 0]]),
    ):
        context = {f"default_{name}": value}
        try:
            new = owner.call(
                "sale.order", "create", {"partner_id": company}, context=context
            )
        except RpcError as error:
            assert error.is_refusal, error
            continue
        (row,) = scene.read("sale.order", new, "state", "gate_state", "fingerprint")
        assert (row["state"], row["gate_state"]) == ("draft", "clear"), name
        assert row["fingerprint"] != "x"
    assert_held(scene, order, issue)


# ------------------------------------------------------------ what is written


def test_nobody_writes_what_the_gate_writes(scene, owner, held):
    order, issue = held
    company = scene.get("sale.order", order, "partner_id")
    for values in (
        {"gate_state": "clear"},
        {"gate_state": "released"},
        {"gate_requested_by_id": False},
        {"gate_round": 7},
        {"fingerprint": "x"},
    ):
        for user in (owner, scene.admin):
            words = "not entered by hand|follows from its content"
            refused(words, user.call, "sale.order", "write", [order], values)
            refused(words, user.call, "sale.order", "web_save", [order], values, {})
            nested = {"sale_order_ids": [[1, order, values]]}
            refused(words, user.call, "res.partner", "write", [company], nested)
            (name,) = values
            rows = [[str(order), str(values[name] or "")]]
            result = user.call("sale.order", "load", [".id", name], rows)
            assert not result["ids"], name
            assert result["messages"], name
    assert_held(scene, order, issue)


def test_nobody_edits_or_deletes_an_issue(scene, owner, held, door):
    order, issue = held
    account = scene.get("sale.order", order, "key_account_id")
    kept = "nobody edits or deletes it"
    forged = {"state": "released", "reason": "x"}
    for user in (
        owner,
        scene.user("salesperson", door=door),
        scene.log_in("admin", door),
    ):
        refused(kept, user.call, ISSUE, "write", [issue], forged)
        refused(kept, user.call, ISSUE, "write", [issue], {})
        refused(kept, user.call, ISSUE, "unlink", [issue])
        refused(kept, user.call, ISSUE, "create", {"order_id": order, **forged})
        refused(kept, user.call, ISSUE, "web_save", [issue], forged, {})
    for user in (owner, scene.log_in("admin", door)):
        rows = [[str(issue), "Released"]]
        result = user.call(ISSUE, "load", [".id", "state"], rows)
        assert not result["ids"]
        assert kept in result["messages"][0]["message"]
        for command in ([1, issue, forged], [2, issue, 0], [3, issue, 0], [5, 0, 0]):
            for model, record in (("sale.order", order), ("key.account", account)):
                values = {"gate_issue_ids": [command]}
                refused(kept, user.call, model, "write", [record], values)
    assert_held(scene, order, issue)


def test_issues_are_not_moved_elsewhere(scene, owner, held):
    order, issue = held
    other = scene.make_order(scene.make_company(), scene.make_product())
    for model, record, command in (
        ("key.account", scene.make_account(), [4, issue, 0]),
        ("sale.order", other, [4, issue, 0]),
        ("sale.order", other, [6, 0, [issue]]),
    ):
        values = {"gate_issue_ids": [command]}
        refused(
            "nobody edits or deletes it", owner.call, model, "write", [record], values
        )
    assert_held(scene, order, issue)


def test_what_is_inside_the_gate_cannot_be_called(scene, owner, held):
    order, issue = held
    for model, method, *args in (
        (ISSUE, "_append", [{"code": "x"}]),
        (ISSUE, "_close", {"state": "released"}),
        (ISSUE, "_close_as", "released", "x"),
        (ISSUE, "init"),
        ("sale.order", "_gate_set_state", "clear"),
        ("sale.order", "_gate_settle"),
        ("sale.order", "_gate_record", {}),
        ("sale.order", "_gate_evaluate"),
        ("sale.order", "_gate_reevaluate"),
        ("sale.order", "_gate_confirm_requested"),
        ("sale.order", "_gate_withdraw_request"),
        ("sale.order", "_action_confirm"),
    ):
        ids = [issue] if model == ISSUE else [order]
        for user in (owner, scene.admin):
            refused("[Pp]rivate method", user.call, model, method, ids, *args)
    assert_held(scene, order, issue)


def test_a_held_order_is_cancelled_but_not_deleted(scene, owner, held):
    order, issue = held
    words = "cannot be deleted, the gate's decisions on it are kept: cancel it instead"
    refused(words, scene.admin.call, "sale.order", "unlink", [order])
    owner.call("sale.order", "action_cancel", [order])
    (row,) = scene.read("sale.order", order, "state", "gate_state")
    assert (row["state"], row["gate_state"]) == ("cancel", "clear")
    assert scene.get(ISSUE, issue, "state") == "resolved"
    refused(words, scene.admin.call, "sale.order", "unlink", [order])
