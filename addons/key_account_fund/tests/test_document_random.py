from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from .histories import (
    AMOUNTS,
    EVENTS,
    SEEDS,
    SHARES,
    HistoryCase,
    draw_event,
    draw_lines,
    settings_of,
)


@tagged("post_install", "-at_install")
class TestDocumentRandom(HistoryCase):
    """Whatever becomes of orders, invoices and payments, funds, ledger, general ledger
    and Odoo's own figures agree."""

    def draw_history(self, random, length):
        """A customer's money, an order, its invoice, and what comes then."""
        self.start(
            random.choice(["prepaid", "prepaid", "mixed"]),
            random.choice(["keep", "keep", "release"]),
        )
        yield "pay", random.choice(AMOUNTS[2:])
        yield "buy", draw_lines(random)
        yield "deliver", 0, random.choice([1, 0.5])
        yield "invoice", 0, random.choice(SHARES), True
        for _number in range(length):
            yield draw_event(random, EVENTS)

    # With fewer events the same history is shorter: a failure is cut down to where it
    # first shows.
    @settings_of(110)
    @given(seed=SEEDS, length=st.integers(3, 8))
    def run_histories(self, seed, length):
        self.runs += 1
        self.run_history(seed, length)

    def test_everything_agrees_after_any_history(self):
        self.counts, self.runs = Counter(), 0
        self.run_histories()
        self.assertGreaterEqual(self.runs, 110)
        # A history of refusals would prove nothing.
        done = {name for name, is_done in self.counts if is_done}
        self.assertEqual({name for name in EVENTS} - done - {"meddle"}, set())
