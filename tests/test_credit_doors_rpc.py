"""Nobody talks an order past the credit limit from outside: not with a context, not by
another user's hand, not by import, and goods that may not leave stay on record.
"""

import pytest
from rpc import RpcError, refused

ISSUE = "key.account.gate.issue"
LIMIT = "key.account.credit.limit"
CONTEXTS = (
    {"bypass_risk": True, "skip_credit": True, "skip_gate": True, "force": True},
    {"uid": 1, "user_id": 1, "su": True, "sudo": True},
    {"is_on_order": False, "is_on_transfer": False, "key_account_credit.groups": {}},
    {"default_state": "sale", "default_gate_state": "released"},
    {"install_mode": True, "import_file": True, "tracking_disable": True},
    {"skip_sanity_check": True, "skip_backorder": True, "cancel_backorder": True},
)


def make_limit(scene, account, amount):
    """Have the administrator of the database set up a limit, as a migration would."""
    values = {"key_account_id": account, "amount": amount}
    (model,) = scene.admin.call("ir.model", "search", [["model", "=", LIMIT]])
    action = scene.admin.call(
        "ir.actions.server",
        "create",
        {
            "name": "Set up a limit",
            "model_id": model,
            "state": "code",
            "code": f"env[{LIMIT!r}].sudo().search([('key_account_id', '=', {account})])"
            f".write({{'state': 'ended'}})\nenv[{LIMIT!r}].sudo().create({values!r})",
        },
    )
    scene.admin.call("ir.actions.server", "run", [action])


@pytest.fixture
def salesperson(scene, door):
    return scene.user("salesperson", "credit_salesperson", door)


@pytest.fixture
def account(scene, salesperson):
    """An account that may owe 100."""
    account = scene.make_account(user_id=salesperson.uid)
    make_limit(scene, account, 100.0)
    return account


@pytest.fixture
def company(scene, account):
    return scene.get("key.account", account, "partner_id")


@pytest.fixture
def product(scene):
    return scene.make_product(price=1.0, stock=1000)


def assert_held(scene, order):
    (row,) = scene.read("sale.order", order, "state", "gate_state", "gate_issue_ids")
    assert (row["state"], row["gate_state"]) == ("draft", "held")
    codes = [row["code"] for row in scene.read(ISSUE, row["gate_issue_ids"], "code")]
    assert set(codes) == {"credit_limit"}
    assert not scene.pickings([order])


def make_shippable(scene, salesperson, account, company, product):
    """Return ``(order, transfer)`` of a customer who may owe less meanwhile."""
    order = scene.make_order(company, product, 100, user=salesperson)
    salesperson.call("sale.order", "action_confirm", [order])
    assert scene.get("sale.order", order, "state") == "sale"
    make_limit(scene, account, 60.0)
    (picking,) = scene.pickings([order])
    return order, picking


def test_at_the_limit_passes_and_one_more_is_held(scene, salesperson, company, product):
    order = scene.make_order(company, product, 100, user=salesperson)
    salesperson.call("sale.order", "action_confirm", [order])
    assert scene.get("sale.order", order, "state") == "sale"
    more = scene.make_order(company, product, 0.01, user=salesperson)
    salesperson.call("sale.order", "action_confirm", [more])
    assert_held(scene, more)
    (issue,) = scene.get("sale.order", more, "gate_issue_ids")
    assert scene.get(ISSUE, issue, "amount_missing") == 0.01


def test_no_context_and_no_written_state_passes(scene, salesperson, company, product):
    order = scene.make_order(company, product, 101, user=salesperson)
    for context in CONTEXTS:
        salesperson.call("sale.order", "action_confirm", [order], context=context)
        assert_held(scene, order)
        refused(
            "credit limit",
            salesperson.call,
            "sale.order",
            "write",
            [order],
            {"state": "sale"},
            context=context,
        )
    answer = salesperson.call(
        "sale.order", "load", [".id", "state"], [[str(order), "sale"]]
    )
    assert not answer["ids"]
    assert "credit limit" in answer["messages"][0]["message"]
    assert_held(scene, order)


def test_whoever_confirms_it_is_held(scene, salesperson, company, product):
    order = scene.make_order(company, product, 101, user=salesperson)
    for role in ("manager", "salesperson"):
        user = scene.user(role, f"credit_confirms_{role}")
        try:
            user.call("sale.order", "action_confirm", [order])
        except RpcError as error:
            assert error.is_refusal, error
    scene.admin.call("sale.order", "action_confirm", [order])
    assert_held(scene, order)


def test_release_needs_the_group(scene, salesperson, company, product, door):
    order = scene.make_order(company, product, 101, user=salesperson)
    salesperson.call("sale.order", "action_confirm", [order])
    (issue,) = scene.get("sale.order", order, "gate_issue_ids")
    for role in ("salesperson", "manager", "accountant", "warehouse", "portal"):
        user = scene.user(role, f"credit_{role}", door)
        refused(".", user.call, ISSUE, "action_release", [issue], "Please.")
        values = {"issue_ids": [[6, 0, [issue]]], "reason": "Please."}
        try:
            dialog = user.call("key.account.gate.release", "create", values)
        except RpcError as error:
            assert error.is_refusal, error
        else:
            refused(
                ".", user.call, "key.account.gate.release", "action_release", [dialog]
            )
    assert_held(scene, order)
    controller = scene.user("controller", "credit_controller", door)
    assert controller.call(ISSUE, "action_release", [issue], "Insured.") is True
    assert scene.get("sale.order", order, "state") == "sale"


def test_a_salesperson_reads_no_balance(scene, salesperson, account):
    for name in (
        "credit_limit",
        "credit_exposure",
        "credit_available",
        "credit_limit_ids",
    ):
        refused(".", salesperson.call, "key.account", "read", [account], [name])
        assert name not in salesperson.call("key.account", "fields_get", [])
    refused(
        ".",
        salesperson.call,
        "key.account",
        "action_open_exposure_component",
        [account],
        "receivable",
    )
    refused(".", salesperson.call, LIMIT, "search_read", [])
    refused(
        ".",
        salesperson.call,
        "key.account",
        "search",
        [["credit_limit_ids.amount", ">", 1]],
    )
    for method in ("_get_exposure", "_get_standings", "_get_exposure_components"):
        refused(".", salesperson.call, "key.account", method, [account])
    assert (
        scene.get("key.account", account, "credit_standing", user=salesperson) == "good"
    )


def test_limits_are_written_by_nobody(scene, account, door):
    for role in ("salesperson", "manager", "controller", "accountant", "administrator"):
        user = scene.user(role, f"credit_{role}", door)
        values = {"key_account_id": account, "amount": 9e9, "kind": "temporary"}
        refused(".", user.call, LIMIT, "create", values)
    (limit,) = scene.admin.call(LIMIT, "search", [["key_account_id", "=", account]])
    refused(
        "credit request", scene.admin.call, LIMIT, "write", [limit], {"amount": 9e9}
    )
    refused(".", scene.admin.call, LIMIT, "unlink", [limit])


def test_goods_stay_on_record_and_leave_when_released(
    scene, salesperson, account, company, product, door
):
    order, picking = make_shippable(scene, salesperson, account, company, product)
    warehouse = scene.user("warehouse", "credit_warehouse", door)
    for context in ({}, *CONTEXTS):
        answer = warehouse.call(
            "stock.picking", "button_validate", [picking], context=context
        )
        assert answer["tag"] == "display_notification"
        assert "is held" in answer["params"]["message"]
        assert scene.get("stock.picking", picking, "state") != "done"
    # The call has returned: what it wrote down is there for everybody.
    (row,) = scene.read("sale.order", order, "state", "gate_state", "gate_issue_ids")
    assert (row["state"], row["gate_state"]) == ("sale", "held")
    (issue,) = row["gate_issue_ids"]
    assert scene.get(ISSUE, issue, "amount_missing") == 40.0
    assert scene.get("stock.picking", picking, "is_gate_held", user=warehouse)
    refused(".", warehouse.call, ISSUE, "action_release", [issue], "Please.")
    controller = scene.user("controller", "credit_controller", door)
    controller.call(ISSUE, "action_release", [issue], "Insured.")
    assert warehouse.call("stock.picking", "button_validate", [picking]) is True
    assert scene.get("stock.picking", picking, "state") == "done"


def test_invoice_without_an_order_stays_a_draft(scene, account, company, door):
    accountant = scene.user("accountant", "credit_accountant", door)
    line = {"name": "Service", "price_unit": 100.01, "tax_ids": [[6, 0, []]]}
    invoice = accountant.call(
        "account.move",
        "create",
        {
            "move_type": "out_invoice",
            "partner_id": company,
            "invoice_line_ids": [[0, 0, line]],
        },
    )
    for context in ({}, *CONTEXTS):
        refused(
            "temporary limit",
            accountant.call,
            "account.move",
            "action_post",
            [invoice],
            context=context,
        )
    make_limit(scene, account, 100.01)
    accountant.call("account.move", "action_post", [invoice])
    assert scene.get("account.move", invoice, "state") == "posted"


def test_contact_that_moves_away_and_back_sheds_nothing(
    scene, salesperson, account, company, product
):
    contact = salesperson.call(
        "res.partner", "create", {"name": "Buyer", "parent_id": company}
    )
    order = scene.make_order(contact, product, 60, user=salesperson)
    salesperson.call("sale.order", "action_confirm", [order])
    other = scene.make_company()
    salesperson.call("res.partner", "write", [contact], {"parent_id": other})
    assert scene.get("key.account", account, "credit_exposure") == 60.0
    more = scene.make_order(company, product, 41, user=salesperson)
    salesperson.call("sale.order", "action_confirm", [more])
    assert_held(scene, more)
    refused(
        "follows|cannot|may not|computed",
        salesperson.call,
        "sale.order",
        "write",
        [order],
        {"debtor_account_id": False},
    )
    assert scene.get("sale.order", order, "debtor_account_id") == account
