"""The last pieces are set aside, and two orders want them at the same moment."""

import datetime

import pytest
from copies import run_script
from rpc import JsonRpcClient, RpcError, WebClient, at_once

ROUNDS = 5


@pytest.fixture(scope="module")
def customers(scene):
    """A key account and a stranger."""
    account = scene.make_account()
    return scene.get("key.account", account, "partner_id"), scene.make_company("Other")


@pytest.fixture
def kept(scene):
    """A product of which five pieces are left, all of them set aside."""
    product = scene.make_product(stock=5)
    (warehouse,) = scene.admin.call("stock.warehouse", "search", [], limit=1)
    reserve = scene.admin.call(
        "key.account.stock.reserve",
        "create",
        {
            "product_id": product,
            "quantity": 5,
            "warehouse_id": warehouse,
            "date_until": str(datetime.date.today() + datetime.timedelta(days=9)),
        },
    )
    scene.admin.call("key.account.stock.reserve", "action_set_aside", [reserve])
    return product, reserve


def reserved(scene, order):
    moves = scene.admin.call(
        "stock.move", "search", [["sale_line_id.order_id", "=", order]]
    )
    return sum(move["quantity"] for move in scene.read("stock.move", moves, "quantity"))


def assert_shelf(scene, product):
    """Nothing is promised twice: what is reserved is there."""
    quants = scene.admin.call(
        "stock.quant",
        "search",
        [["product_id", "=", product], ["location_id", "=", scene.stock_location]],
    )
    rows = scene.read("stock.quant", quants, "quantity", "reserved_quantity")
    assert sum(row["quantity"] for row in rows) == 5
    assert sum(row["reserved_quantity"] for row in rows) == 5


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_stranger_never_gets_what_is_set_aside(scene, customers, kept, round_):
    product, reserve = kept
    own, foreign = (scene.make_order(who, product, 5) for who in customers)
    clients = [
        scene.user("manager", "first", WebClient),
        scene.user("manager", "second", JsonRpcClient),
    ]
    results = at_once(
        *(
            lambda c=client, o=order: c.call("sale.order", "action_confirm", [o])
            for client, order in zip(clients, (own, foreign), strict=True)
        )
    )
    assert [one for one in results if isinstance(one, RpcError)] == []
    assert reserved(scene, foreign) == 0
    assert reserved(scene, own) == 5
    assert scene.get("key.account.stock.reserve", reserve, "quantity_left") == 0
    assert_shelf(scene, product)


def test_two_who_may_take_it_share_it_once(scene, customers, kept):
    product, reserve = kept
    orders = [scene.make_order(customers[0], product, 4) for _number in range(2)]
    clients = [
        scene.user("manager", "first", WebClient),
        scene.user("manager", "second", JsonRpcClient),
    ]
    at_once(
        *(
            lambda c=client, o=order: c.call("sale.order", "action_confirm", [o])
            for client, order in zip(clients, orders, strict=True)
        )
    )
    assert sorted(reserved(scene, order) for order in orders) == [1, 4]
    assert scene.get("key.account.stock.reserve", reserve, "quantity_taken") == 5
    assert_shelf(scene, product)


# One process with two transactions, so that the order of events is certain. A failure
# to serialise is right: the server runs the call again, on what is then true.
TWO = """
import psycopg2

def attempt(action):
    try:
        action()
    except psycopg2.Error as error:
        print(type(error).__name__)

own, foreign = int(sys.argv[2]), int(sys.argv[3])
order = env["sale.order"].browse(own)
with registry.cursor() as other:
    other.execute("SET lock_timeout = '2s'")
    stranger = Environment(other, SUPERUSER_ID, {})["sale.order"].browse(foreign)
    stranger.order_line.product_id.mapped("free_qty")  # the snapshot is taken
    if sys.argv[4] == "while it is taken":
        order.action_confirm()
        env.flush_all()
        attempt(lambda: (stranger.action_confirm(), other.commit()))
        attempt(cr.commit)
    elif sys.argv[4] == "after it was taken":
        order.action_confirm()
        cr.commit()
        attempt(lambda: (stranger.action_confirm(), other.commit()))
    else:
        stranger.action_confirm()
        stranger.env.flush_all()
        attempt(lambda: (order.action_confirm(), cr.commit()))
        attempt(other.commit)
    other.rollback()
cr.close()
"""


@pytest.mark.parametrize(
    "moment", ["while it is taken", "after it was taken", "before it is taken"]
)
def test_a_stranger_who_comes(scene, database, customers, kept, moment):
    product, _reserve = kept
    own, foreign = (scene.make_order(who, product, 5) for who in customers)
    done = run_script(database, TWO, str(own), str(foreign), moment)
    assert done.returncode == 0, done.stderr[-2000:]
    assert reserved(scene, foreign) == 0
    state = scene.get("sale.order", own, "state")
    assert reserved(scene, own) == (5 if state == "sale" else 0)
    assert state == "sale", done.stdout
    assert_shelf(scene, product)
