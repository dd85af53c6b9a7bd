"""Credit limits change through approved requests, whatever is sent over RPC: by any
role, at any door, with forged values, or by two at the same moment."""

import datetime

import pytest
from rpc import JsonRpcClient, RpcError, at_once, refused
from scene import unique

REQUEST = "key.account.credit.request"
LIMIT = "key.account.credit.limit"
ROLES = (
    "salesperson",
    "manager",
    "controller",
    "accountant",
    "warehouse",
    "administrator",
    "portal",
)
ROUNDS = 10


def day(days):
    return str(datetime.date.today() + datetime.timedelta(days=days))


@pytest.fixture(scope="module")
def people(scene):
    """Who asks and who decides."""
    return {
        "salesperson": scene.user("salesperson", "asks_limit"),
        "controller": scene.user("controller", "decides_limit", JsonRpcClient),
        "colleague": scene.user("controller", "decides_too"),
    }


@pytest.fixture
def account(scene, people):
    return scene.make_account(user_id=people["salesperson"].uid)


def ask(user, account, amount=1000, **vals):
    """Return a request that the user has handed in."""
    vals = {"key_account_id": account, "amount": amount, "reason": "More.", **vals}
    request = user.call(REQUEST, "create", vals)
    user.call(REQUEST, "action_ask", [request])
    return request


def limits(scene, account, *names, domain=()):
    """Return the account's active limits."""
    return scene.admin.call(
        LIMIT,
        "search_read",
        [["key_account_id", "=", account], ["state", "=", "active"], *domain],
        list(names) or ["amount"],
        order="id",
    )


def in_force(scene, account):
    return scene.get("key.account", account, "credit_limit")


# ------------------------------------------------------------------- the one way


def test_a_limit_from_the_held_order_to_the_confirmed_one(scene, people):
    salesperson, controller = people["salesperson"], people["controller"]
    account = scene.make_account(user_id=salesperson.uid)
    controller.call(REQUEST, "action_approve", [ask(salesperson, account, amount=100)])
    assert in_force(scene, account) == 100
    company = scene.get("key.account", account, "partner_id")
    product = scene.make_product(type="service", is_storable=False, price=150)
    order = scene.make_order(company, product, user=salesperson)
    salesperson.call("sale.order", "action_confirm", [order])
    assert scene.get("sale.order", order, "gate_state") == "held"

    context = salesperson.call("sale.order", "action_request_limit", [order])["context"]
    assert (context["default_kind"], context["default_amount"]) == ("temporary", 50)
    vals = {name.removeprefix("default_"): value for name, value in context.items()}
    request = salesperson.call(REQUEST, "create", {**vals, "date_end": day(30)})
    salesperson.call(REQUEST, "action_ask", [request])
    figures = ("figure_limit", "figure_available", "figure_parts")
    (seen,) = scene.read(REQUEST, request, *figures, user=controller)
    assert (seen["figure_limit"], seen["figure_available"]) == (100, 100)
    controller.call(REQUEST, "action_approve", [request])
    assert in_force(scene, account) == 150

    # Whatever else is held, and however long that takes: the order has its turn.
    cron = scene.ref("key_account.ir_cron_gate")
    for _round in range(10):
        scene.admin.call("ir.cron", "method_direct_trigger", [cron])
        if scene.get("sale.order", order, "state") == "sale":
            break
    else:
        pytest.fail("The order waits though the limit suffices.")


def test_nobody_decides_on_his_own(scene, people, account, door):
    controller = scene.user("controller", "asks_himself", door)
    request = ask(controller, account)
    refused("comes from you", controller.call, REQUEST, "action_approve", [request])
    refused("comes from you", controller.call, REQUEST, "action_reject", [request], "x")
    salesperson = scene.log_in(people["salesperson"].login, door)
    refused("ask one of", salesperson.call, REQUEST, "action_approve", [request])
    for name in ("_approve", "_carry_out", "_set_state"):
        with pytest.raises(RpcError):
            controller.call(REQUEST, name, [request])
    assert limits(scene, account) == []
    people["colleague"].call(REQUEST, "action_approve", [request])
    assert in_force(scene, account) == 1000


# ------------------------------------------------------------------ no other way


@pytest.mark.parametrize("role", ROLES)
def test_no_role_writes_limits(scene, people, account, door, role):
    people["controller"].call(
        REQUEST, "action_approve", [ask(people["salesperson"], account)]
    )
    (limit,) = [row["id"] for row in limits(scene, account)]
    user = scene.user(role, f"writes_limits_{role}", door)
    vals = {"key_account_id": account, "amount": 9e6}
    tries = [
        (LIMIT, "create", vals),
        (LIMIT, "create", [vals, vals]),
        (LIMIT, "write", [limit], {"amount": 9e6}),
        (LIMIT, "write", [limit], {"date_end": False}),
        (LIMIT, "unlink", [limit]),
        (LIMIT, "copy", [limit]),
        (LIMIT, "web_save", [limit], {"amount": 9e6}, {"amount": {}}),
        ("key.account", "write", [account], {"credit_limit_ids": [[0, 0, vals]]}),
        (
            "key.account",
            "write",
            [account],
            {"credit_limit_ids": [[1, limit, {"amount": 9e6}]]},
        ),
        ("key.account", "write", [account], {"credit_limit_ids": [[2, limit, 0]]}),
    ]
    for model, method, *args in tries:
        refused(".", user.call, model, method, *args)
    # An import answers with messages.
    try:
        answer = user.call(
            LIMIT, "load", ["key_account_id/.id", "amount"], [[str(account), "9000000"]]
        )
    except RpcError as error:
        assert error.is_refusal
    else:
        assert not answer["ids"] and answer["messages"]
    assert limits(scene, account) == [{"id": limit, "amount": 1000}]
    assert in_force(scene, account) == 1000


@pytest.mark.parametrize("role", ["manager", "controller", "administrator"])
def test_editing_the_account_changes_no_limit(scene, people, account, role):
    people["controller"].call(
        REQUEST, "action_approve", [ask(people["salesperson"], account)]
    )
    user = scene.user(role, f"edits_account_{role}")
    for name in ("credit_limit", "credit_available", "credit_exposure"):
        user.call("key.account", "write", [account], {name: 9e6})
    assert in_force(scene, account) == 1000
    assert [row["amount"] for row in limits(scene, account)] == [1000]


def test_states_and_figures_are_not_forged(scene, people, account, door):
    user = scene.user("controller", "forges", door)
    draft = user.call(REQUEST, "create", {"key_account_id": account, "amount": 5})
    for vals in (
        {"state": "approved"},
        {"asked_by_id": people["salesperson"].uid},
        {"decided_by_id": user.uid},
        {"salesperson_id": user.uid},
        {"figure_exposure": 1},
        {"figure_parts": [["undelivered", "x", 1]]},
    ):
        refused("not entered by hand", user.call, REQUEST, "write", [draft], vals)
        full = {"key_account_id": account, "amount": 5, **vals}
        refused("not entered by hand", user.call, REQUEST, "create", full)
        context = {f"default_{name}": value for name, value in vals.items()}
        refused(
            "not entered by hand",
            user.call,
            REQUEST,
            "create",
            {"key_account_id": account, "amount": 5},
            context=context,
        )
    refused(
        "not entered by hand",
        user.call,
        REQUEST,
        "write",
        [draft],
        {"approval_state": "approved"},
    )


def test_what_was_handed_in_stays_what_it_was(scene, people, account, door):
    user = scene.user("controller", "changes", door)
    request = ask(people["salesperson"], account)
    for vals in ({"amount": 9e6}, {"date_end": day(900)}, {"kind": "temporary"}):
        refused("not a draft", user.call, REQUEST, "write", [request], vals)
    refused("kept as a record", user.call, REQUEST, "unlink", [request])
    # Defaults of a caller are no part of what is approved.
    user.call(
        REQUEST,
        "action_approve",
        [request],
        context={"default_amount_insured": 77, "default_date_end": day(900)},
    )
    (limit,) = limits(scene, account, "amount", "amount_insured", "date_end")
    assert (limit["amount"], limit["amount_insured"]) == (1000, 0)
    assert not limit["date_end"]


# ---------------------------------------------------------------------- secrets


def test_salespeople_read_no_balance(scene, people, account, door):
    request = ask(people["salesperson"], account)
    user = scene.log_in(people["salesperson"].login, door)
    for name in ("figure_limit", "figure_exposure", "figure_overdue", "figure_table"):
        refused(".", user.call, REQUEST, "read", [request], [name])
        refused(".", user.call, REQUEST, "export_data", [request], [name])
    for name in ("figure_exposure", "figure_limit"):
        refused(".", user.call, REQUEST, "search", [[name, ">", 0]])
        refused(".", user.call, REQUEST, "search", [], order=name)
    refused(".", user.call, LIMIT, "search_read", [])
    (seen,) = user.call(REQUEST, "read", [request], ["amount", "state"])
    assert (seen["amount"], seen["state"]) == (1000, "asked")


@pytest.mark.parametrize("role", ["warehouse", "portal", "salesperson"])
def test_strangers_see_no_requests(scene, people, account, door, role):
    request = ask(people["salesperson"], account)
    user = scene.user(role, f"stranger_{role}", door)
    refused(".", user.call, REQUEST, "read", [request], ["amount"])
    vals = {"key_account_id": account, "amount": 5}
    refused(".", user.call, REQUEST, "create", vals)
    refused(".", user.call, REQUEST, "action_ask", [request])
    refused(".", user.call, REQUEST, "action_approve", [request])


# -------------------------------------------------------------------- bad input


def test_bad_input_gets_one_sentence(scene, people, account, door):
    user = scene.user("controller", "mistypes", door)
    bare = (
        scene.admin.call(
            "res.currency", "create", {"name": unique("X")[:3].upper(), "symbol": "q"}
        )
        if not scene.admin.call("res.currency", "search", [["symbol", "=", "q"]])
        else (scene.admin.call("res.currency", "search", [["symbol", "=", "q"]])[0])
    )
    nan, endless = float("nan"), float("inf")
    before = scene.admin.call(REQUEST, "search_count", [])
    for vals, sentence in (
        ({"amount": -1}, "amount of zero or more"),
        ({"amount": nan}, "amount of zero or more"),
        ({"amount": endless}, "amount of zero or more"),
        ({"amount": "nan"}, "amount of zero or more"),
        ({"amount_insured": nan, "insurer": "x"}, "amount of zero or more"),
        ({"kind": "temporary", "amount": 0, "date_end": day(5)}, "more than zero"),
        ({"date_start": day(5), "date_end": day(4)}, "end before it starts"),
        ({"date_start": day(-2)}, "start in the past"),
        ({"date_end": day(-2)}, "last day is over"),
        ({"currency_id": bare}, "no exchange rate"),
    ):
        values = {"key_account_id": account, "amount": 5, **vals}
        with pytest.raises(RpcError, match=sentence) as caught:
            user.call(REQUEST, "create", values)
        assert caught.value.is_refusal
        assert len(caught.value.message.strip().splitlines()) == 1
    assert scene.admin.call(REQUEST, "search_count", []) == before


def test_overlapping_limits_are_refused(scene, people, account):
    ask_ = people["salesperson"]
    season = {"kind": "seasonal", "date_end": day(30)}
    people["controller"].call(REQUEST, "action_approve", [ask(ask_, account, **season)])
    refused("another limit of this kind", ask, ask_, account, **season)


def test_a_group_cycle_is_refused(scene, people, door):
    admin = scene.user("administrator", "ties", door)
    head = scene.make_company("Head")
    below = scene.make_company("Below", parent_id=head)
    account = scene.make_account(head)
    request = ask(people["controller"], account, scope="group")
    people["colleague"].call(REQUEST, "action_approve", [request])
    refused(
        "recursive", admin.call, "res.partner", "write", [head], {"parent_id": below}
    )
    refused(
        "recursive",
        admin.call,
        "key.account",
        "write",
        [account],
        {"parent_partner_id": below},
    )
    assert not scene.get("res.partner", head, "parent_id")


def test_an_account_of_another_company_is_refused(scene, people, door):
    company = scene.admin.call("res.company", "create", {"name": unique("Elsewhere")})
    scene.admin.call(
        "res.users", "write", [scene.admin.uid], {"company_ids": [[4, company]]}
    )
    account = scene.admin.call(
        "key.account",
        "create",
        {
            "partner_id": scene.make_company(),
            "company_id": company,
            "state": "active",
            "pay_mode": "credit",
        },
        context={"allowed_company_ids": [company]},
    )
    user = scene.user("controller", "elsewhere", door)
    vals = {"key_account_id": account, "amount": 5}
    refused(".", user.call, REQUEST, "create", vals)
    # Naming the company does not make it one's own.
    refused(
        ".",
        user.call,
        REQUEST,
        "create",
        vals,
        context={"allowed_company_ids": [company]},
    )
    scene.admin.call(
        "res.users", "write", [scene.admin.uid], {"company_ids": [[3, company]]}
    )


# --------------------------------------------------------------- at the same time


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_decide_on_one_request_at_once_and_one_limit_comes_of_it(
    scene, people, account, round_
):
    request = ask(people["salesperson"], account)
    results = at_once(
        *(
            lambda user=people[name]: user.call(REQUEST, "action_approve", [request])
            for name in ("controller", "colleague")
        )
    )
    errors = [result for result in results if isinstance(result, RpcError)]
    assert len(errors) == 1 and errors[0].is_refusal, results
    assert "does not wait" in errors[0].message
    assert [row["amount"] for row in limits(scene, account)] == [1000]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_permanent_limits_at_once_leave_one_in_force(
    scene, people, account, round_
):
    requests = [ask(people["salesperson"], account, amount) for amount in (1000, 2000)]
    results = at_once(
        *(
            lambda u=people[name], r=request: u.call(REQUEST, "action_approve", [r])
            for name, request in zip(("controller", "colleague"), requests, strict=True)
        )
    )
    assert results == [True, True], results
    (row,) = limits(scene, account)
    assert in_force(scene, account) == row["amount"]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_of_two_seasons_at_once_the_second_is_refused(scene, people, account, round_):
    season = {"kind": "seasonal", "date_end": day(30)}
    requests = [ask(people["salesperson"], account, **season) for _time in range(2)]
    results = at_once(
        *(
            lambda u=people[name], r=request: u.call(REQUEST, "action_approve", [r])
            for name, request in zip(("controller", "colleague"), requests, strict=True)
        )
    )
    errors = [result for result in results if isinstance(result, RpcError)]
    assert len(errors) == 1 and errors[0].is_refusal, results
    assert "another limit of this kind" in errors[0].message
    assert len(limits(scene, account)) == 1
    states = sorted(row["state"] for row in scene.read(REQUEST, requests, "state"))
    assert states == ["approved", "asked"]
