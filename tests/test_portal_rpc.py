"""A customer on the portal sees own orders, and nothing else of key accounts."""

import pytest
from rpc import DOORS, refused


def customer(scene, company, name, door):
    """Return a portal user who belongs to ``company``."""
    client = scene.user("portal", name, door)
    partner = scene.get("res.users", client.uid, "partner_id")
    scene.admin.call("res.partner", "write", [partner], {"parent_id": company})
    return client


def test_a_customer_reads_own_orders_only(scene, deal, door):
    stranger = customer(scene, scene.make_company("Stranger"), "stranger", door)
    orders = [deal.order, *deal.children]
    domain = [["id", "in", orders]]
    assert stranger.call("sale.order", "search", domain) == []
    refused(None, stranger.call, "sale.order", "read", orders, ["name"])
    lines = [["order_id", "in", orders]]
    assert stranger.call("sale.order.line", "search", lines) == []
    buyer = customer(scene, deal.company, "buyer", door)
    assert deal.order in buyer.call("sale.order", "search", domain)


@pytest.mark.parametrize(
    "model", ["key.account", "sale.order.recipient", "sale.order.recipient.line"]
)
def test_a_customer_reads_no_account_and_no_recipient(scene, deal, door, model):
    buyer = customer(scene, deal.company, "buyer", door)
    for method, args in (
        ("search_read", [[], ["display_name"]]),
        ("search_count", [[]]),
        ("name_search", [""]),
        ("formatted_read_group", [[], [], ["__count"]]),
    ):
        refused(None, buyer.call, model, method, *args)
    order = [["id", "=", deal.order], ["key_account_id.code", "!=", False]]
    refused(None, buyer.call, "sale.order", "search", order)


def test_a_customer_places_and_splits_no_order_over_rpc(scene, deal, door):
    buyer = customer(scene, deal.company, "buyer", door)
    refused(None, buyer.call, "sale.order", "create", {"partner_id": deal.company})
    order = scene.make_parent(
        deal.company, [scene.make_product(stock=5)], [(1,)], user=deal.salesperson
    )
    refused(None, buyer.call, "sale.order", "action_split", [order])
    assert scene.get("sale.order", order, "state") == "draft"


def test_a_customers_pages_show_own_orders_only(scene, deal):
    names = [
        row["name"]
        for row in scene.read("sale.order", [deal.order, *deal.children], "name")
    ]
    buyer = customer(scene, deal.company, "buyer", DOORS["web"])
    status, page = buyer.page(f"/my/orders/{deal.order}")
    assert status == 200 and names[0] in page
    stranger = customer(scene, scene.make_company("Stranger"), "stranger", DOORS["web"])
    for path in ("/my/orders", f"/my/orders/{deal.order}"):
        _status, page = stranger.page(path)
        assert not [name for name in names if name in page], path
