"""A large split, shared by two processes of which one is killed at work.

``SPLIT_RECIPIENTS=10000`` is the size that the addon was made for; figures are printed
with ``-s``.
"""

import json
import os
import time

import pytest
from copies import copied_database, query, run_script
from job_servers import job_servers
from rpc import JsonRpcClient, RpcError, WebClient, at_once

RECIPIENTS = int(os.environ.get("SPLIT_RECIPIENTS", "300"))
PATIENCE = 60 + RECIPIENTS
START = """
import json
from odoo import Command
count = int(sys.argv[2])
company = env.company
company.split_background_limit = 200
customer = env["res.partner"].create({
    "name": "Large Customer", "is_company": True, "street": "1", "city": "A",
})
env["key.account"].create({
    "partner_id": customer.id, "state": "active", "pay_mode": "credit",
})
tax = env["account.tax"].create({"name": "7.3 %", "amount": 7.3})
goods = env["product.product"].create([
    {"name": name, "is_storable": True, "list_price": price, "taxes_id": tax.ids}
    for name, price in (("Mug", 3.33), ("Pen", 0.07))
])
stock = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
for product in goods:
    env["stock.quant"]._update_available_quantity(product, stock.lot_stock_id, 9 * count)
addresses = env["res.partner"].create([
    {"name": f"Shop {n}", "type": "delivery", "parent_id": customer.id,
     "street": f"{n} Street", "city": "A"}
    for n in range(count)
])
quantities = [(1 + n % 3, 2 + n % 5) for n in range(count)]
order = env["sale.order"].create({
    "partner_id": customer.id,
    "order_line": [
        Command.create({"product_id": product.id, "product_uom_qty": sum(share)})
        for product, share in zip(goods, zip(*quantities))
    ],
})
env["sale.order.recipient"].create([
    {"order_id": order.id, "partner_id": address.id, "line_ids": [
        Command.create({"order_line_id": line.id, "quantity": quantity})
        for line, quantity in zip(order.order_line, share)
    ]}
    for address, share in zip(addresses, quantities)
])
cr.commit()
env.invalidate_all()
admin = env.ref("base.user_admin")
order.with_user(admin).with_context(lang="en_US").action_split()
assert order.split_job_state == "creating", (order.state, order.gate_issue_ids.mapped("text"))
cr.commit()
print(json.dumps(order.id))
"""
JOBS = """
SELECT method_name, state, worker_pid, retry, exc_info FROM queue_job
"""


@pytest.fixture(scope="module")
def large():
    """``(database, parent order)``: its split has been asked for, nobody works yet."""
    with copied_database("queue") as database:
        started = run_script(database, START, str(RECIPIENTS))
        assert started.returncode == 0, started.stderr[-4000:]
        yield database, json.loads(started.stdout.splitlines()[-1])


def wait_until(condition, what, patience=PATIENCE):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    pytest.fail(f"waited {patience} s until {what}")


def at_work(select):
    """Return the processes at work on child orders, once some have been made."""
    jobs = [job for job in select(JOBS) if job[0] == "_split_job_create"]
    states = {job[1] for job in jobs}
    pids = {job[2] for job in jobs if job[1] == "started"}
    return "done" in states and pids


def confirming(select, servers):
    """Return the server that has begun to confirm the order with its child orders."""
    select("SELECT pg_notify('queue_job', 'look')")  # as in has_ended
    pids = {
        pid
        for method, state, pid, *_rest in select(JOBS)
        if (method, state) == ("_split_job_finish", "started")
    }
    time.sleep(0.5)
    return next((server for server in servers if server.pid in pids), None)


def has_ended(select, parent):
    # The runner looks for jobs whose process died when it is told of some job, or once
    # a minute: here it is told.
    select("SELECT pg_notify('queue_job', 'look')")
    ((still,),) = select(
        "SELECT count(*) FROM queue_job"
        " WHERE state NOT IN ('done', 'failed', 'cancelled')"
    )
    ((state,),) = select("SELECT state FROM sale_order WHERE id = %s", parent)
    return not still and state


def test_killed_process_costs_no_child_order_and_makes_none_twice(large, tmp_path):
    database, parent = large
    start = time.monotonic()
    with query(database) as select, job_servers(database, tmp_path) as servers:
        pids = wait_until(lambda: at_work(select), "jobs were at work")
        victim = next(server for server in servers if server.pid in pids)
        killed = victim.pid
        victim.kill()
        ((state,),) = select("SELECT state FROM sale_order WHERE id = %s", parent)
        assert state == "draft"
        victim.start()
        victim = wait_until(lambda: confirming(select, servers), "it was confirmed")
        victim.kill()
        victim.start()
        state = wait_until(lambda: has_ended(select, parent), "the split had ended")
        seconds = time.monotonic() - start
        jobs = select(JOBS)
        memory = [server.peak_memory() for server in servers]
        children = select(
            "SELECT recipient_id, state, name, amount_untaxed, amount_tax, amount_total"
            "  FROM sale_order WHERE parent_order_id = %s",
            parent,
        )
        (sums,) = select(
            "SELECT amount_untaxed, amount_tax, amount_total FROM sale_order"
            " WHERE id = %s",
            parent,
        )
        ((transfers,),) = select(
            "SELECT count(DISTINCT picking.id) FROM stock_picking picking"
            "  JOIN sale_order child ON child.id = picking.sale_id"
            " WHERE child.parent_order_id = %s AND picking.state = 'assigned'",
            parent,
        )
        lines = select(
            "SELECT line.product_uom_qty, sum(child.product_uom_qty)"
            "  FROM sale_order_line line"
            "  JOIN sale_order_line child ON child.parent_line_id = line.id"
            " WHERE line.order_id = %s GROUP BY line.id",
            parent,
        )
    print(f"\n{RECIPIENTS} recipients: {seconds:.0f} s, peak MiB of memory: {memory}")
    assert state == "split", [job[4] for job in jobs if job[4]]
    assert len(children) == RECIPIENTS
    assert len({child[0] for child in children}) == RECIPIENTS
    assert len({child[2] for child in children}) == RECIPIENTS
    assert {child[1] for child in children} == {"sale"}
    assert transfers == RECIPIENTS
    for number in range(3):
        assert sum(child[3 + number] for child in children) == sums[number]
    assert len(lines) == 2
    for ordered, given in lines:
        assert ordered == given
    assert {job[1] for job in jobs} == {"done"}
    # Both killed ones' jobs were begun again.
    assert len([job for job in jobs if job[3] > 1]) >= 2
    assert killed not in {job[2] for job in jobs if job[3] > 1}


@pytest.fixture
def everything_is_large(scene):
    company = scene.get("res.users", scene.admin.uid, "company_id")
    before = scene.get("res.company", company, "split_background_limit")
    scene.admin.call("res.company", "write", [company], {"split_background_limit": 1})
    yield
    scene.admin.call(
        "res.company", "write", [company], {"split_background_limit": before}
    )


@pytest.mark.usefixtures("everything_is_large")
def test_two_who_split_a_large_order_at_once_begin_one_split(scene):
    account = scene.make_account()
    company = scene.get("key.account", account, "partner_id")
    product = scene.make_product(stock=50)
    first = scene.user("manager", "first", WebClient)
    second = scene.user("manager", "second", JsonRpcClient)
    parent = scene.make_parent(company, [product], [(2,), (1,), (3,)])
    results = at_once(
        *(
            lambda client=client: client.call("sale.order", "action_split", [parent])
            for client in (first, second)
        )
    )
    assert [result for result in results if result is True] == [True], results
    (other,) = (result for result in results if result is not True)
    if isinstance(other, RpcError):
        assert other.is_refusal
        assert "is being split in the background" in other.message
    else:
        # The jobs were done before this one had its turn again: it sees what they made.
        assert other["domain"] == [["parent_order_id", "=", parent]]
    # The server of this run has a runner of jobs.
    wait_until(
        lambda: scene.get("sale.order", parent, "state") == "split", "it was split", 90
    )
    children = scene.children(parent)
    assert len(children) == 3
    assert {row["state"] for row in scene.read("sale.order", children, "state")} == {
        "sale"
    }
