"""The Northwind reader: what it plans is what the files say, and what it cannot read it
names. It needs no database."""

import shutil

import pytest
from story_files import FILES, SAMPLE, change, northwind, read_csv, totals_of_the_files


@pytest.fixture
def folder(tmp_path):
    """A copy of the sample that a test may damage."""
    return shutil.copytree(SAMPLE, tmp_path / "story")


def test_the_plan_adds_up_to_the_files():
    plan = northwind.read(SAMPLE)
    files = totals_of_the_files()
    assert {(p.country, p.period) for p in plan.parents} == set(files)
    for parent in plan.parents:
        amount, quantity, addresses = files[parent.country, parent.period]
        assert parent.amount == amount
        assert parent.quantity == quantity
        assert len(parent.recipients) == len(addresses)
    assert sum(len(parent.sources) for parent in plan.parents) == len(
        read_csv("orders")
    )


def test_recipients_quantities_add_up_to_the_lines():
    for parent in northwind.read(SAMPLE).parents:
        for key, quantity in parent.lines.items():
            shares = [q.get(key, 0) for q in parent.recipients.values()]
            assert sum(shares) == quantity


def test_an_address_with_an_unquoted_comma_is_put_together_again(folder):
    whole = northwind.read(folder)
    for name in ("customers", "orders"):
        file = folder / f"{name}.csv"
        text = file.read_text(encoding="utf-8")
        assert '"Seestraße 4, Haus B"' in text
        file.write_text(text.replace('"Seestraße 4, Haus B"', "Seestraße 4, Haus B"))
    repaired = northwind.read(folder)
    assert repaired.customers == whole.customers
    assert repaired.parents == whole.parents


def test_two_unquoted_commas_are_put_together_too(folder):
    address = "Seestraße 4, Haus B, Hof"
    change(folder, "customers", '"Seestraße 4, Haus B"', address)
    assert northwind.read(folder).customers["BERGK"].street == address


def test_the_same_line_of_two_orders_to_one_address_is_added_up():
    # Orders 1007 and 1008 go to the Hotel am See in the same month.
    parents = northwind.read(SAMPLE).parents
    (parent,) = (p for p in parents if p.ref == "story_sample/Germany/2025-09")
    assert len(parent.sources) == 4
    assert len([a for a in parent.recipients if a.name == "Hotel am See"]) == 1


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder, name):
    (folder / f"{name}.csv").unlink()
    with pytest.raises(northwind.SourceError, match=rf"{name}\.csv does not exist"):
        northwind.read(folder)


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
    with pytest.raises(northwind.SourceError, match=words):
        northwind.read(folder)
