"""A split that is killed leaves nothing behind, however far it had come."""

import json
import signal

import pytest
from copies import query, run_script

# What is in the transaction when the process dies goes to standard output, or the
# test could pass because the split had not begun.
WITNESS = """
import json, signal

def die(parent):
    env.flush_all()
    children = parent.child_order_ids
    print(json.dumps({
        "states": children.mapped("state"),
        "parent": parent.state,
        "pickings": len(children.picking_ids),
    }), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

order = env["sale.order"].with_user(int(sys.argv[3])).browse(int(sys.argv[2]))
Order = registry["sale.order"]
"""
MOMENTS = {
    "a child has been created": """
create = Order.create
def patched(self, vals_list):
    orders = create(self, vals_list)
    if orders.parent_order_id:
        die(orders.parent_order_id)
    return orders
Order.create = patched
order.action_split()
""",
    "the split has been proven": """
proof = Order._assert_split_complete
def patched(self):
    proof(self)
    die(self)
Order._assert_split_complete = patched
order.action_split()
""",
    "only the commit is missing": """
order.action_split()
cr.flush()
die(order)
""",
}


@pytest.fixture
def parent(scene):
    user = scene.user("salesperson")
    account = scene.make_account(user_id=user.uid)
    company = scene.get("key.account", account, "partner_id")
    product = scene.make_product(stock=20)
    return scene.make_parent(company, [product], [(3,), (2,)], user=user)


def traces(database, parent):
    """Return everything in the database that a split of ``parent`` adds to."""
    with query(database) as select:
        (order,) = select(
            "SELECT state, name, locked, write_date FROM sale_order WHERE id = %s",
            parent,
        )
        counts = [
            select(f"SELECT count(*) FROM {table}")[0][0]
            for table in (
                "sale_order",
                "sale_order_line",
                "stock_picking",
                "stock_move",
                "stock_reference",
                "mail_message",
                "mail_mail",
                "mail_followers",
                "mail_activity",
            )
        ]
        reserved = select("SELECT sum(reserved_quantity) FROM stock_quant")
    return order, counts, reserved


@pytest.mark.parametrize("moment", MOMENTS)
def test_nothing_remains_of_a_split_killed_when(scene, database, parent, moment):
    before = traces(database, parent)
    user = scene.user("salesperson")
    killed = run_script(database, WITNESS + MOMENTS[moment], str(parent), str(user.uid))
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    seen = json.loads(killed.stdout.splitlines()[-1])
    assert len(seen["states"]) == 2
    if moment != "a child has been created":
        assert seen == {"states": ["sale", "sale"], "parent": "split", "pickings": 2}

    assert traces(database, parent) == before
    assert before[0][0] == "draft"
    assert not scene.children(parent)

    user.call("sale.order", "action_split", [parent])
    children = scene.children(parent)
    assert scene.get("sale.order", parent, "state") == "split"
    assert len(children) == 2
    rows = scene.read("sale.order", children, "state", "name")
    assert {row["state"] for row in rows} == {"sale"}
    assert len(scene.pickings(children)) == 2
