"""The retail reader: what it plans is what the file says, what it leaves out it counts,
and what it cannot read it names. It needs no database."""

import gzip
import shutil
from datetime import date
from decimal import Decimal

import pytest
from retail_files import (
    HOME,
    SAMPLE,
    days_of_the_sample,
    order_lines_of,
    read_lines,
    read_sales,
    retail,
    total_of,
)

# A line of the sample, and what a test makes of it.
PLAIN = "700101,20555,PICNIC RUG CHECKED,2,2025-05-05 08:12:00,12.5,50101.0,"
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,"
DAYS = ["2025-05-05", "2025-06-02", "2025-06-03"]


@pytest.fixture
def file(tmp_path):
    """A copy of the sample that a test may damage."""
    return shutil.copy(SAMPLE, tmp_path / "retail_sample.csv")


def change(file, old, new):
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def counts(plan):
    """Return ``{words of the remark: number of lines}``."""
    return {sentence: count for count, sentence in plan.remarks}


def count(plan, words):
    """Return the number of lines of the one remark that says ``words``."""
    (number,) = (n for sentence, n in counts(plan).items() if words in sentence)
    return number


def recipients(plan, country, day):
    (parent,) = (p for p in plan.parents if (p.country, p.period) == (country, day))
    return {address.name: lines for address, lines in parent.recipients.items()}


def test_the_plan_adds_up_to_the_file():
    plan = retail.read()
    days = days_of_the_sample()
    assert [(p.country, p.period) for p in plan.parents] == sorted(days)
    for parent in plan.parents:
        lines = days[parent.country, parent.period]
        assert parent.amount == total_of(lines)
        assert parent.quantity == sum(int(line["Quantity"]) for line in lines)
        assert parent.line_count == len(order_lines_of(lines))
        buyers = {line["CustomerID"] for line in lines}
        assert len(parent.recipients) == len(buyers)
        assert parent.sources == {line["InvoiceNo"] for line in lines}
        assert parent.is_taxed == (parent.country == HOME)


def test_recipients_quantities_add_up_to_the_lines():
    for parent in retail.read().parents:
        for key, quantity in parent.lines.items():
            shares = [q.get(key, 0) for q in parent.recipients.values()]
            assert sum(shares) == quantity


def test_every_line_is_taken_or_left_out():
    plan = retail.read()
    left_out = [n for sentence, n in counts(plan).items() if "left out" in sentence]
    assert count(plan, "lines read") == len(read_lines())
    assert count(plan, "lines taken") == len(read_sales())
    assert sum(left_out) == len(read_lines()) - len(read_sales())
    lines = sum(parent.line_count for parent in plan.parents)
    assert count(plan, "lines taken") - count(plan, "added to another") == lines


def test_what_is_no_sale_is_left_out_and_counted():
    plan, lines = retail.read(), read_lines()
    returns = [line for line in lines if line["InvoiceNo"].startswith("C")]
    losses = [line for line in lines if line["Quantity"].startswith("-")]
    assert count(plan, "returns") == len(returns) > 0
    assert count(plan, "a quantity below one") == len(losses) - len(returns) > 0
    assert count(plan, "no price on the whole invoice") == 4
    assert count(plan, "a price below zero") == 0
    assert not {line["InvoiceNo"] for line in returns + losses} & {
        number for parent in plan.parents for number in parent.sources
    }


def test_what_is_odd_is_taken_and_counted():
    plan, sales = retail.read(), read_sales()
    found = {
        "without a customer": not_empty(sales, lambda s: not s["CustomerID"]),
        "at a price of 0.00": not_empty(sales, lambda s: not Decimal(s["UnitPrice"])),
        "without a description": not_empty(sales, lambda s: not s["Description"]),
        "in another case": not_empty(sales, lambda s: s["StockCode"][-1].islower()),
        "is a service": not_empty(
            sales, lambda s: s["StockCode"].upper() in "POST DOT C2 M BANK CHARGES"
        ),
    }
    assert {words: count(plan, words) for words in found} == found


def not_empty(sales, condition):
    number = sum(map(bool, map(condition, sales)))
    assert number, "the sample has none"
    return number


def test_lines_without_a_customer_go_to_one_recipient():
    nobody = [
        line for line in days_of_the_sample()[HOME, DAYS[0]] if not line["CustomerID"]
    ]
    lines = recipients(retail.read(), HOME, DAYS[0])[f"Walk-in customers {HOME}"]
    assert sum(lines.values()) == sum(int(line["Quantity"]) for line in nobody)
    assert sum(key.price * n for key, n in lines.items()) == total_of(nobody)


def test_services_are_not_stored_and_products_are_named():
    products = {product.key: product for product in retail.read().products}
    services = {key for key, product in products.items() if product.is_service}
    assert services == {"POST", "DOT", "C2", "M", "BANK CHARGES"}
    assert all(p.name and p.name not in ("found", "damaged") for p in products.values())
    assert "20102a" not in products
    assert products["20477"].name == "CERAMIC HOOK, HARE"


def test_two_prices_of_a_product_on_a_day_are_two_order_lines():
    lines = recipients(retail.read(), HOME, DAYS[1])["Customer 50107"]
    garlands = {str(key.price): n for key, n in lines.items() if key.product == "20345"}
    assert garlands == {"1.65": 10, "1.50": 96}


def test_a_customer_of_two_countries_has_two_addresses(file):
    change(file, f"{PLAIN}United Kingdom", f"{PLAIN}Germany")
    addresses = retail.read(file).addresses
    homes = {a.country: ref for a, ref in addresses.items() if "50101" in a.name}
    assert homes == {"Germany": "Germany/50101", HOME: f"{HOME}/50101"}
    assert len(set(addresses.values())) == len(addresses)
    assert all(address.street and address.city for address in addresses)


def test_a_packed_file_and_spreadsheet_numbers_are_read(tmp_path):
    packed = tmp_path / "retail_sample.csv.gz"
    text = SAMPLE.read_text(encoding="utf-8").replace("50101.0", "50101")
    packed.write_bytes(gzip.compress(b"\xef\xbb\xbf" + text.encode()))
    assert retail.read(packed) == retail.read()


def test_days_are_chosen_by_number_and_by_date():
    whole, first = retail.read(), retail.read(days="1")
    assert {parent.period for parent in first.parents} == {DAYS[0]}
    assert first.parents == [p for p in whole.parents if p.period == DAYS[0]]
    two = retail.read(days=f"{DAYS[2]}, {DAYS[0]}")
    assert {parent.period for parent in two.parents} == {DAYS[0], DAYS[2]}
    # How a country pays, and where a customer lives, depends on no choice of days.
    assert two.countries == whole.countries
    assert two.addresses.items() <= whole.addresses.items()


def test_a_price_finer_than_a_cent_is_rounded_and_counted(file):
    change(file, PLAIN, PLAIN.replace("12.5,", "12.505,"))
    plan = retail.read(file)
    assert count(plan, "finer than a cent") == 1
    whole = sum(parent.amount for parent in retail.read().parents)
    assert sum(parent.amount for parent in plan.parents) == whole + Decimal("0.02")


def test_a_price_below_zero_is_left_out(file):
    change(file, PLAIN, PLAIN.replace("12.5,", "-12.5,"))
    plan = retail.read(file)
    assert count(plan, "a price below zero") == 1
    whole = sum(parent.amount for parent in retail.read().parents)
    assert sum(parent.amount for parent in plan.parents) == whole - 25


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (",2,2025-05-05 08:12", ",two,2025-05-05 08:12", r"row 2: Quantity 'two'"),
        (",2,2025-05-05 08:12", ",NaN,2025-05-05 08:12", r"row 2: Quantity 'NaN'"),
        (":00,12.5,50101.0", ":00,,50101.0", "row 2: UnitPrice ''"),
        ("2025-05-05 08:12:00", "5/5/2025 08:12", "row 2: InvoiceDate '5/5/2025"),
        ("700101,20555", ",20555", "row 2: InvoiceNo, StockCode or Country is empty"),
        ("700101,20555", "700101", "row 2: 7 values for 8 columns"),
        ("UnitPrice", "Price", "row 2: there is no column 'UnitPrice'"),
        ("Country", "Land", "row 2: there is no column 'Country'"),
    ],
)
def test_a_row_that_does_not_fit_is_named(file, old, new, words):
    change(file, old, new)
    with pytest.raises(retail.SourceError, match=f"retail_sample.csv {words}"):
        retail.read(file)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "does not exist"),
        (b"", "there is no sale in it"),
        (f"{HEADER}Country\n".encode(), "there is no sale in it"),
        (b"InvoiceNo,\xa3\n", "cannot be read"),
        (gzip.compress(SAMPLE.read_bytes())[:500], "cannot be read"),
        (b"\x1f\x8bnot packed", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(file, content, words):
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    with pytest.raises(retail.SourceError, match=rf"retail_sample\.csv.* {words}"):
        retail.read(file)


@pytest.mark.parametrize("days", ["0", "soon", "2025-05-04", f"{date.max},x", ","])
def test_days_that_the_file_does_not_have_are_refused(days):
    with pytest.raises(retail.SourceError, match="DAYS"):
        retail.read(days=days)
