"""Customers with limits and the sellers who confirm for them, for tests of what happens
at the same moment."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

from copies import run_script
from rpc import JsonRpcClient, RpcError, WebClient, at_once
from scene import unique

ISSUE = "key.account.gate.issue"
LIMIT = 1000
RUNS = 50
SINGLES = 2 * RUNS + 30

# Limits are decided on by approved requests; here the superuser sets them up.
SET_UP = """
import json

def make(spec):
    partner = env["res.partner"].create({
        "name": spec["name"], "is_company": True, "street": "1 Main Street",
        "city": "Springfield", "parent_id": spec.get("parent"),
    })
    account = env["key.account"].create({
        "partner_id": partner.id, "state": "active", "pay_mode": "credit",
    })
    for scope, amount in spec["limits"].items():
        env["key.account.credit.limit"].create({
            "key_account_id": account.id, "amount": amount, "scope": scope,
        })
    return {"partner": partner.id, "account": account.id, "parts": [
        make({**part, "parent": partner.id}) for part in spec.get("parts", ())
    ]}

print(json.dumps([make(spec) for spec in json.loads(sys.argv[2])]))
cr.commit()
# The server forgets what it remembers about limits.
registry.signal_changes()
cr.close()
"""


def make_group(limit, count=2, own=LIMIT):
    """Return a head without a limit of its own and what is below it, see `SET_UP`."""
    parts = [{"limits": {"account": own}} for _part in range(count)]
    return {"limits": {"group": limit}, "parts": parts}


class Shop:
    """Customers with limits, and sellers who confirm over connections of their own."""

    def __init__(self, scene, database, log):
        self.scene, self.database, self.log = scene, database, log
        self.admin = scene.admin
        self.product = scene.make_product(type="service", is_storable=False)
        logins = [unique("credit_seller") for _number in range(4)]
        groups = scene.ref("key_account.group_key_account_manager")
        self.admin.call(
            "res.users",
            "create",
            [
                {
                    "name": login,
                    "login": login,
                    "password": login,
                    "email": f"{login}@example.com",
                    "group_ids": [[6, 0, [groups]]],
                }
                for login in logins
            ],
        )
        self.sellers = [scene.log_in(login, WebClient) for login in logins]
        # Another program, by another door.
        self.sellers.append(scene.log_in(logins[0], JsonRpcClient))

        self._set_up()

    def _set_up(self):
        """Make all customers at once: another process does it, which takes a while."""
        specs = [
            *({"limits": {"account": LIMIT}} for _run in range(SINGLES)),
            *(make_group(LIMIT) for _run in range(RUNS)),
            *(make_group(5 * LIMIT) for _run in range(5)),
            make_group(10**6, count=3, own=10**6),
        ]
        for spec in specs:
            for each in (spec, *spec.get("parts", ())):
                each["name"] = unique("Debtor")
        done = run_script(self.database, SET_UP, json.dumps(specs))
        assert done.returncode == 0, done.stderr[-2000:]
        made = json.loads(done.stdout.splitlines()[-1])
        self.singles, self.groups = made[:SINGLES], made[SINGLES:]

    def take(self, count=1):
        """Return so many customers that nobody has used, each with `LIMIT` alone."""
        taken, self.singles = self.singles[:count], self.singles[count:]
        assert len(taken) == count
        return taken

    def order(self, customer, price, **vals):
        return self.order_all([customer], price, **vals)[0]

    def order_all(self, customers, price, **vals):
        """Return a quotation for each of the customers."""
        line = {
            "product_id": self.product,
            "product_uom_qty": 1,
            "price_unit": price,
            "tax_ids": [[6, 0, []]],
        }
        return self.admin.call(
            "sale.order",
            "create",
            [
                {"partner_id": each["partner"], "order_line": [[0, 0, line]], **vals}
                for each in customers
            ],
        )

    def confirm(self, number, orders):
        """Return a call that confirms the orders as one of the sellers; who is told
        that others are too busy with the account asks once more."""

        def call():
            again = 0
            while True:
                try:
                    seller.call("sale.order", "action_confirm", orders)
                    return again
                except RpcError as error:
                    if "serialize" not in str(error) or again == 3:
                        raise
                    again += 1

        seller = self.sellers[number % len(self.sellers)]
        return call

    def race(self, groups_of_orders):
        """Confirm all of these at the same moment, each group by a call of its own."""
        results = at_once(
            *(self.confirm(n, orders) for n, orders in enumerate(groups_of_orders))
        )
        assert [r for r in results if isinstance(r, RpcError)] == []
        return sum(results)

    def get_exposure(self, customer):
        return self.scene.get("key.account", customer["account"], "credit_exposure")

    def assert_judged(self, orders, passing, code, missing):
        """Assert how many of the orders were confirmed, and that each other one is held
        once, for this much."""
        rows = self.scene.read(
            "sale.order", orders, "state", "gate_state", "gate_issue_ids"
        )
        confirmed = [row for row in rows if row["state"] == "sale"]
        held = [row for row in rows if row["gate_state"] == "held"]
        assert len(confirmed) == passing, rows
        assert len(confirmed) + len(held) == len(orders), rows
        assert not any(row["gate_issue_ids"] for row in confirmed), rows
        issues = [issue for row in held for issue in row["gate_issue_ids"]]
        found = self.scene.read(ISSUE, issues, "order_id", "code", "amount_missing")
        assert len(found) == len(held), found
        assert {issue["order_id"] for issue in found} == {row["id"] for row in held}
        told = {(issue["code"], issue["amount_missing"]) for issue in found}
        assert told <= {(code, missing)} and (told or not held), told

    def cancel(self, orders):
        self.admin.call("sale.order", "action_cancel", orders)


def run_races(shop, races, at_a_time, record_property, **report):
    """Run the races, some of them side by side, and tell how it went."""
    shop.log.count_retries()
    start = time.perf_counter()
    with ThreadPoolExecutor(at_a_time) as pool:
        again = sum(pool.map(lambda race: race(), races))
    seconds = time.perf_counter() - start
    conflicts = sum(shop.log.count_retries().values())
    calls = report["calls"]
    report |= {
        "runs": len(races),
        "asked_again": again,
        "calls_per_second": round(calls / seconds, 1),
        "conflicts": conflicts,
        "conflict_rate": round(conflicts / (conflicts + calls), 3),
    }
    for name, value in report.items():
        record_property(name, value)
    print(report)


# --------------------------------------------------------------------- one account
