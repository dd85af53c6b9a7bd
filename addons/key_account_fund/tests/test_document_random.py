from collections import Counter
from random import Random

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ..exceptions import FundError
from .common_events import EventCase

WHICH = range(16)
# Not one number: of those Hypothesis likes some too well.
SEEDS = st.lists(st.integers(0, 255), min_size=4, max_size=4)
AMOUNTS = [0.01, 99.99, 250, 500, 1000, 3000]
PRICES = [0.01, 9.99, 33.33, 50, 77.77, 120]
SHARES = [1, 1, 0.5, 0.33]
WAYS = ["draft", "cancel", "draft cancel", "draft post", "draft draft"]
FIELDS = ["product_uom_qty", "price_unit"]
VALUES = [0, 1, 2, 5, 11.11, 40]


def draw_line(random):
    return random.choice([0, 0, 1]), random.choice([1, 2, 3]), random.choice(PRICES)


def draw_lines(random):
    return [draw_line(random) for _number in range(random.randint(1, 3))]


# {event: (how often, what its arguments are drawn from)}
EVENTS = {
    "pay": (3, [AMOUNTS]),
    "buy": (4, [draw_lines]),
    "change": (4, [WHICH, FIELDS, VALUES]),
    "change_two": (1, [WHICH, WHICH, PRICES]),
    "extend": (2, [WHICH, draw_line]),
    "deliver": (2, [WHICH, [1, 0.5, 0]]),
    "invoice": (5, [WHICH, SHARES, [True, True, False]]),
    "invoice_all": (1, []),
    "advance": (1, [WHICH, [20, 50]]),
    "post": (4, [WHICH]),
    "change_invoice": (1, [WHICH, PRICES]),
    "reset": (2, [WHICH]),
    "cancel_invoice": (2, [WHICH]),
    "credit": (2, [WHICH, SHARES]),
    "replace": (1, [WHICH]),
    "settle_debt": (1, [WHICH, SHARES]),
    "tear": (1, [WHICH]),
    "meddle": (1, [WHICH, ["draft", "cancel"]]),
    "bounce": (3, [WHICH, WAYS]),
    "cancel": (2, [WHICH]),
    "reopen": (2, [WHICH]),
    "release": (1, [WHICH]),
    "wake": (1, []),
    "confirm_all": (1, []),
}


def draw_events(random, length):
    """Yield a customer's history: money, an order, its invoice, and what comes then."""
    yield "pay", random.choice(AMOUNTS[2:])
    yield "buy", draw_lines(random)
    yield "deliver", 0, random.choice([1, 0.5])
    yield "invoice", 0, random.choice(SHARES), True
    weights = [weight for weight, _sources in EVENTS.values()]
    for _number in range(length):
        (name,) = random.choices(list(EVENTS), weights)
        yield (
            name,
            *(
                source(random) if callable(source) else random.choice(source)
                for source in EVENTS[name][1]
            ),
        )


@tagged("post_install", "-at_install")
class TestDocumentRandom(EventCase):
    """Whatever becomes of orders, invoices and payments, funds, ledger, general ledger
    and Odoo's own figures agree."""

    def run_history(self, random, length):
        self.start(
            random.choice(["prepaid", "prepaid", "mixed"]),
            random.choice(["keep", "keep", "release"]),
        )
        for what, *arguments in draw_events(random, length):
            is_done = self.act(what, *arguments)
            note(f"{what}{tuple(arguments)}: {'done' if is_done else 'refused'}")
            self.counts[what, is_done] += 1
            self.assertSound()
        for what, error in self.refusals:
            if isinstance(error, FundError):
                self.assertEqual(len(str(error).splitlines()), 1, (what, error))

    # With fewer events the same history is shorter: a failure is cut down to where it
    # first shows.
    @settings(
        max_examples=110,
        deadline=None,
        derandomize=True,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=SEEDS, length=st.integers(3, 8))
    def run_histories(self, seed, length):
        self.runs += 1
        with self.env.cr.savepoint() as savepoint:
            self.run_history(Random(bytes(seed)), length)
            savepoint.close(rollback=True)
        self.env.invalidate_all()

    def test_everything_agrees_after_any_history(self):
        self.counts, self.runs = Counter(), 0
        self.run_histories()
        self.assertGreaterEqual(self.runs, 110)
        # A history of refusals would prove nothing.
        done = {name for name, is_done in self.counts if is_done}
        self.assertEqual({name for name in EVENTS} - done - {"meddle"}, set())
