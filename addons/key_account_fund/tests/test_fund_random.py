from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ..exceptions import FundError
from .common import FundCase
from .fund_model import Freeze, FundModel, Movement, Refused, cents

AMOUNTS = st.one_of(
    st.integers(1, 15000).map(lambda number: Decimal(number) / 100),
    st.integers(1, 15000).map(lambda number: Decimal(number) / 100),
    st.sampled_from(["0", "-5", "0.004", "0.005", "33.335", "1000000000.01"]).map(
        Decimal
    ),
)
# Of what is there at the time, modulo how much there is.
WHICH = st.integers(0, 5)
ORDERS = st.integers(0, 2)
SIMPLE = [
    st.tuples(st.just("deposit"), AMOUNTS),
    st.tuples(st.just("freeze"), AMOUNTS, ORDERS),
    st.tuples(st.just("refund"), AMOUNTS),
    st.tuples(st.just("transfer"), AMOUNTS, st.booleans()),
]
RESOLVE = st.tuples(
    st.just("resolve"),
    ORDERS,
    st.one_of(st.just(Decimal(0)), AMOUNTS.map(abs).map(cents)),
    st.one_of(st.just(Decimal(0)), AMOUNTS.map(abs).map(cents)),
)
STEPS = st.one_of(
    *SIMPLE,
    SIMPLE[1],
    RESOLVE,
    RESOLVE,
    st.tuples(st.just("batch"), st.lists(st.one_of(*SIMPLE), min_size=2, max_size=3)),
    st.tuples(st.just("reverse"), WHICH),
    st.tuples(st.just("repeat"), WHICH),
    st.tuples(st.just("resolve_wrongly"), WHICH, AMOUNTS),
    st.tuples(st.just("close")),
)
HISTORIES = st.tuples(
    st.integers(1, 20000).map(lambda number: Decimal(number) / 100),
    st.lists(STEPS, min_size=2, max_size=7),
)


@tagged("post_install", "-at_install")
class TestFundRandom(FundCase):
    """Whatever verbs follow each other, the ledger does what a slow model does, and
    refuses what that refuses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales = [cls.make_sale() for _number in range(3)]
        cls.other_fund = cls.make_fund(kind="rebate")

    # -------------------------------------------------------------------- steps

    def prepare(self, kind, amount, **vals):
        self.number += 1
        key = f"step {self.number}"
        amount = float(amount)
        return {"fund": self.fund, "kind": kind, "amount": amount, "key": key, **vals}

    def plan_deposit(self, amount):
        return self.model.move("deposit", amount, 1), self.prepare("deposit", amount)

    def plan_refund(self, amount):
        return self.model.move("refund", amount, -1), self.prepare("refund", amount)

    def plan_transfer(self, amount, is_incoming):
        vals = self.prepare(
            "transfer",
            amount,
            is_incoming=is_incoming,
            counterpart_id=self.other_fund.id,
        )
        return self.model.move("transfer", amount, 1 if is_incoming else -1), vals

    def plan_freeze(self, amount, number):
        vals = self.prepare("freeze", amount, order_id=self.sales[number].id)
        return self.model.freeze(amount), vals

    def do_simple(self, steps):
        """Book what these steps say in one call."""
        plans = [getattr(self, f"plan_{name}")(*args) for name, *args in steps]
        changes = [change for plan, _vals in plans for change in plan]
        entries = self.book(changes, [vals for _plan, vals in plans])
        for entry, (kind, amount, posted, _frozen) in zip(
            entries, changes, strict=bool(entries)
        ):
            if kind == "freeze":
                number = self.sales.index(entry.order_id)
                self.model.freezes.append(Freeze(entry.id, number, amount))
            else:
                self.model.movements.append(Movement(entry.id, posted))

    def do_batch(self, steps):
        self.do_simple(steps)

    def do_resolve(self, number, capture, release):
        changes, rests = self.model.resolve(number, capture, release)
        order = self.sales[number]
        freezes = self.Entry._get_open_freezes([("order_id", "=", order.id)])
        vals_list = self.env["key.account.fund"]._prepare_resolution(
            freezes, capture=float(capture), release=float(release)
        )
        entries = self.book(changes, vals_list)
        if not entries:
            return
        self.model.freezes = [f for f in self.model.freezes if f.entry not in rests]
        for entry, (kind, amount, posted, _frozen) in zip(
            entries, changes, strict=True
        ):
            if kind == "freeze":
                self.model.freezes.append(Freeze(entry.id, number, amount))
            elif kind == "capture":
                self.model.movements.append(Movement(entry.id, posted))

    def do_reverse(self, which):
        known = [m for m in self.model.movements if not m.is_reversed]
        if not known:
            return
        movement = known[which % len(known)]
        entry = self.Entry.browse(movement.entry)
        vals = self.env["key.account.fund"]._prepare_reversal(entry)
        vals["is_incoming"] = False
        if entries := self.book(self.model.reverse(movement), [vals]):
            movement.is_reversed = True
            self.model.movements.append(Movement(entries.id, -movement.change))

    def do_repeat(self, which):
        """Book the same once more, as a retry does: nothing happens."""
        if self.booked:
            vals_list, entries = self.booked[which % len(self.booked)]
            again = self.env["key.account.fund"]._book(vals_list)
            self.assertEqual(again.sudo(), entries.sudo())

    def do_resolve_wrongly(self, which, amount):
        """End a freeze a second time, or by as much as it has not frozen."""
        freezes = self.Entry.search(
            [("fund_id", "=", self.fund.id), ("kind", "=", "freeze")]
        )
        if not freezes:
            return
        freeze = freezes[which % len(freezes)]
        is_open = freeze.id in {known.entry for known in self.model.freezes}
        kind = "capture" if which % 2 else "release"
        if is_open and cents(amount) == cents(freeze.amount):
            return
        vals = self.prepare(
            kind, amount, freeze_id=freeze.id, order_id=freeze.order_id.id
        )
        with self.assertRaises(FundError), self.env.cr.savepoint():
            self.env["key.account.fund"]._book([vals])

    def do_close(self):
        """Close the fund, or open it again."""
        model = self.model
        if not model.is_open:
            self.fund.action_reopen()
            model.is_open = True
        elif model.posted:
            with self.assertRaises(FundError), self.env.cr.savepoint():
                self.fund.action_close()
        else:
            self.fund.action_close()
            model.is_open = False

    # ------------------------------------------------------------------- checks

    def book(self, changes, vals_list):
        """Book, and say what the model says; return the entries, none when both refuse."""
        Fund = self.env["key.account.fund"]
        self.assertEqual(len(changes), len(vals_list))
        try:
            self.model.judge(changes)
        except Refused:
            with self.assertRaises(FundError), self.env.cr.savepoint():
                Fund._book(vals_list)
            return self.Entry
        entries = Fund._book(vals_list)
        if entries:
            self.booked.append((vals_list, entries))
        self.model.accept(changes)
        self.assertEqual(
            [(e.kind, cents(repr(e.amount))) for e in entries],
            [(kind, amount) for kind, amount, _posted, _frozen in changes],
        )
        return entries

    def assertModel(self):
        model, fund = self.model, self.fund
        self.env.cr.execute(
            "SELECT amount_posted::text, amount_frozen::text "
            "FROM key_account_fund WHERE id = %s",
            [fund.id],
        )
        # Exact, and not what is left of it as a float.
        columns = tuple(Decimal(text) for text in self.env.cr.fetchone())
        self.assertEqual(columns, (model.posted, model.frozen))
        self.assertTrue(0 <= model.frozen <= model.posted)
        open_freezes = self.Entry._get_open_freezes([("fund_id", "=", fund.id)])
        self.assertEqual(
            [(e.id, e.order_id, cents(repr(e.amount))) for e in open_freezes],
            [(f.entry, self.sales[f.order], f.amount) for f in model.freezes],
        )
        self.assertEqual(sum(f.amount for f in model.freezes), model.frozen)
        self.assertEqual(fund._audit_balances() + fund._audit_freezes(), [])

    def run_history(self, start, steps):
        self.Entry = self.env["key.account.fund.entry"].sudo()
        self.model, self.number, self.booked = FundModel(), 0, []
        self.do_simple([("deposit", start)])
        for name, *args in steps:
            if hasattr(self, f"plan_{name}"):
                self.do_simple([(name, *args)])
            else:
                getattr(self, f"do_{name}")(*args)
            self.assertModel()

    @settings(
        max_examples=1900,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(HISTORIES)
    def run_histories(self, history):
        self.runs += 1
        with self.env.cr.savepoint() as savepoint:
            self.run_history(*history)
            savepoint.close(rollback=True)
        self.env.invalidate_all()

    def test_the_ledger_does_what_a_slow_model_does(self):
        self.runs = 0
        self.run_histories()
        self.assertGreaterEqual(self.runs, 1900)
