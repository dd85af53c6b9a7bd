"""The demo story is bought, paid, split, delivered and invoiced exactly as its files say,
and what customers have in their funds is what the general ledger owes them.

The figures to compare with are added up once more from the files, see `story_files`.
"""

import re
import shutil
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

import pytest
from copies import copied_database, query, run_odoo, run_script
from story_files import SAMPLE, change, totals_of_the_files

LAST_LINE = re.compile(
    r"parents (\d+), children (\d+), invoiced (\d+\.\d\d), difference (\d+\.\d\d)"
)
FUND_LINE = re.compile(
    r"funds (\d+), paid in (\d+\.\d\d), captured (\d+\.\d\d), "
    r"balance (\d+\.\d\d), ledger (\d+\.\d\d), fund difference (\d+\.\d\d)"
)
EXACT = Decimal("0.00")
# How the sample's countries pay; the third buys on credit and has no fund.
PREPAID, MIXED, CREDIT = "China", "Germany", "Norway"
SHARE = Decimal("0.3")


@pytest.fixture
def folder(tmp_path):
    """A copy of the sample that a test may damage."""
    return shutil.copytree(SAMPLE, tmp_path / "story")


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
                "key_account_fund",
                "key_account_fund_entry",
                "account_payment",
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
    rows = [line.split() for line in tables(done)[0]]
    return {(row[0], row[1]): row[2:] for row in rows}


def fund_table(done):
    """Return ``{country: [pay mode, figures]}`` of the second table."""
    rows = [line.split() for line in tables(done)[1][:-2]]
    return {country: [mode, *map(Decimal, sums)] for country, mode, *sums in rows}


def tables(done):
    """Return the lines of both printed tables, without their titles."""
    first, second = done.stdout.split("\n\n")
    return first.splitlines()[1:], second.splitlines()[1:]


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


def test_each_customer_has_in_the_fund_what_the_ledger_owes(database, told):
    captured = defaultdict(Decimal)
    for (country, _month), (amount, *_rest) in totals_of_the_files().items():
        share = {PREPAID: Decimal(1), MIXED: SHARE, CREDIT: Decimal(0)}[country]
        captured[country] += (amount * share).quantize(EXACT, ROUND_HALF_UP)
    with query(database) as select:
        owed = dict(
            select(
                "SELECT country.name ->> 'en_US', -SUM(line.balance)"
                "  FROM account_move_line line"
                "  JOIN account_account account ON account.id = line.account_id"
                "  JOIN res_partner partner ON partner.id = line.partner_id"
                "  JOIN res_country country ON country.id = partner.country_id"
                " WHERE account.account_type = 'liability_current'"
                "   AND line.parent_state = 'posted' GROUP BY 1"
            )
        )
        paid = dict(
            select(
                "SELECT country.name ->> 'en_US', SUM(payment.amount)"
                "  FROM account_payment payment"
                "  JOIN res_partner partner ON partner.id = payment.partner_id"
                "  JOIN res_country country ON country.id = partner.country_id"
                " GROUP BY 1"
            )
        )
    rows = fund_table(told)
    assert set(rows) == set(owed) == set(paid) == {PREPAID, MIXED}
    assert [rows[PREPAID][0], rows[MIXED][0]] == ["prepaid", "mixed"]
    for country, (_mode, *sums) in rows.items():
        expected = [paid[country], captured[country], owed[country], owed[country]]
        assert sums == [*expected, EXACT], country
        assert owed[country] == paid[country] - captured[country] > 0, country
    found = FUND_LINE.fullmatch(told.stdout.splitlines()[-2])
    assert found, told.stdout
    assert int(found[1]) == len(rows)
    assert Decimal(found[4]) == Decimal(found[5]) == sum(owed.values())
    assert Decimal(found[6]) == EXACT


def test_orders_waited_for_the_rest_of_the_money(database, told):
    with query(database) as select:
        held = select(
            "SELECT sale.client_order_ref, issue.code, issue.state"
            "  FROM key_account_gate_issue issue"
            "  JOIN sale_order sale ON sale.id = issue.order_id ORDER BY 1"
        )
        owed = dict(
            select(
                "SELECT partner.name, SUM(move.amount_residual) FROM account_move move"
                "  JOIN res_partner partner ON partner.id = move.partner_id"
                " WHERE move.move_type = 'out_invoice' GROUP BY 1"
            )
        )
    assert held == [
        (f"story_sample/{country}/2025-09", "fund_short", "resolved")
        for country in (PREPAID, MIXED)
    ]
    assert owed[f"Buying Group {PREPAID}"] == 0
    assert owed[f"Buying Group {MIXED}"] > 0


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


def test_a_fund_that_does_not_agree_with_the_ledger_is_found(database, told):
    with query(database) as select:
        (fund,) = select("SELECT min(id) FROM key_account_fund")[0]
        change = "UPDATE key_account_fund SET amount_posted = amount_posted + %s"
        select(f"{change} WHERE id = %s", 1, fund)
        try:
            done = tell(database)
        finally:
            select(f"{change} WHERE id = %s", -1, fund)
    assert done.returncode == 1
    assert done.stdout.count("<- differs") == 1
    *_rows, audited, ledger, funds, last = done.stdout.splitlines()
    assert "the entries add up to" in audited
    assert "the general ledger" in ledger
    assert FUND_LINE.fullmatch(funds)[6] == "1.00"
    assert LAST_LINE.fullmatch(last)[4] == "0.00"


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
