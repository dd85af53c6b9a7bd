import re
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import BaseCase, tagged

from ..tools import decision
from . import drawings, oracle
from .common import PricingCase
from .worlds import World

NAMED = re.compile(r"(\S+)(?: v(\d+))?, line (\d+):")


def get_names(text):
    """Return ``[(number, version, line number)]`` of the rules that a text names."""
    return [
        (name, int(version or 0), int(number))
        for name, version, number in NAMED.findall(text or "")
    ]


def get_name(rule):
    return rule["document"], rule["version"], rule["number"]


class OracleCase(PricingCase):
    """Random worlds, in which each price is what the slow oracle says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = World(cls)

    def check_world(self, zone, documents, items, precedence, order, edits, is_night):
        world = self.world
        with self.env.cr.savepoint() as savepoint:
            self.env.company.partner_id.tz = zone
            for drawn in documents:
                world.make_document(drawn)
            if is_night:
                self.env["key.account.agreement"]._cron_expire()
                self.env["key.account.price.sheet"]._cron_expire()
            world.make_pricelists(items)
            if precedence:
                world.sort_sources(precedence)
            order = world.make_order(*order)
            rules = oracle.read_rules(self.env)
            self.assertPriced(order, rules)
            for what, value in edits:
                world.edit(order, what, value)
                self.assertPriced(order, rules)
            savepoint.rollback()
        self.env.invalidate_all()
        if precedence:
            self.registry.clear_cache()

    def assertPriced(self, order, rules):
        self.env.flush_all()
        self.env.invalidate_all()
        for line in order.order_line:
            request = oracle.read_request(line)
            expected = oracle.decide(rules, request)
            self.assertRules(line, expected)
            net = line.price_unit * (1 - line.discount / 100)
            self.assertAlmostEqual(net, float(expected["price"]), 6)
            # Kept with two digits.
            guide = float(expected["guide"])
            self.assertAlmostEqual(line.guide_price, guide, delta=0.005001)
            self.assertTexts(line, request, expected)

    def assertRules(self, line, expected):
        winner, promotion = expected["winner"], expected["promotion"]
        is_agreed = winner and winner["source"] == "agreement"
        self.assertEqual(
            {
                "source": line.price_source,
                "agreement": line.agreement_line_id.id,
                "sheet": line.price_sheet_line_id.id,
                "promotion": line.promotion_line_id.id,
            },
            {
                "source": expected["source"],
                "agreement": winner["id"] if is_agreed else False,
                "sheet": winner["id"] if winner and not is_agreed else False,
                "promotion": promotion["id"] if promotion else False,
            },
        )

    def assertTexts(self, line, request, expected):
        plain = f"Pricelist {request['pricelist']}"
        plain = plain if request["has_item"] else "List price"
        chosen = [expected["winner"], expected["promotion"]]
        names = [get_name(rule) for rule in chosen if rule]
        self.assertEqual(get_names(line.price_trace), names)
        if expected["source"] in ("pricelist", "list"):
            self.assertTrue(line.price_trace.startswith(plain), line.price_trace)
        beaten = (line.price_beaten or "").splitlines()
        if expected["is_odoo_beaten"]:
            self.assertTrue(beaten[-1].startswith(plain), beaten)
            beaten.pop()
        self.assertEqual(
            sorted(name for text in beaten for name in get_names(text)),
            sorted(get_name(rule) for rule in expected["beaten"]),
        )
        self.assertEqual(len(beaten), len(expected["beaten"]))


def some_worlds(max_examples):
    """Return a decorator that calls a test with so many random worlds."""
    given_worlds = given(
        zone=drawings.ZONES,
        documents=st.lists(drawings.documents(), min_size=3, max_size=8),
        items=st.tuples(*[st.lists(drawings.pricelist_items(), max_size=2)] * 3),
        precedence=drawings.PRECEDENCES,
        order=st.tuples(
            drawings.HEADS, st.lists(drawings.ORDER_LINES, min_size=2, max_size=4)
        ),
        edits=st.lists(drawings.EDITS, max_size=2),
        is_night=st.booleans(),
    )
    options = settings(
        max_examples=max_examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    return lambda test: options(given_worlds(test))


@tagged("post_install", "-at_install")
class TestDecisionOracle(OracleCase):
    @some_worlds(60)
    def test_each_price_is_what_the_oracle_says(self, **drawn):
        self.check_world(**drawn)


@tagged("post_install", "-at_install")
class TestDecisionOracleDiscounts(OracleCase):
    """Pricelists show their discounts beside the price."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = cls.env.ref("sale.group_discount_per_so_line")
        cls.env.ref("base.group_user").implied_ids = [Command.link(group.id)]

    @some_worlds(20)
    def test_each_price_is_what_the_oracle_says(self, **drawn):
        self.check_world(**drawn)


# ----------------------------------------------------------- without a database

DAY = date(2025, 3, 1)
DAYS = st.integers(-3, 3).map(lambda days: DAY + timedelta(days))
TARGETS = [
    ("product", 1),
    ("product", 2),
    ("template", 1),
    *(("category", category) for category in (1, 2, 3, 4)),
]
REGIONS = st.sampled_from([None, 1, 1, 2])
# One of the line's unit in the product's own; the last: grams, priced by the tonne.
UNITS = [(1, 1), (12, 1), (6, 1), (1, 12), (6, 12), (1, 1000), (1, 10**6)]


@st.composite
def plain_rules(draw):
    """Return rules as the oracle reads them: active, of one account, without prices."""
    rules = []
    for number in range(1, draw(st.integers(1, 25)) + 1):
        source = draw(drawings.SOURCES)
        is_agreement = source == "agreement"
        rules.append(
            {
                "id": number,
                "source": source,
                "document": draw(st.sampled_from("AB")) if is_agreement else "S",
                "version": draw(st.integers(1, 3)) if is_agreement else 0,
                "region": None if is_agreement else draw(REGIONS),
                "start": draw(DAYS),
                "end": draw(st.one_of(st.none(), DAYS)),
                "target": draw(st.sampled_from(TARGETS)),
                "basis": draw(drawings.RULE_BASES) or None,
                "quantity_min": oracle.exact(draw(drawings.MINIMUMS)),
                **{"state": "active", "account": 1, "company": 1},
            }
        )
        if source == "region":
            rules[-1]["region"] = rules[-1]["region"] or 1
    return rules


def make_rule(rule, rules):
    """Return the same rule as the decision knows it."""
    kind, target = rule["target"]
    later = [
        other["start"]
        for other in rules
        if other["source"] == rule["source"] == "agreement"
        and other["document"] == rule["document"]
        and other["version"] > rule["version"]
    ]
    return decision.Rule(
        source=rule["source"],
        line_id=rule["id"],
        document_id=0,
        document=rule["document"],
        version=rule["version"],
        number=0,
        product_id=target if kind == "product" else None,
        template_id=target if kind == "template" else None,
        category_id=target if kind == "category" else None,
        quantity_min=float(rule["quantity_min"]),
        price_kind="fixed",
        price=0.0,
        discount=0.0,
        basis=rule["basis"],
        freight_kind="included",
        freight=0.0,
        region_id=rule["region"],
        currency_id=1,
        date_start=rule["start"],
        date_end=rule["end"],
        date_replaced=min(later, default=None),
        policy=None,
        is_locked=False,
        company_id=1,
        account_id=0,
    )


@tagged("post_install", "-at_install")
class TestDecisionPlain(BaseCase):
    """The same, of the rules alone: more of them, and many more times."""

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        drawn=plain_rules(),
        day=DAYS,
        quantity=drawings.QUANTITIES,
        unit=st.sampled_from(UNITS),
        region=REGIONS,
        basis=drawings.BASES.map(lambda basis: basis or None),
        depth=st.integers(1, 3),
        has_item=st.booleans(),
        sources=st.permutations(["agreement", "customer", "region", "pricelist"]),
    )
    def test_ranks_and_winners_are_the_oracles(
        self, drawn, day, quantity, unit, region, basis, depth, has_item, sources
    ):
        much, little = unit
        request = {
            "product": 1,
            "template": 1,
            "categories": [1, 2, 3][:depth],
            "quantity": oracle.exact(quantity) * much / little,
            "day": day,
            "region": region,
            "basis": basis,
            "account": 1,
            "company": 1,
            "sources": sources,
            "has_item": has_item,
        }
        asked = decision.Request(
            product_id=1,
            template_id=1,
            category_ids=tuple(request["categories"]),
            quantity=quantity * much / little,
            day=day,
            region_id=region,
            basis=basis,
        )
        rules = [make_rule(rule, drawn) for rule in drawn]
        applicable = [rule for rule in drawn if oracle.applies(rule, request, drawn)]
        expected = []
        for source in ("agreement", "customer", "region", "promotion", "guide"):
            own = [rule for rule in applicable if rule["source"] == source]
            ranked = [rule["id"] for rule in oracle.rank(own, request)]
            found = decision.get_ranked(rules, asked, source)
            self.assertEqual([rule.line_id for rule in found], ranked)
            expected += ranked if source in sources else []
        source, found = decision.decide(rules, asked, sources, lambda: has_item)
        winner_source, winner = oracle.choose(applicable, request)
        self.assertEqual(source, winner_source)
        self.assertEqual(sorted(rule.line_id for rule in found), sorted(expected))
        if winner:
            first = next(rule for rule in found if rule.source == source)
            self.assertEqual(first.line_id, winner["id"])
