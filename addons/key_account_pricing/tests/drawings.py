"""What the random tests of prices draw: documents, pricelists, orders and their edits,
all of it plain values; ``worlds.World`` makes records of them."""

from hypothesis import strategies as st

BASES = st.sampled_from(["delivered", "delivered", "pickup", False])
RULE_BASES = st.sampled_from([False, False, False, "delivered", "delivered", "pickup"])
# Few values each, so that rules meet: on edges, on the same target, at the same price.
QUANTITIES = st.sampled_from([12, 24, 6, 2.5, 1, 0.5, 0, 11.99, 0.01])
MINIMUMS = st.sampled_from([0, 0, 0, 0, 1, 2.5, 6, 12, 0.5, 5.99, 6.01, 24])
AMOUNTS = st.sampled_from([100, 90, 85.5, 81.81, 81, 9.99, 1.8, 5, 0])
PERCENTS = st.sampled_from([10, 5, 14.5, 19, 25, 33.33, 0, 100])
PRODUCTS = st.sampled_from(["pump", "pump", "red", "red", "blue", "valve"])
TARGETS = st.sampled_from(
    [
        *([("product_id", "pump"), ("product_id", "red")] * 2),
        *(("product_id", "blue"), ("product_id", "valve")),
        *(("product_tmpl_id", "pump"), ("product_tmpl_id", "shirt")),
        *([("categ_id", "all"), ("categ_id", "goods"), ("categ_id", "machines")] * 2),
        ("categ_id", "services"),
    ]
)
CURRENCIES = st.integers(0, 2)
UNITS = st.sampled_from(["unit", "pack", "dozen"])
REGIONS = st.sampled_from([None, None, None, 0, 0, 1])
ADDRESSES = st.sampled_from([0, 0, 0, 1, 2])
SOURCES = st.sampled_from(
    [
        *("agreement", "agreement", "customer", "customer", "region"),
        *("promotion", "promotion", "guide"),
    ]
)
OWNERS = {
    "agreement": ["own"] * 5 + ["other", "abroad"],
    "customer": ["own"] * 5 + ["other", "abroad"],
    "promotion": ["nobody", "own", "nobody", "own", "other", "nobody abroad"],
    "region": ["nobody"] * 5 + ["nobody abroad"],
    "guide": ["nobody"] * 5 + ["nobody abroad"],
}


@st.composite
def price_lines(draw, is_on_top=False):
    """Return values of a line, its target as ``(field, key)``."""
    basis = draw(RULE_BASES)
    kind = "discount" if is_on_top else draw(st.sampled_from(["fixed", "discount"]))
    freight_kind = draw(st.sampled_from(["included", "separate"]))
    price = draw(AMOUNTS) if kind == "fixed" else 0
    freight = draw(st.sampled_from([0, 1.5, 8])) if basis == "delivered" else 0
    if kind == "fixed" and freight_kind == "included":
        freight = min(freight, price)
    return {
        "target": draw(TARGETS),
        "quantity_min": draw(MINIMUMS),
        "price_kind": kind,
        "price": price,
        "discount": draw(PERCENTS) if kind == "discount" else 0,
        "price_basis": basis,
        "freight_kind": freight_kind,
        "freight": freight,
    }


def line_lists(is_on_top=False):
    return st.lists(
        price_lines(is_on_top),
        min_size=2,
        max_size=4,
        unique_by=lambda x: (x["target"], x["quantity_min"], x["price_basis"]),
    )


def terms(is_on_top=False):
    """Return what all documents have, and each version of an agreement."""
    return st.fixed_dictionaries(
        {
            "lines": line_lists(is_on_top),
            "start": st.sampled_from([-4, -4, -4, -4, -1, 0, 0, 1]),
            "days": st.sampled_from([None, None, None, None, 0, 1, 4, 5]),
            # By their buttons, documents that have ended expire at once.
            "is_by_hand": st.booleans(),
            "state": st.sampled_from(["active"] * 8 + ["draft", "terminated"]),
        }
    )


@st.composite
def documents(draw):
    source = draw(SOURCES)
    policy = draw(st.sampled_from(["best", "exclusive", "on_top"]))
    versions = terms(is_on_top=source == "promotion" and policy == "on_top")
    region = draw(REGIONS)
    if source == "region":
        region = region or 0
    is_agreement = source == "agreement"
    return {
        "source": source,
        "policy": policy,
        "owner": draw(st.sampled_from(OWNERS[source])),
        "region": None if is_agreement else region,
        "currency": draw(CURRENCIES),
        "kind": draw(st.sampled_from(["framework", "price", "volume", "both"])),
        "versions": draw(
            st.lists(versions, min_size=1, max_size=3 if is_agreement else 1)
        ),
    }


@st.composite
def pricelist_items(draw):
    name, key = draw(st.one_of(TARGETS, st.just((None, None))))
    item = {
        "target": (name, key),
        "min_quantity": draw(MINIMUMS),
        "compute_price": draw(st.sampled_from(["fixed", "percentage"])),
    }
    if item["compute_price"] == "fixed":
        item["fixed_price"] = draw(AMOUNTS)
    else:
        item["percent_price"] = draw(st.one_of(PERCENTS, st.just(-5)))
    return item


ORDER_LINES = st.tuples(PRODUCTS, UNITS, QUANTITIES)
HEADS = st.fixed_dictionaries(
    {
        "basis": BASES,
        "address": ADDRESSES,
        "pricelist": st.one_of(st.none(), CURRENCIES),
        "day": st.sampled_from([0, 0, 0, 1, 1, 2, -1, -4, -5, 4]),
        "hour": st.sampled_from([0, 12, 23]),
    }
)
ZONES = st.sampled_from([None, "Asia/Shanghai", "America/New_York"])
EDITS = st.one_of(
    st.tuples(st.just("quantity"), QUANTITIES),
    st.tuples(st.just("unit"), UNITS),
    st.tuples(st.just("basis"), BASES),
    st.tuples(st.just("address"), ADDRESSES),
    st.tuples(st.just("move"), st.sampled_from([0, 1, None])),
    st.tuples(st.just("all"), HEADS),
)
PRECEDENCES = st.one_of(
    st.none(), st.permutations(["agreement", "customer", "region", "pricelist"])
)
