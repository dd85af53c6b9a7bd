"""Random histories of a customer: which events, with what, how often."""

from random import Random

from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st

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
    "settle_debt": (3, [WHICH, SHARES]),
    "tear": (1, [WHICH]),
    "meddle": (1, [WHICH, ["draft", "cancel"]]),
    "bounce": (3, [WHICH, WAYS]),
    "cancel": (2, [WHICH]),
    "reopen": (2, [WHICH]),
    "release": (1, [WHICH]),
    "wake": (1, []),
    "confirm_all": (1, []),
}


def draw_event(random, events):
    """Return one of ``events``, which are like ``EVENTS``, with its arguments."""
    weights = [weight for weight, _sources in events.values()]
    (name,) = random.choices(list(events), weights)
    return (
        name,
        *(
            source(random) if callable(source) else random.choice(source)
            for source in events[name][1]
        ),
    )


def settings_of(number):
    """Return how Hypothesis draws so many histories, the same each time."""
    return settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


class HistoryCase(EventCase):
    """Runs histories, each from the same start; `draw_history` says what happens."""

    def draw_history(self, random, length):
        """Begin a history and yield its events, ``length`` of them after the first few
        that make sure that there is something to happen to."""
        raise NotImplementedError

    def run_history(self, seed, length):
        """Let a history happen, and look at everything after each event."""
        with self.env.cr.savepoint() as savepoint:
            for what, *arguments in self.draw_history(Random(bytes(seed)), length):
                is_done = self.act(what, *arguments)
                note(f"{what}{tuple(arguments)}: {'done' if is_done else 'refused'}")
                self.counts[what, is_done] += 1
                self.assertSound()
            for what, error in self.refusals:
                if isinstance(error, FundError):
                    self.assertEqual(len(str(error).splitlines()), 1, (what, error))
            savepoint.close(rollback=True)
        self.env.invalidate_all()
