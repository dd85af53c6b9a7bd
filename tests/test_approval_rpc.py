"""An approval is given by those who are asked, and what was asked and decided is
changed by nobody: not by import, not with a context, not by the administrator.
"""

import datetime

import pytest
from approvals import DECISION, DELEGATION, REQUEST, RULE, STEP, make_asked, make_rule
from rpc import RpcError, refused


@pytest.fixture
def owner(scene, door):
    """A manager, who may read all requests, and whose order it is."""
    return scene.user("manager", "approval_owner", door)


@pytest.fixture
def approver(scene, door):
    return scene.user("manager", "approval_approver", door)


@pytest.fixture
def reference(scene, owner, approver):
    """Of the orders that both are asked about."""
    return make_rule(scene, [approver, owner])


@pytest.fixture
def asked(scene, owner, reference):
    return make_asked(scene, owner, reference)


def assert_pending(scene, order, request):
    (row,) = scene.read(
        REQUEST, request, "state", "decision_ids", "requester_id", "res_id"
    )
    assert (row["state"], row["decision_ids"], row["res_id"]) == ("pending", [], order)
    (row,) = scene.read("sale.order", order, "state", "approval_state")
    assert (row["state"], row["approval_state"]) == ("draft", "pending")


def attempt(function, *args, **kwargs):
    """Return what a call that may be refused returns, None if it is refused; a trace
    is no refusal."""
    try:
        return function(*args, **kwargs)
    except RpcError as error:
        assert error.is_refusal, error
        return None


def test_who_is_asked_approves_and_the_order_is_confirmed(
    scene, owner, approver, asked
):
    order, request = asked
    owner.call("sale.order", "action_confirm", [order])
    assert scene.get("sale.order", order, "gate_state") == "held"
    assert approver.call(REQUEST, "action_approve", [request], "Fine") is True
    (row,) = scene.read("sale.order", order, "state", "approval_state")
    assert (row["state"], row["approval_state"]) == ("sale", "approved")
    (decision,) = scene.get(REQUEST, request, "decision_ids")
    (row,) = scene.read(DECISION, decision, "user_id", "kind", "reason")
    assert (row["user_id"], row["kind"]) == (approver.uid, "approve")


def test_the_requester_does_not_decide(scene, owner, asked):
    order, request = asked
    own = "comes from you: somebody else has to decide"
    refused(own, owner.call, REQUEST, "action_approve", [request])
    refused(own, owner.call, REQUEST, "action_reject", [request], "Mine")
    for kind in ("approve", "reject"):
        values = {"request_ids": [[6, 0, [request]]], "kind": kind, "reason": "Mine"}
        dialog = owner.call("key.account.approval.decide", "create", values)
        refused(own, owner.call, "key.account.approval.decide", "action_decide", dialog)
    # Nor after handing the order over.
    colleague = scene.user("salesperson", "approval_colleague")
    owner.call("sale.order", "write", [order], {"user_id": colleague.uid})
    refused(own, owner.call, REQUEST, "action_approve", [request])
    assert_pending(scene, order, request)


def test_somebody_not_asked_does_not_decide(scene, asked, door):
    order, request = asked
    manager = scene.user("manager", "approval_bystander", door)
    refused("not yours to decide", manager.call, REQUEST, "action_approve", [request])
    for role in ("salesperson", "warehouse", "portal"):
        user = scene.user(role, "approval_outsider_" + role, door)
        refused(r"\S", user.call, REQUEST, "action_approve", [request])
        refused(r"\S", user.call, REQUEST, "action_withdraw", [request])
        refused(r"\S", user.call, REQUEST, "read", [request], ["reason"])
    refused("who alone may", manager.call, REQUEST, "action_withdraw", [request])
    assert_pending(scene, order, request)


def test_nobody_edits_or_deletes_a_request(scene, owner, approver, asked, door):
    order, request = asked
    (step,) = scene.get(REQUEST, request, "step_ids")
    other = scene.get(REQUEST, request, "requester_id")
    for user in (owner, approver, scene.log_in("admin", door)):
        for vals in (
            {"state": "approved"},
            {"approver_ids": [[4, user.uid]]},
            {"requester_id": scene.admin.uid},
            {"owner_ids": [[5]]},
            {"step_ids": [[2, step]]},
            {"res_id": 1},
            {"reason": "Better"},
        ):
            refused(r"\S", user.call, REQUEST, "write", [request], vals)
        for vals in (
            {"state": "approved"},
            {"count_required": 0},
            {"approver_ids": [[4, user.uid]]},
            {"is_escalated": True},
        ):
            refused(r"\S", user.call, STEP, "write", [step], vals)
        for model, record in ((REQUEST, request), (STEP, step)):
            refused(r"\S", user.call, model, "unlink", [record])
            refused(r"\S", user.call, model, "copy", [record])
    assert scene.get(REQUEST, request, "requester_id") == other
    assert_pending(scene, order, request)


def test_nobody_enters_a_decision(scene, owner, approver, asked, door):
    order, request = asked
    (step,) = scene.get(REQUEST, request, "step_ids")
    for user in (owner, approver, scene.log_in("admin", door)):
        values = {
            "request_id": request,
            "step_id": step,
            "user_id": approver.uid,
            "kind": "approve",
            "fingerprint": "x",
        }
        refused(r"\S", user.call, DECISION, "create", values)
        nested = {"decision_ids": [[0, 0, values]]}
        refused(r"\S", user.call, REQUEST, "write", [request], nested)
        refused(r"\S", user.call, STEP, "write", [step], nested)
    assert_pending(scene, order, request)


def test_nobody_edits_or_deletes_a_decision(scene, owner, approver, asked, door):
    _order, request = asked
    approver.call(REQUEST, "action_approve", [request])
    (decision,) = scene.get(REQUEST, request, "decision_ids")
    for user in (owner, approver, scene.log_in("admin", door)):
        refused(r"\S", user.call, DECISION, "write", [decision], {"kind": "reject"})
        refused(r"\S", user.call, DECISION, "unlink", [decision])
        refused(r"\S", user.call, DECISION, "copy", [decision])
    assert scene.get(DECISION, decision, "kind") == "approve"


def test_nothing_is_imported(scene, owner, approver, asked, door):
    order, request = asked
    (step,) = scene.get(REQUEST, request, "step_ids")
    imports = (
        (REQUEST, {".id": request, "state": "approved"}),
        (STEP, {".id": step, "state": "approved"}),
        (
            DECISION,
            {
                "request_id/.id": request,
                "step_id/.id": step,
                "user_id/.id": approver.uid,
                "kind": "approve",
                "fingerprint": "x",
            },
        ),
        ("sale.order", {".id": order, "approval_state": "approved"}),
    )
    for user in (owner, approver, scene.log_in("admin", door)):
        for model, row in imports:
            cells = [str(value) for value in row.values()]
            result = attempt(user.call, model, "load", list(row), [cells])
            assert not (result and result["ids"]), (model, result)
    assert_pending(scene, order, request)


def test_the_approval_of_an_order_is_not_entered(scene, owner, asked, door):
    order, request = asked
    (line,) = scene.get("sale.order", order, "order_line")
    fingerprint = scene.get("sale.order", order, "fingerprint")
    price = [[1, line, {"price_unit": 1}]]
    for user in (owner, scene.log_in("admin", door)):
        for vals, words in (
            ({"approval_state": "approved"}, "ask for approval"),
            ({"approval_request_ids": [[4, request]]}, "ask for approval"),
            ({"approval_request_ids": [[5]]}, "ask for approval"),
            ({"fingerprint": fingerprint}, "leave it out"),
            ({"order_line": price, "fingerprint": fingerprint}, "leave it out"),
            ({"order_line": price, "approval_state": "pending"}, "ask for approval"),
        ):
            refused(words, user.call, "sale.order", "write", [order], vals)
            refused(words, user.call, "sale.order", "copy", [order], vals)
    assert scene.get("sale.order.line", line, "price_unit") == 100
    assert_pending(scene, order, request)


def test_defaults_approve_no_order(scene, owner, approver, asked, reference):
    order, request = asked
    approver.call(REQUEST, "action_approve", [request])
    (row,) = scene.read("sale.order", order, "partner_id", "fingerprint")
    line = [0, 0, {"product_id": scene.make_product(), "product_uom_qty": 1}]
    values = {
        "partner_id": row["partner_id"],
        "client_order_ref": reference,
        "order_line": [line],
    }
    for context in (
        {"default_approval_state": "approved"},
        {
            "default_approval_state": "approved",
            "default_fingerprint": row["fingerprint"],
        },
        {"default_approval_request_ids": [[4, request]]},
        {"default_approval_request_ids": [[6, 0, [request]]]},
    ):
        new = attempt(owner.call, "sale.order", "create", values, context=context)
        if new:
            assert scene.get("sale.order", new, "approval_state") == "none"
            owner.call("sale.order", "action_confirm", [new])
            assert scene.get("sale.order", new, "state") == "draft"
        new = attempt(owner.call, "sale.order", "copy", [order], context=context)
        if new:
            (new,) = new if isinstance(new, list) else [new]
            assert scene.get("sale.order", new, "approval_state") == "none"
    assert scene.get(REQUEST, request, "res_id") == order
    assert scene.get("sale.order", order, "approval_state") == "approved"


def test_defaults_decide_nothing(scene, owner, approver):
    boss = scene.user("manager", "approval_boss")
    step = {"hours_escalation": 9, "escalation_user_ids": [[6, 0, [boss.uid]]]}
    reference = make_rule(scene, [approver], **step)
    order, _request = make_asked(scene, owner, reference)
    for context in (
        {"default_state": "approved"},
        {"default_state": "closed"},
        {"default_is_escalated": True},
        {"default_approver_ids": [[4, owner.uid]]},
        {"default_stage": 9, "default_date_open": "2020-01-01"},
        {"default_decision_ids": [[0, 0, {"kind": "approve"}]]},
        {"active_test": False},
    ):
        context = {**context, "default_reject_reason": "x", "default_void_reason": "x"}
        (old,) = scene.admin.call(
            REQUEST, "search", [["res_id", "=", order], ["state", "=", "pending"]]
        )
        owner.call(REQUEST, "action_withdraw", [old], context=context)
        ask = "action_ask_approval"
        (new,) = owner.call("sale.order", ask, [order], "Again", context=context)
        (row,) = scene.read(REQUEST, new, "approver_ids", "void_reason")
        assert (row["approver_ids"], row["void_reason"]) == ([approver.uid], False)
        assert_pending(scene, order, new)
        refused("not yours", boss.call, REQUEST, "action_approve", [new])


def test_a_decision_is_not_dated_back(scene, approver, asked):
    _order, request = asked
    context = {
        "default_date": "2020-01-01 00:00:00",
        "default_delegator_id": scene.admin.uid,
        "default_user_id": scene.admin.uid,
    }
    approver.call(REQUEST, "action_approve", [request], context=context)
    (decision,) = scene.get(REQUEST, request, "decision_ids")
    (row,) = scene.read(DECISION, decision, "date", "user_id", "delegator_id")
    today = datetime.datetime.now(datetime.UTC).date()
    decided = datetime.date.fromisoformat(row["date"][:10])
    assert abs(today - decided) <= datetime.timedelta(days=1)
    assert (row["user_id"], row["delegator_id"]) == (approver.uid, False)


def delegation(user, delegate, **vals):
    today = datetime.datetime.now(datetime.UTC).date()
    day = datetime.timedelta(days=1)
    return {
        "user_id": user,
        "delegate_id": delegate,
        "date_start": str(today - day),
        "date_end": str(today + day),
        **vals,
    }


def test_nobody_delegates_in_another_name(scene, approver, asked, door):
    order, request = asked
    thief = scene.user("salesperson", "approval_thief", door)
    values = delegation(approver.uid, thief.uid)
    refused(r"\S", thief.call, DELEGATION, "create", values)
    context = {"default_user_id": approver.uid}
    del values["user_id"]
    refused(r"\S", thief.call, DELEGATION, "create", values, context=context)
    other = scene.user("salesperson", "approval_other")
    own = thief.call(DELEGATION, "create", delegation(thief.uid, other.uid))
    forged = {"user_id": approver.uid, "delegate_id": thief.uid}
    refused(r"\S", thief.call, DELEGATION, "write", [own], forged)
    copied = attempt(thief.call, DELEGATION, "copy", [own], forged)
    assert not copied
    thief.call(DELEGATION, "unlink", [own])
    refused(r"\S", thief.call, REQUEST, "action_approve", [request])
    assert_pending(scene, order, request)


def test_a_delegation_that_was_ended_counts_with_no_context(
    scene, approver, asked, door
):
    order, request = asked
    deputy = scene.user("salesperson", "approval_deputy", door)
    values = delegation(approver.uid, deputy.uid)
    given = approver.call(DELEGATION, "create", values)
    approver.call(DELEGATION, "write", [given], {"active": False})
    context = {"active_test": False}
    call = deputy.call
    refused(r"\S", call, REQUEST, "action_approve", [request], context=context)
    # One who may read the request, too.
    clerk = scene.user("manager", "approval_clerk", door)
    approver.call(DELEGATION, "write", [given], {"delegate_id": clerk.uid})
    call = clerk.call
    refused("not yours", call, REQUEST, "action_approve", [request], context=context)
    assert_pending(scene, order, request)


def test_only_administrators_change_rules(scene, owner, reference):
    (rule,) = scene.admin.call(RULE, "search", [["name", "=", f"Rule {reference}"]])
    (step,) = scene.get(RULE, rule, "step_ids")
    for model, record, vals in (
        (RULE, rule, {"active": False}),
        ("key.account.approval.step", step, {"user_ids": [[4, owner.uid]]}),
    ):
        refused(r"\S", owner.call, model, "write", [record], vals)
        refused(r"\S", owner.call, model, "unlink", [record])


def test_bad_rules_are_refused_with_a_sentence(scene, reference, door):
    admin = scene.log_in("admin", door)
    (rule,) = admin.call(RULE, "search", [["name", "=", f"Rule {reference}"]])
    (step,) = scene.get(RULE, rule, "step_ids")
    threshold = [[0, 0, {"measure": "amount", "value": -1}]]
    for vals, words in (
        ({"threshold_ids": threshold}, "threshold cannot be below zero"),
        ({"step_ids": [[1, step, {"hours_escalation": -1}]]}, "cannot be negative"),
        ({"step_ids": [[1, step, {"count_required": 0}]]}, "At least one person"),
        ({"step_ids": [[2, step]]}, "no steps"),
        ({"domain": "[('nothing', '=', 1)]"}, "cannot be used on"),
        ({"res_model": "res.partner"}, "choose a document type"),
    ):
        refused(words, admin.call, RULE, "write", [rule], vals)
    assert scene.get(RULE, rule, "threshold_ids") == []


def test_verbs_take_what_a_program_sends(scene, owner, approver, asked):
    order, request = asked
    for reason in (None, False, "", " ", 7, ["why"], {"why": 1}):
        refused(
            "enter a", owner.call, "sale.order", "action_ask_approval", [order], reason
        )
        refused("enter a", approver.call, REQUEST, "action_reject", [request], reason)
    refused(
        "already", owner.call, "sale.order", "action_ask_approval", [order], "Again"
    )
    for model in ("res.users", "no.such.model"):
        values = {"res_model": model, "res_ids": "1", "reason": "Why not"}
        dialog = owner.call("key.account.approval.ask", "create", values)
        call = owner.call
        refused(
            "nothing that", call, "key.account.approval.ask", "action_ask", [dialog]
        )
    assert_pending(scene, order, request)


def test_private_methods_are_refused(scene, asked, door):
    order, request = asked
    admin = scene.log_in("admin", door)
    for model, method, *args in (
        (REQUEST, "_ask", "x"),
        (REQUEST, "_decide", "approve", ""),
        (REQUEST, "_set_state", "approved"),
        (REQUEST, "_advance"),
        (REQUEST, "_void", {}),
        (REQUEST, "_refresh"),
        (REQUEST, "_refresh_open"),
        (REQUEST, "_cron_refresh"),
        (STEP, "_open"),
        (STEP, "_escalate_due"),
        (DECISION, "_append", []),
        (DECISION, "_close", {}),
        (RULE, "_get_preview", 1),
        ("sale.order", "_on_approval_decided"),
        ("sale.order", "_get_approval_missing"),
        ("sale.order", "_get_snapshot"),
    ):
        record = {"sale.order": order, REQUEST: request}.get(model, 1)
        refused("[Pp]rivate", admin.call, model, method, [record], *args)
    assert_pending(scene, order, request)
