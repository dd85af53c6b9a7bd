"""A customer on the portal reads what is in own funds, and nothing else of them."""

from types import SimpleNamespace

import pytest
from rpc import DOORS, refused
from scene import unique

FIELDS = {"id", "display_name", "kind", "currency_id"}
BALANCES = ("amount_posted", "amount_frozen", "amount_available")
# The amounts appear nowhere else, so that a test may look for them in any answer.
PAID, PRICE = 4321.87, 1234.56


def customer(scene, company, name, door):
    """Return a portal user who belongs to ``company``."""
    client = scene.user("portal", name, door)
    partner = scene.get("res.users", client.uid, "partner_id")
    scene.admin.call("res.partner", "write", [partner], {"parent_id": company})
    return client


@pytest.fixture(scope="module")
def world(scene):
    """A customer who has paid in, an order that has frozen a part of it."""
    salesperson = scene.user("salesperson", "fund_salesperson")
    accountant = scene.user("accountant", "fund_accountant")
    account = scene.make_account(pay_mode="prepaid", user_id=salesperson.uid)
    company = scene.get("key.account", account, "partner_id")
    fund = scene.admin.call("key.account.fund", "create", {"key_account_id": account})
    (journal,) = scene.admin.call(
        "account.journal", "search", [["type", "=", "bank"]], limit=1
    )
    payment = accountant.call(
        "account.payment",
        "create",
        {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": company,
            "amount": PAID,
            "journal_id": journal,
            "key_account_fund_id": fund,
        },
    )
    accountant.call("account.payment", "action_post", [payment])
    product = scene.make_product(price=PRICE, stock=5)
    order = scene.make_order(company, product, user=salesperson)
    salesperson.call("sale.order", "action_confirm", [order])
    assert scene.get("sale.order", order, "state") == "sale"
    return SimpleNamespace(
        account=account, company=company, fund=fund, order=order, payment=payment
    )


@pytest.fixture
def buyer(scene, world, door):
    return customer(scene, world.company, "fund_buyer", door)


def read_balances(client, fund):
    (row,) = client.call("key.account.fund", "read", [fund], list(BALANCES))
    return [round(row[name], 2) for name in BALANCES]


def test_a_customer_reads_the_balances(world, buyer):
    expected = [PAID, PRICE, round(PAID - PRICE, 2)]
    assert read_balances(buyer, world.fund) == expected
    (row,) = buyer.call("key.account.fund", "search_read", [], ["display_name", "kind"])
    assert row["id"] == world.fund
    assert row["kind"] == "prepayment"


def test_a_customer_reads_no_other_field(scene, world, buyer):
    fields = set(scene.admin.call("key.account.fund", "fields_get", [], ["type"]))
    allowed = FIELDS | set(BALANCES)
    seen = set(buyer.call("key.account.fund", "fields_get", [], ["type"]))
    assert seen == allowed
    for name in sorted(fields - allowed):
        refused(None, buyer.call, "key.account.fund", "read", [world.fund], [name])


@pytest.mark.parametrize(
    "domain",
    [
        [["key_account_id.code", "!=", False]],
        [["key_account_id.name", "ilike", "a"]],
        [["entry_ids.amount", ">", 0]],
        [["account_id.code", "=like", "2%"]],
        [["state", "=", "open"]],
        [["message_ids.body", "ilike", "a"]],
    ],
)
def test_a_customer_searches_by_no_other_field(buyer, domain):
    for method in ("search", "search_count"):
        refused(None, buyer.call, "key.account.fund", method, domain)


def test_a_customer_groups_and_sorts_by_no_other_field(buyer):
    for name in ("key_account_id", "account_id", "state", "partner_id"):
        refused(
            None,
            buyer.call,
            "key.account.fund",
            "formatted_read_group",
            [],
            [name],
            ["__count"],
        )
        refused(None, buyer.call, "key.account.fund", "search", [], order=name)


@pytest.mark.parametrize(
    "model",
    [
        "key.account.fund.entry",
        "key.account.fund.request",
        "key.account.prepayment.request",
    ],
)
def test_a_customer_reads_no_entry_and_no_request(buyer, model):
    for method, args in (
        ("search_read", [[], ["display_name"]]),
        ("search_count", [[]]),
        ("formatted_read_group", [[], [], ["__count"]]),
    ):
        refused(None, buyer.call, model, method, *args)


def test_a_customer_moves_no_money(world, buyer):
    fund = [world.fund]
    for method, args in (
        ("write", [fund, {"kind": "deposit"}]),
        ("write", [fund, {"amount_posted": 9999}]),
        ("create", [{"key_account_id": world.account, "kind": "deposit"}]),
        ("unlink", [fund]),
        ("action_close", [fund]),
        ("message_post", [fund]),
        ("_book", [[]]),
        ("_get_portal_entries", [fund, 80]),
    ):
        refused(None, buyer.call, "key.account.fund", method, *args)
    order = [world.order]
    refused(None, buyer.call, "sale.order", "_get_prepayment_request", order)
    refused(None, buyer.call, "account.payment", "read", [world.payment], ["amount"])


def test_another_customer_reads_nothing(scene, world, door):
    stranger = customer(scene, scene.make_company("Stranger"), "fund_stranger", door)
    assert stranger.call("key.account.fund", "search", []) == []
    for name in ("kind", "amount_posted", "display_name"):
        refused(None, stranger.call, "key.account.fund", "read", [world.fund], [name])
    refused(
        None,
        stranger.call,
        "key.account.fund",
        "write",
        [world.fund],
        {"kind": "rebate"},
    )


def test_a_subsidiary_reads_its_own_funds_only(scene, world, door):
    below = scene.make_company("Below", parent_id=world.company)
    account = scene.make_account(below)
    fund = scene.admin.call("key.account.fund", "create", {"key_account_id": account})
    contact = customer(scene, below, unique("fund_contact"), door)
    assert contact.call("key.account.fund", "search", []) == [fund]
    refused(None, contact.call, "key.account.fund", "read", [world.fund], ["kind"])
    group = customer(scene, world.company, "fund_buyer", door)
    assert read_balances(group, fund) == [0, 0, 0]


def test_pages_show_own_funds_only(scene, world):
    buyer = customer(scene, world.company, "fund_buyer", DOORS["web"])
    status, page = buyer.page(f"/my/funds/{world.fund}")
    assert status == 200 and f"{PAID:,.2f}" in page
    stranger = customer(
        scene, scene.make_company("Stranger"), "fund_stranger", DOORS["web"]
    )
    for path in (f"/my/funds/{world.fund}", "/my/funds/999999999", "/my/funds"):
        _status, page = stranger.page(path)
        assert f"{PAID:,.2f}" not in page, path
    assert stranger.page(f"/my/funds/{world.fund}")[0] == 404


def test_salespeople_ask_for_money_for_their_own_only(scene, world):
    salesperson = scene.user("salesperson", "fund_salesperson")
    other = scene.user("salesperson", "fund_other_salesperson")
    warehouse = scene.user("warehouse", "fund_warehouse")
    vals = {"fund_id": world.fund, "amount": 5}
    request = salesperson.call("key.account.prepayment.request", "create", vals)
    action = salesperson.call(
        "key.account.prepayment.request", "action_print", [request]
    )
    assert action["type"] == "ir.actions.report"
    for user in (other, warehouse):
        refused(None, user.call, "key.account.prepayment.request", "create", vals)
        method = "action_request_prepayment"
        refused(None, user.call, "sale.order", method, [world.order])
    refused(
        "lacks no prepayment",
        salesperson.call,
        "sale.order",
        "action_request_prepayment",
        [world.order],
    )
