"""The retail story is bought, paid, split, delivered and invoiced exactly as its file says,
and whatever does not add up afterwards is found.

The figures to compare with are added up once more from the file, see `retail_files`.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from copies import copied_database, query, run_odoo, run_script
from retail_files import HOME, SAMPLE, days_of_the_sample, order_lines_of, total_of

CENT = Decimal("0.01")
LAST_LINE = (
    r"parents (\d+), children (\d+), invoiced (\d+\.\d\d), difference (\d+\.\d\d)"
)
FIGURES = ("recipients", "lines", "quantity", "untaxed", "tax", "total")
OURS = "client_order_ref LIKE 'retail_sample/%%'"


def tell(database, *words, path="1"):
    return run_odoo(database, "story", "--retail", str(path), *words)


# The demo has such a rule: the file's many prices are no discounts on a list price.
RULE = """
env["key.account.approval.rule"].create({
    "name": "Large discounts",
    "res_model": "sale.order",
    "threshold_ids": [(0, 0, {"measure": "discount", "value": 30})],
    "step_ids": [(0, 0, {
        "name": "Business",
        "approver_kind": "group",
        "group_id": env.ref("key_account.group_key_account_manager").id,
    })],
})
cr.commit()
"""


@pytest.fixture(scope="module")
def database():
    with copied_database("retail") as name:
        ruled = run_script(name, RULE)
        assert ruled.returncode == 0, ruled.stderr[-2000:]
        yield name


@pytest.fixture(scope="module")
def told(database):
    """The first day is told first, then all of them."""
    first = tell(database, "--days", "1")
    assert first.returncode == 0, first.stderr[-2000:]
    return tell(database)


def blocks(done):
    """Return the printed tables, each as rows of its cells."""
    return [
        [re.split(r"\s{2,}", line.strip()) for line in block.splitlines()]
        for block in done.stdout.split("\n\n")
    ]


def figures(done):
    """Return ``{figure: the cells of its row}``."""
    return {name: cells for name, *cells in blocks(done)[2][1:]}


def marked(done):
    """Return the `figures` that differ."""
    rows = figures(done).items()
    return {name: cells for name, cells in rows if cells[-1] == "<- differs"}


def file_totals():
    """Return ``{figure: what the file comes to}``; it knows no tax."""
    days = days_of_the_sample().values()
    return {
        "recipients": sum(len({s["CustomerID"] for s in sales}) for sales in days),
        "lines": sum(len(order_lines_of(sales)) for sales in days),
        "quantity": sum(int(s["Quantity"]) for sales in days for s in sales),
        "untaxed": sum(map(total_of, days)).quantize(CENT),
    }


def test_a_faulty_file_is_named_in_one_line_and_nothing_is_made(database, tmp_path):
    text = SAMPLE.read_text(encoding="utf-8")
    census = "SELECT (SELECT count(*) FROM sale_order), count(*) FROM res_partner"
    with query(database) as select:
        before = select(census)
        for old, new, words in (
            (",2,2025-05-05", ",two,2025-05-05", "row 2: Quantity 'two'"),
            ("EIRE", "Atlantis", "Odoo knows no country Atlantis"),
        ):
            file = tmp_path / "faulty.csv"
            file.write_text(text.replace(old, new, 1), encoding="utf-8")
            done = tell(database, path=file)
            assert done.returncode > 0 and done.stdout == ""
            assert words in done.stderr.splitlines()[-1]
            assert "Traceback" not in done.stderr
        assert select(census) == before


def test_the_story_is_told_without_a_difference(told):
    assert told.returncode == 0, told.stderr[-2000:]
    assert "<- differs" not in told.stdout
    assert re.search(r"^story: \d+ seconds$", told.stderr, re.MULTILINE)
    found = re.fullmatch(LAST_LINE, told.stdout.splitlines()[-1])
    files = file_totals()
    assert int(found[1]) == len(days_of_the_sample())
    assert int(found[2]) == files["recipients"]
    assert Decimal(found[3]) == files["untaxed"]
    assert found[4] == "0.00"


def test_each_day_is_what_the_file_adds_up_to(told):
    lines = told.stdout.split("\n\n")[0].splitlines()[1:]
    rows = {(row[0], row[1]): row[2:] for row in (li.rsplit(None, 6) for li in lines)}
    days = days_of_the_sample()
    assert set(rows) == set(days)
    for key, sales in days.items():
        children, delivered, invoiced, expected, difference = rows[key]
        assert int(children) == len({sale["CustomerID"] for sale in sales}), key
        assert int(delivered) == sum(int(sale["Quantity"]) for sale in sales), key
        assert Decimal(invoiced) == Decimal(expected) == total_of(sales), key
        assert difference == "0.00", key


def test_parents_children_invoices_and_file_come_to_the_same(told):
    rows, files = figures(told), file_totals()
    assert tuple(rows) == FIGURES
    for name, cells in rows.items():
        *sums, difference = map(Decimal, cells)
        assert difference == 0, name
        assert len(set(sums)) == 1, name
        assert sums[0] == files.get(name, sums[0]), name
    assert len(rows["quantity"]) == 5
    assert Decimal(rows["tax"][0]) > 0
    untaxed, tax, total = (
        Decimal(rows[name][0]) for name in ("untaxed", "tax", "total")
    )
    assert untaxed + tax == total


def test_the_documents_in_the_database_are_what_was_told(database, told):
    days, files = days_of_the_sample(), file_totals()
    with query(database) as select:
        states = dict(
            select(f"SELECT state, count(*) FROM sale_order WHERE {OURS} GROUP BY 1")
        )
        moves = select(
            "SELECT count(*), sum(amount_untaxed), sum(amount_tax) FROM account_move"
            " WHERE parent_order_id IS NOT NULL AND state = 'posted'"
        )[0]
        (percent,) = select(
            "SELECT tax.amount FROM account_tax tax JOIN res_company company"
            " ON company.account_sale_tax_id = tax.id ORDER BY company.id"
        )[0]
        (picked,) = select(
            "SELECT sum(quantity) FROM stock_move"
            " WHERE state = 'done' AND sale_line_id IS NOT NULL"
        )[0]
        stored = select(
            "SELECT count(*) FROM stock_move move JOIN product_product product"
            " ON product.id = move.product_id"
            " WHERE product.default_code ~ '/(POST|DOT|C2|M|BANK CHARGES)$'"
        )
        homeless = select(
            "SELECT count(*) FROM sale_order JOIN res_partner partner"
            " ON partner.id = partner_shipping_id"
            f" WHERE {OURS} AND parent_order_id IS NOT NULL AND (street IS NULL"
            " OR city IS NULL OR partner.country_id IS NULL)"
        )
    services = sum(
        int(sale["Quantity"])
        for sales in days.values()
        for sale in sales
        if sale["StockCode"].upper() in ("POST", "DOT", "C2", "M", "BANK CHARGES")
    )
    assert states == {"split": len(days), "sale": files["recipients"]}
    assert moves[:2] == (len(days), files["untaxed"])
    rate = Decimal(percent) / 100
    assert moves[2] == sum(
        (total_of(sales) * rate).quantize(CENT, ROUND_HALF_UP)
        for (country, _day), sales in days.items()
        if country == HOME
    )
    assert picked == files["quantity"] - services
    assert stored == homeless == [(0,)]


def test_told_again_it_says_the_same_and_changes_nothing(database, told):
    with query(database) as select:
        newest = "SELECT max(id) FROM sale_order_line UNION ALL SELECT max(id) FROM"
        newest += " res_partner UNION ALL SELECT max(id) FROM account_move_line"
        before = select(newest)
        again = tell(database)
        assert (again.returncode, again.stdout) == (0, told.stdout)
        assert select(newest) == before


CHILD = f"(SELECT min(id) FROM sale_order WHERE {OURS} AND parent_order_id IS NOT NULL)"
PARENT = f"(SELECT parent_order_id FROM sale_order WHERE id = {CHILD})"
LINE = f"(SELECT min(id) FROM sale_order_line WHERE order_id = {CHILD})"
INVOICE = f"(SELECT min(id) FROM account_move WHERE parent_order_id = {PARENT})"


@pytest.mark.parametrize(
    ("table", "column", "row", "names"),
    [
        ("sale_order", "amount_tax", CHILD, ["tax"]),
        ("sale_order", "amount_total", PARENT, ["total"]),
        ("sale_order", "amount_untaxed", CHILD, ["untaxed"]),
        ("sale_order_line", "product_uom_qty", LINE, ["quantity"]),
        ("sale_order_line", "qty_delivered", LINE, []),
        ("account_move", "amount_tax_signed", INVOICE, ["tax"]),
        ("account_move", "amount_untaxed_signed", INVOICE, ["untaxed"]),
    ],
)
def test_a_figure_that_was_tampered_with_is_found(
    database, told, table, column, row, names
):
    change = f"UPDATE {table} SET {column} = {column} + %s WHERE id = {row}"
    with query(database) as select:
        select(change, 1)
        try:
            done = tell(database)
        finally:
            select(change, -1)
    assert done.returncode == 1
    found = marked(done)
    assert list(found) == names
    assert all(cells[-2] == "1.00" for cells in found.values())
    # Beside the figure's row, that of the day.
    assert done.stdout.count("<- differs") == len(names) + 1


def test_a_child_order_that_was_lost_is_found(database, told):
    change = f"UPDATE sale_order SET state = %s WHERE id = {CHILD}"
    with query(database) as select:
        select(change, "cancel")
        try:
            done = tell(database)
        finally:
            select(change, "sale")
    assert done.returncode == 1
    differences = {name: Decimal(cells[-2]) for name, cells in marked(done).items()}
    assert differences["recipients"] == 1
    assert {"lines", "quantity", "untaxed", "total"} <= set(differences)
