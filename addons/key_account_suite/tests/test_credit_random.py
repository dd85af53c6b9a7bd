import time
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.key_account_credit.tests.common_bills import BillCase
from odoo.addons.key_account_credit.tests.exposure_model import (
    NOTHING,
    ExposureModel,
    exact,
)
from odoo.addons.key_account_credit.tests.test_exposure_random import (
    AMOUNTS,
    BOTH,
    EVENTS,
    SEEDS,
    WHICH,
    Agreement,
    draw_event,
    draw_line,
)
from odoo.addons.key_account_fund.tests.common import FundCase
from odoo.addons.key_account_split.tests.common import SplitCase

# Of each order line, what each recipient gets.
SHARES = [(1, 1), (2, 1), (1, 1, 1), (3, 2, 2), (1,)]


def draw_parent(random):
    """Return what each recipient gets of how many lines, and the lines."""
    lines = [draw_line(random) for _number in range(random.choice([1, 2]))]
    return random.choice(SHARES), [line for line in lines if min(line[1:3]) > 0]


SUITE_EVENTS = {
    **EVENTS,
    "split": (5, [WHICH, draw_parent, [False, False, True]]),
    "split_again": (2, [WHICH]),
    "cancel_parent": (2, [WHICH]),
    "invoice_parent": (4, [WHICH, [1, 0.5], BOTH, BOTH]),
    "deposit": (4, [AMOUNTS]),
}
STARTS = [
    ["split", "deliver", "invoice_parent", "post", "credit"],
    ["split", "cancel", "deliver", "invoice", "reopen"],
    ["split", "deliver", "cancel_parent", "split_again"],
    ["deposit", "buy", "deliver", "invoice", "post"],
    ["deposit", "split", "deliver", "invoice_parent", "reset"],
    ["split", "advance", "deliver", "return", "invoice_parent"],
]


class SuiteModel(ExposureModel):
    """What customers owe where they also pay ahead."""

    def get_exposure(self):
        found = super().get_exposure()
        Fund = self.env["key.account.fund"]
        for fund in Fund.search([("kind", "=", "prepayment")]):
            posted = sum((exact(e.posted_change) for e in fund.entry_ids), NOTHING)
            frozen = sum((exact(e.frozen_change) for e in fund.entry_ids), NOTHING)
            own = found[fund.key_account_id]
            for code, amount in (("frozen", frozen), ("available", posted - frozen)):
                if amount:
                    own[f"prepaid_{code}"] = (
                        own.get(f"prepaid_{code}", NOTHING) - amount
                    )
        return found

    def is_unknown(self, order):
        return order.pay_mode != "prepaid" and super().is_unknown(order)

    def get_excess(self, order, payer, totals):
        return (
            ()
            if order.pay_mode == "prepaid"
            else super().get_excess(order, payer, totals)
        )


@tagged("post_install", "-at_install")
class TestCreditRandom(Agreement, BillCase, FundCase, SplitCase):
    """What a parent order owed its children owe, to the cent and never both, whatever
    becomes of them; what was paid ahead is taken off, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.partner

    def get_model(self):
        return SuiteModel(self.accounts, self.get_rate)

    def confirm_and_judge(self, orders):
        """Parents are judged after the others; and who must have paid is held for
        that, too."""
        asked = orders.filtered(lambda order: order.state == "draft")
        parents = asked.filtered("recipient_ids")
        prepaid = asked.filtered(lambda o: o.pay_mode in ("prepaid", "mixed"))
        if prepaid:
            # What lacks in a fund holds them as well: that is the fund's own test.
            asked.action_confirm()
            return
        super().confirm_and_judge(asked - parents)
        for parent in parents:
            super().confirm_and_judge(parent)
        self.add("order", parents.child_order_ids)

    def get_tolerance(self, orders):
        """Amounts in another currency are rounded to ours order by order, so the children
        of a parent may differ from it by half a cent each."""
        abroad = orders.filtered(lambda o: o.currency_id == self.foreign)
        return super().get_tolerance(orders) + 0.005 * len(abroad.child_order_ids)

    # ------------------------------------------------------------------- events

    def do_deposit(self, amount):
        self.add("payment", self.deposit(amount))

    def do_split(self, number, drawn, is_abroad):
        """Order for several recipients: the children owe what their parent did."""
        shares, lines = drawn
        if not lines:
            return False
        vals = {"partner_id": self.partners[number % 4].id}
        if is_abroad:
            vals["pricelist_id"] = self.pricelist.id
        parent = self.env["sale.order"].create(
            {
                **vals,
                "order_line": [
                    self.line_of((kind, sum(shares), price, discount))
                    for kind, _quantity, price, discount in lines
                ],
            }
        )
        for place, share in enumerate(shares):
            self.add_recipient(parent, f"Recipient {place}", [share] * len(lines))
        self.add("order", parent)
        self.confirm_and_judge(parent)
        return True

    def do_split_again(self, order):
        """Split what has been split, which changes nothing, or what was taken back."""
        parent = self.choose_parent(order)
        if not parent:
            return False
        if parent.state == "split":
            before = self.accounts._get_exposure()
            parent.action_split()
            self.assertEqual(self.accounts._get_exposure(), before)
            return True
        if parent.state == "cancel":
            parent.action_draft()
        self.confirm_and_judge(parent)
        return True

    def do_cancel_parent(self, order):
        self.choose_parent(order)._action_cancel()

    def do_invoice_parent(self, order, share, is_final, is_posted):
        parent = self.choose_parent(order)
        self.finish(parent._create_invoices(final=is_final), share, is_posted)

    def choose_parent(self, order):
        parents = self.records["order"].filtered("recipient_ids")
        return (order & parents) or order.parent_order_id or parents[-1:]

    # ------------------------------------------------------------------- checks

    def assertSound(self):
        result = super().assertSound()
        for parent in self.records["order"].filtered("recipient_ids"):
            children = parent.child_order_ids
            if any(child.state != "cancel" for child in children):
                self.assertFalse(parent.amount_undelivered or parent.amount_unbilled)
        self.assertEqual(self.fund._audit(), [])
        return result

    def run_history(self, random, length):
        self.begin(random)
        self.head.write(
            {
                "pay_mode": random.choice(["credit", "credit", "mixed", "prepaid"]),
                "prepaid_percent": 30,
            }
        )
        weights = [weight for weight, _sources in SUITE_EVENTS.values()]
        names, favourite = [*random.choice(STARTS)], random.choice(WHICH)
        names += random.choices(list(SUITE_EVENTS), weights, k=length)
        for name in names[:length]:
            self.play(*draw_event(random, name, favourite, SUITE_EVENTS))

    @settings(
        max_examples=50,
        phases=[Phase.generate, Phase.shrink],
        deadline=None,
        derandomize=True,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=SEEDS, length=st.integers(5, 12))
    def run_histories(self, seed, length):
        self.runs += 1
        kept = self.accounts
        with self.env.cr.savepoint() as savepoint:
            self.run_history(Random(bytes(seed)), length)
            savepoint.close(rollback=True)
        self.accounts = kept
        self.env.invalidate_all()

    def test_exposure_is_kept_through_splits_and_funds(self):
        self.count_anew()
        start = time.perf_counter()
        self.run_histories()
        self.tell(time.perf_counter() - start)
        self.assertGreaterEqual(self.runs, 50)
        for name in ("split", "split_again", "invoice_parent", "cancel", "deposit"):
            self.assertTrue(self.counts[name, True], name)
