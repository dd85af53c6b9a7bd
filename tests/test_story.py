"""The demo story is bought, split, delivered and invoiced exactly as its files say.

The figures to compare with are added up here once more from the files, by code that
shares nothing with the story's own reader.
"""

import csv
import importlib.util
import re
import shutil
import sys
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

import pytest
from copies import CLONE, copied_database, query, run_odoo, run_script

SAMPLE = CLONE / "data" / "story_sample"
FILES = ("customers", "products", "orders", "order-details")
LAST_LINE = re.compile(
    r"parents (\d+), children (\d+), invoiced (\d+\.\d\d), difference (\d+\.\d\d)"
)
EXACT = Decimal("0.00")


def load_source():
    """Import the reader from its file: it needs no Odoo, and gets none."""
    path = CLONE / "addons" / "key_account_suite" / "story" / "source.py"
    spec = importlib.util.spec_from_file_location("story_source", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


source = load_source()


def read_csv(name):
    with (SAMPLE / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def totals_of_the_files():
    """Return ``{(country, month): [amount, quantity, {address}]}``."""
    country = {row["customerID"]: row["country"] for row in read_csv("customers")}
    orders = {row["orderID"]: row for row in read_csv("orders")}
    totals = defaultdict(lambda: [Decimal(0), Decimal(0), set()])
    for row in read_csv("order-details"):
        order = orders[row["orderID"]]
        entry = totals[country[order["customerID"]], order["orderDate"][:7]]
        quantity = Decimal(row["quantity"])
        entry[0] += (
            quantity * Decimal(row["unitPrice"]) * (1 - Decimal(row["discount"]))
        )
        entry[1] += quantity
        entry[2].add((order["customerID"], order["shipName"], order["shipAddress"]))
    for entry in totals.values():
        entry[0] = entry[0].quantize(Decimal("0.01"), ROUND_HALF_UP)
    return totals


@pytest.fixture
def folder(tmp_path):
    """A copy of the sample that a test may damage."""
    return shutil.copytree(SAMPLE, tmp_path / "story")


def change(folder, name, old, new):
    file = folder / f"{name}.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


# ------------------------------------------------------------------ in Odoo


def tell(database, path=SAMPLE):
    return run_odoo(database, "story", "--path", str(path))


def census(database):
    """Return how many documents there are; what a refused story must not change."""
    with query(database) as select:
        return {
            table: select(f"SELECT count(*) FROM {table}")[0][0]
            for table in (
                "sale_order",
                "sale_order_line",
                "stock_picking",
                "stock_move",
                "stock_quant",
                "account_move",
                "account_move_line",
                "res_partner",
                "product_product",
                "key_account",
            )
        }


@pytest.fixture(scope="module")
def database():
    with copied_database("story") as name:
        yield name


@pytest.fixture(scope="module")
def told(database):
    """The first telling, which all later tests of this file look at."""
    return tell(database)


def table(done):
    """Return ``{(country, month): [figures]}`` of the printed table."""
    rows = [line.split() for line in done.stdout.splitlines()[1:-1]]
    return {(row[0], row[1]): row[2:] for row in rows}


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("directory", "does not exist"),
        ("orders.csv", "orders.csv does not exist"),
        (("1001,1,18.90,9,0", "1001,1,18.90"), "row 2"),
        (("1001,1,18.90,9,0", "9999,1,18.90,9,0"), "9999"),
        (("1001,1,18.90,9,0", "1001,1,cheap,9,0"), "row 2"),
        (("1001,1,18.90,9,0", "1001,77,18.90,9,0"), "77"),
    ],
)
def test_faulty_files_are_named_in_one_line_and_nothing_is_made(
    database, folder, damage, words
):
    before = census(database)
    if damage == "directory":
        shutil.rmtree(folder)
    elif damage == "orders.csv":
        (folder / damage).unlink()
    else:
        change(folder, "order-details", *damage)
    done = tell(database, folder)
    assert done.returncode > 0
    said = [line for line in done.stderr.splitlines() if not is_log(line)]
    assert len(said) == 1 and words in said[0], said
    assert done.stdout == ""
    assert census(database) == before


def is_log(line):
    return re.match(r"\d{4}-\d\d-\d\d [\d:,]+ \d+ [A-Z]+ ", line) is not None


def test_the_story_is_told_without_a_difference(told):
    assert told.returncode == 0, told.stderr[-2000:]
    found = LAST_LINE.fullmatch(told.stdout.splitlines()[-1])
    assert found, told.stdout
    files = totals_of_the_files()
    assert int(found[1]) == len(files)
    assert int(found[2]) == sum(len(entry[2]) for entry in files.values())
    assert Decimal(found[3]) == sum(entry[0] for entry in files.values())
    assert Decimal(found[4]) == EXACT


def test_each_row_is_what_the_files_add_up_to(told):
    rows = table(told)
    files = totals_of_the_files()
    assert set(rows) == set(files)
    for key, (amount, quantity, addresses) in files.items():
        children, delivered, invoiced, expected, difference = rows[key]
        assert int(children) == len(addresses), key
        assert Decimal(delivered) == quantity, key
        assert Decimal(invoiced) == Decimal(expected) == amount, key
        assert Decimal(difference) == EXACT, key


def test_the_documents_in_the_database_are_what_was_told(database, told):
    files = totals_of_the_files()
    with query(database) as select:
        states = dict(
            select(
                "SELECT state, count(*) FROM sale_order"
                " WHERE client_order_ref LIKE 'story_sample/%%' GROUP BY state"
            )
        )
        invoices = select(
            "SELECT sum(amount_untaxed), count(*) FROM account_move"
            " WHERE parent_order_id IS NOT NULL AND state = 'posted'"
        )[0]
        transfers = dict(select("SELECT state, count(*) FROM stock_picking GROUP BY 1"))
    children = sum(len(entry[2]) for entry in files.values())
    assert states == {"split": len(files), "sale": children}
    assert invoices == (sum(entry[0] for entry in files.values()), len(files))
    assert transfers == {"done": children}


def test_told_again_it_says_the_same_and_changes_nothing(database, told):
    before = census(database)
    again = tell(database)
    assert (again.returncode, again.stdout) == (0, told.stdout)
    assert census(database) == before


def test_a_delivery_that_was_tampered_with_is_found(database, told):
    with query(database) as select:
        (line,) = select(
            "SELECT min(id) FROM sale_order_line WHERE parent_line_id IS NOT NULL"
        )[0]
        change = "UPDATE sale_order_line SET qty_delivered = qty_delivered + %s"
        select(f"{change} WHERE id = %s", -1, line)
        try:
            done = tell(database)
        finally:
            select(f"{change} WHERE id = %s", 1, line)
    assert done.returncode == 1
    assert done.stdout.count("<- differs") == 1
    assert LAST_LINE.fullmatch(done.stdout.splitlines()[-1])


def test_an_invoice_that_was_withdrawn_is_found(database, told):
    code = """
move = env["account.move"].search([("parent_order_id", "!=", False)], limit=1)
print(move.amount_untaxed)
move.button_draft()
cr.commit()
"""
    withdrawn = run_script(database, code)
    assert withdrawn.returncode == 0, withdrawn.stderr[-2000:]
    amount = Decimal(withdrawn.stdout.split()[-1]).quantize(EXACT)
    done = tell(database)
    assert done.returncode == 1
    assert done.stdout.count("<- differs") == 1
    found = LAST_LINE.fullmatch(done.stdout.splitlines()[-1])
    assert Decimal(found[4]) == amount


# ------------------------------------------------------------- the reader alone


def test_the_plan_adds_up_to_the_files():
    plan = source.read(SAMPLE)
    files = totals_of_the_files()
    assert {(p.country, p.month) for p in plan.parents} == set(files)
    for parent in plan.parents:
        amount, quantity, addresses = files[parent.country, parent.month]
        assert parent.amount == amount
        assert parent.quantity == quantity
        assert len(parent.recipients) == len(addresses)
    assert sum(parent.orders for parent in plan.parents) == len(read_csv("orders"))


def test_recipients_quantities_add_up_to_the_lines():
    for parent in source.read(SAMPLE).parents:
        for key, quantity in parent.lines.items():
            shares = [q.get(key, 0) for q in parent.recipients.values()]
            assert sum(shares) == quantity


def test_an_address_with_an_unquoted_comma_is_put_together_again(folder):
    whole = source.read(folder)
    for name in ("customers", "orders"):
        file = folder / f"{name}.csv"
        text = file.read_text(encoding="utf-8")
        assert '"Seestraße 4, Haus B"' in text
        file.write_text(text.replace('"Seestraße 4, Haus B"', "Seestraße 4, Haus B"))
    repaired = source.read(folder)
    assert repaired.customers == whole.customers
    assert repaired.parents == whole.parents


def test_two_unquoted_commas_are_put_together_too(folder):
    address = "Seestraße 4, Haus B, Hof"
    change(folder, "customers", '"Seestraße 4, Haus B"', address)
    assert source.read(folder).customers["BERGK"]["address"] == address


def test_the_same_line_of_two_orders_to_one_address_is_added_up():
    # Orders 1007 and 1008 go to the Hotel am See in the same month.
    parents = source.read(SAMPLE).parents
    (parent,) = (p for p in parents if p.ref == "story_sample/Germany/2025-09")
    assert parent.orders == 4
    assert len([a for a in parent.recipients if a.name == "Hotel am See"]) == 1


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder, name):
    (folder / f"{name}.csv").unlink()
    with pytest.raises(source.SourceError, match=rf"{name}\.csv does not exist"):
        source.read(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("order-details", "1001,5,14.75,7,0", "1001,5,14.75,7", "row 3: 4 values"),
        ("order-details", "1001,5,14.75,7,0", "1001,5,14.75,7,0,0", "row 3: 6 values"),
        ("order-details", "1001,5,14.75,7,0", "4711,5,14.75,7,0", "row 3: order 4711"),
        ("order-details", "1001,5,14.75,7,0", "1001,5,much,7,0", "row 3"),
        ("order-details", "1001,5,14.75,7,0", "1001,5,14.75,,0", "row 3"),
        ("order-details", "1001,5,14.75,7,0", "1001,99,14.75,7,0", "row 3"),
        ("order-details", "unitPrice", "price", "unitPrice"),
        ("orders", "1001,YUNHZ", "1001,NOONE", "NOONE"),
        ("orders", "2025-09-06", "06.09.2025", "1001"),
    ],
)
def test_a_row_that_does_not_fit_is_named(folder, name, old, new, words):
    change(folder, name, old, new)
    with pytest.raises(source.SourceError, match=words):
        source.read(folder)
