import json
import logging
import time
from collections import Counter
from random import Random

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common_bills import BillCase

_logger = logging.getLogger(__name__)

WHICH = range(16)
# Not one number: of those Hypothesis likes some too well.
SEEDS = st.lists(st.integers(0, 255), min_size=4, max_size=4)
PRICES = [0.01, 0.33, 9.99, 33.33, 50, 77.77, 120]
AMOUNTS = [0.01, 49.99, 100, 250, 1000]
SHARES = [1, 1, 1, 0.5, 0.33]
VALUES = [0, 1, 2, 5, 11.11, 40]
BOTH = [True, False]
KINDS = ["out_invoice", "out_invoice", "out_refund", "out_receipt"]
MOSTLY = [True, True, True, False]
RARELY = [False, False, False, True]
LIMITS = [None, None, None, None, None, 0, 500, 5000]


def draw_line(random):
    kind, discount = random.choice([0, 0, 1, 2, 3]), random.choice([0, 0, 0, 10, 33.3])
    price, quantity = random.choice(PRICES), random.choice([1, 2, 3, 7, 10])
    if random.randrange(12) == 0:
        return 3, 1, -price, 0
    if random.randrange(16) == 0:
        return kind, -quantity, price, discount
    return kind, quantity, price, discount


def draw_lines(random):
    return [draw_line(random) for _number in range(random.randint(1, 3))]


# {event: (how often, what its arguments are drawn from)}
EVENTS = {
    "buy": (
        6,
        [WHICH, draw_lines, [None] * 4 + [1, 3, 5], RARELY, [0, 0, 5, 60], MOSTLY],
    ),
    "confirm": (1, [WHICH]),
    "confirm_all": (2, []),
    "bill_to": (1, [WHICH, WHICH]),
    "change": (4, [WHICH, ["product_uom_qty", "price_unit", "discount"], VALUES]),
    "extend": (2, [WHICH, draw_line]),
    "lessen": (2, [WHICH, PRICES]),
    "cancel": (2, [WHICH]),
    "reopen": (3, [WHICH]),
    "deliver": (6, [WHICH, [1, 1, 0.5, 0.3, 1.5], ["wait", "cancel"]]),
    "perform": (3, [WHICH, [1, 0.5, 1.5, 0]]),
    "return": (3, [WHICH, SHARES, MOSTLY, MOSTLY]),
    "invoice": (7, [WHICH, SHARES, BOTH, BOTH]),
    "invoice_all": (3, [BOTH]),
    "advance": (3, [WHICH, ["percentage", "fixed"], [10, 50], BOTH]),
    "post": (4, [WHICH]),
    "change_invoice": (2, [WHICH, ["price_unit", "quantity"], VALUES]),
    "reset": (3, [WHICH]),
    "cancel_invoice": (2, [WHICH]),
    "delete_invoice": (1, [WHICH]),
    "bill": (
        3,
        [WHICH, KINDS, PRICES, [0, 0, 40], BOTH],
    ),
    "credit": (3, [WHICH, SHARES, BOTH]),
    "replace": (1, [WHICH]),
    "pay": (4, [WHICH, SHARES]),
    "pay_ahead": (3, [WHICH, AMOUNTS, RARELY, RARELY]),
    "bounce": (1, [WHICH, ["draft", "cancel", "draft post"]]),
    "tear": (1, [WHICH]),
    "allocate": (4, [WHICH]),
    "enter": (1, [WHICH, [-100, 33.33, 250]]),
    "set_rate": (1, [[0.5, 1.25, 7.7]]),
    "move_company": (2, [range(3), range(5)]),
    "move_contact": (1, [WHICH]),
    "found": (1, []),
}


def draw_event(random, name, favourite, events):
    """Return an event and its arguments; much of it happens to the same records."""
    arguments = []
    for source in events[name][1]:
        if source is WHICH and random.randrange(3):
            arguments.append(favourite)
        else:
            arguments.append(
                source(random) if callable(source) else random.choice(source)
            )
    return name, *arguments


# How a history begins.
STARTS = [
    ["buy"],
    ["buy", "buy", "buy", "confirm_all"],
    ["buy", "deliver", "return", "credit"],
    ["buy", "deliver", "perform", "invoice", "reset"],
    ["buy", "deliver", "invoice", "post", "credit"],
    ["buy", "deliver", "invoice", "post", "pay", "tear"],
    ["buy", "advance", "post", "deliver", "invoice"],
    ["buy", "deliver", "cancel", "reopen"],
    ["bill", "post", "replace", "pay"],
    ["pay_ahead", "bill", "post", "allocate", "bounce"],
    ["move_company", "buy", "move_company", "buy"],
]


def draw_events(random, length):
    """Yield what happens to some customers: an order, and what comes then."""
    weights = [weight for weight, _sources in EVENTS.values()]
    names, favourite = [*random.choice(STARTS)], random.choice(WHICH)
    names += random.choices(list(EVENTS), weights, k=length)
    for name in names[:length]:
        yield draw_event(random, name, favourite, EVENTS)


class Agreement:
    """What must be true at any moment."""

    def count_anew(self):
        self.counts, self.seconds = Counter(), Counter()
        self.runs = self.steps = self.judged = self.held = 0

    def begin(self, random):
        self.step = 0
        self.start(
            random.choice([0, 0, 30]),
            random.choice(["round_globally", "round_per_line"]),
            [random.choice(LIMITS) for _account in self.accounts],
            random.choice([None, None, 500, 5000]),
        )

    def play(self, what, *arguments):
        """Have an event happen, if it can, and check what comes of it."""
        note(f"{what}{tuple(arguments)}")
        start = time.process_time()
        is_done = self.act(what, *arguments)
        middle = time.process_time()
        note("done" if is_done else "refused")
        self.assertSound()
        self.counts[what, is_done] += 1
        self.seconds[what] += middle - start
        self.seconds["(checks)"] += time.process_time() - middle

    def tell(self, seconds):
        report = {
            "histories": self.runs,
            "steps": self.steps,
            "seconds": round(seconds, 1),
            "orders judged": self.judged,
            "orders held": self.held,
            "done/refused": {
                name: [self.counts[name, True], self.counts[name, False]]
                for name in sorted({name for name, _is_done in self.counts})
            },
            "ms each": {
                name: round(1000 * spent / max(self.get_count(name), 1))
                for name, spent in self.seconds.most_common()
            },
        }
        _logger.info("Random histories: %s", json.dumps(report))

    def get_count(self, name):
        if name == "(checks)":
            return self.steps
        return self.counts[name, True] + self.counts[name, False]

    def assertSound(self):
        """Assert that exposure, components and groups are what the documents say."""
        self.env.flush_all()
        self.steps += 1
        self.step += 1
        if self.step % 3 == 0:
            self.env.invalidate_all()
        model = self.get_model()
        expected = {
            account: {code: float(amount) for code, amount in parts.items()}
            for account, parts in model.get_exposure().items()
        }
        found = self.accounts._get_exposure()
        for account in self.accounts:
            self.assertEqual(found[account], expected[account])
        if self.step % 2:
            self.assertComponents(expected)
        self.assertGroups(model, expected)

    def assertComponents(self, expected):
        """The documents that a part opens add up to it."""
        # Now for all accounts, now for one of them.
        number = self.step // 2 % 8
        accounts = self.accounts[number : number + 1] or self.accounts
        for part in accounts._get_exposure_components():
            records = self.env[part.model].search(part.domain)
            total = part.sign * sum(records.mapped(part.amount_field))
            wanted = sum(expected[each].get(part.code, 0.0) for each in accounts)
            self.assertEqual(round(total, 2), round(wanted, 2), part.code)

    def assertGroups(self, model, expected):
        """A group owes what its members owe; who has paid ahead owes nothing."""
        totals = {a: round(sum(parts.values()), 2) for a, parts in expected.items()}
        for account, standing in self.accounts._get_standings().items():
            self.assertEqual(standing.own.exposure, totals[account])
            heads = {ceiling.account_id: ceiling for ceiling in standing.groups}
            self.assertEqual(set(heads), set(model.get_heads(account).ids))
            for head, ceiling in heads.items():
                members = model.get_group(self.env["key.account"].browse(head))
                owed = sum(max(totals[member], 0.0) for member in members)
                self.assertEqual(ceiling.exposure, round(owed, 2))


@tagged("post_install", "-at_install")
class TestExposureRandom(Agreement, BillCase):
    """Whatever happened: the exposure is what the documents say, each part of it is what
    its list adds up to, and the gate has let through what fitted and nothing else."""

    def run_history(self, random, length):
        self.begin(random)
        for event in draw_events(random, length):
            self.play(*event)

    # With fewer events the same history is shorter: a failure is cut down to where it
    # first shows.
    @settings(
        max_examples=150,
        phases=[Phase.generate, Phase.shrink],
        deadline=None,
        derandomize=True,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=SEEDS, length=st.integers(5, 16))
    def run_histories(self, seed, length):
        self.runs += 1
        kept = self.accounts
        with self.env.cr.savepoint() as savepoint:
            self.run_history(Random(bytes(seed)), length)
            savepoint.close(rollback=True)
        self.accounts = kept
        self.env.invalidate_all()

    def test_exposure_is_what_the_documents_say_after_any_history(self):
        self.count_anew()
        start = time.perf_counter()
        try:
            self.run_histories()
        finally:
            self.tell(time.perf_counter() - start)
        self.assertGreaterEqual(self.runs, 150)
        # A history of refusals would prove nothing.
        done = {name for name, is_done in self.counts if is_done}
        self.assertEqual(set(EVENTS) - done, set())
        self.assertTrue(self.held)
        self.assertGreater(self.judged, self.held)
