from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.key_account.tests.common import GateCase
from odoo.addons.key_account_fund.tests.histories import (
    AMOUNTS,
    EVENTS,
    SEEDS,
    SHARES,
    WHICH,
    HistoryCase,
    draw_event,
    draw_line,
    settings_of,
)
from odoo.addons.key_account_split.tests.common import SplitCase

# Of each order line, what each recipient gets.
QUANTITIES = [(1, 1), (2, 1), (1, 1, 1), (3, 2, 2), (1,)]


def draw_parent(random):
    """Return what each recipient gets of how many lines, and the lines."""
    quantities = random.choice(QUANTITIES)
    return quantities, [draw_line(random) for _number in range(random.choice([1, 2]))]


SPLIT_EVENTS = {
    **{name: (1, sources) for name, (_often, sources) in EVENTS.items()},
    "cancel": (3, [WHICH]),
    "cancel_parent": (2, [WHICH]),
    "credit": (3, [WHICH, SHARES]),
    "deliver": (2, [WHICH, [1, 0.5]]),
    "edit_recipient": (1, [WHICH, [0, 1, 5]]),
    "invoice": (3, [WHICH, SHARES, [True, True, False]]),
    "invoice_parent": (3, [WHICH, SHARES, [True, True, False]]),
    "reopen": (2, [WHICH]),
    "reset": (2, [WHICH]),
    "split": (3, [draw_parent]),
    "split_again": (3, [WHICH]),
}


@tagged("post_install", "-at_install")
class TestFundSplitRandom(HistoryCase, SplitCase, GateCase):
    """What a parent order had frozen goes to its children, to the cent, and each of them
    goes on as any order: whatever becomes of them, everything agrees."""

    def start(self, *args):
        # What was split: {parent: its children}, until it is taken back.
        self.families = {}
        return super().start(*args)

    # ------------------------------------------------------------------- events

    def do_split(self, drawn):
        quantities, lines = drawn
        parent = self.order_of(
            [(kind, sum(quantities), price) for kind, _quantity, price in lines]
        )
        for number, quantity in enumerate(quantities):
            self.add_recipient(parent, f"Recipient {number}", [quantity] * len(lines))
        self.add("order", parent)
        parent.action_split()

    def do_split_again(self, order):
        """Split what has been split, which changes nothing, or what was taken back."""
        parent = self.choose_parent(order)
        known = parent.child_order_ids, self.fund.entry_ids
        is_split = parent.state == "split"
        if parent.state == "cancel":
            parent.action_draft()
        parent.action_split()
        if is_split:
            self.assertEqual((parent.child_order_ids, self.fund.entry_ids), known)

    def do_invoice_parent(self, order, share, is_posted):
        """Invoice all children of one parent at once."""
        self.make_invoice(self.choose_parent(order), share, is_posted)

    def do_cancel_parent(self, order):
        self.choose_parent(order)._action_cancel()

    def do_edit_recipient(self, order, quantity):
        self.choose_parent(order).recipient_ids.line_ids[:1].quantity = quantity

    def choose_parent(self, order):
        parents = self.records["order"].filtered("recipient_ids")
        return (order & parents) or order.parent_order_id or parents[-1:]

    # ------------------------------------------------------------------- checks

    def assertSound(self):
        for parent in self.records["order"].filtered("recipient_ids"):
            self.note_family(parent)
        for parent, children in self.families.items():
            self.assertShared(parent, children)
        return super().assertSound()

    def note_family(self, parent):
        children = parent.child_order_ids
        if parent.state != "split":
            # All of them or none.
            self.assertEqual(set(children.mapped("state")) - {"cancel"}, set())
            self.families.pop(parent, None)
        elif parent not in self.families:
            children -= self.records["order"]
            self.assertEqual(len(children), len(parent.recipient_ids))
            self.families[parent] = children
            self.add("order", children)
            if parent in self.loose:
                self.loose |= children

    def assertShared(self, parent, children):
        """Assert that a parent and its children say the same, line by line and in sum,
        and that the parent itself has nothing any more."""
        round_ = parent.currency_id.round
        self.assertEqual(parent.child_order_ids & children, children)
        for name in ("amount_untaxed", "amount_tax", "amount_total"):
            total = round_(sum(children.mapped(name)))
            self.assertEqual(total, parent[name], (parent.name, name))
        for line in parent.order_line:
            parts = children.order_line.filtered(
                lambda part, line=line: part.product_id == line.product_id
            )
            same = parent.order_line.filtered(
                lambda other, line=line: other.product_id == line.product_id
            )
            self.assertEqual(
                sum(parts.mapped("product_uom_qty")),
                sum(same.mapped("product_uom_qty")),
            )
        required = round_(sum(children.mapped("amount_prepaid_required")))
        self.assertEqual(required, self.get_required(parent), parent.name)
        self.assertEqual((parent.amount_frozen, parent.amount_captured), (0, 0))

    def get_required(self, order):
        """A child requires its part of what its parent does, give or take a cent."""
        required = super().get_required(order)
        if not order.parent_order_id:
            return required
        self.assertLessEqual(abs(order.amount_prepaid_required - required), 0.0101)
        return order.amount_prepaid_required

    # --------------------------------------------------------------------- test

    def draw_history(self, random, length):
        """A customer's money, a parent order for some recipients, and what comes then."""
        self.start(
            random.choice(["prepaid", "mixed"]),
            random.choice(["keep", "keep", "release"]),
        )
        yield "pay", random.choice(AMOUNTS[2:])
        yield "split", draw_parent(random)
        yield "deliver", 1, random.choice([1, 0.5])
        if random.random() < 0.7:
            yield "invoice_parent", 0, random.choice(SHARES), True
        for _number in range(length):
            yield draw_event(random, SPLIT_EVENTS)

    @settings_of(25)
    @given(seed=SEEDS, length=st.integers(2, 4))
    def run_histories(self, seed, length):
        self.runs += 1
        self.run_history(seed, length)

    def test_everything_agrees_after_any_history_of_splits(self):
        self.counts, self.runs = Counter(), 0
        self.run_histories()
        self.assertGreaterEqual(self.runs, 25)
        # A history of refusals would prove nothing.
        for name in ("split", "split_again", "invoice_parent", "credit", "cancel"):
            self.assertTrue(self.counts[name, True], name)
        self.assertGreater(self.counts["split", True], self.counts["split", False])
