from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


class Refused(Exception):
    """The model would not do this."""


def cents(amount):
    """Return the amount as it is booked."""
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


@dataclass
class Freeze:
    entry: int
    order: int
    amount: Decimal


@dataclass
class Movement:
    """An entry that moved money: ``change`` is what it did to the balance."""

    entry: int
    change: Decimal
    is_reversed: bool = False


@dataclass
class FundModel:
    """A fund as slowly and as obviously as can be: what the ledger is measured by.

    Each verb returns what is to be booked, ``[(kind, amount, balance change, frozen
    change)]``, and changes nothing; `accept` does, once the ledger has done it, too.
    """

    posted: Decimal = Decimal(0)
    frozen: Decimal = Decimal(0)
    is_open: bool = True
    freezes: list = field(default_factory=list)
    movements: list = field(default_factory=list)

    def judge(self, changes):
        """Raise when these entries, booked in one call, are not possible."""
        if not self.is_open and changes:
            raise Refused("closed")
        if any(amount <= 0 for _kind, amount, _posted, _frozen in changes):
            raise Refused("not positive")
        posted = self.posted + sum(change[2] for change in changes)
        frozen = self.frozen + sum(change[3] for change in changes)
        if not 0 <= frozen <= posted:
            raise Refused("too little")

    def accept(self, changes):
        self.posted += sum(change[2] for change in changes)
        self.frozen += sum(change[3] for change in changes)

    # ---------------------------------------------------------------- the verbs

    @staticmethod
    def move(kind, amount, sign):
        amount = cents(amount)
        return [(kind, amount, sign * amount, Decimal(0))]

    @staticmethod
    def freeze(amount):
        amount = cents(amount)
        return [("freeze", amount, Decimal(0), amount)]

    @staticmethod
    def reverse(movement):
        """Return the entry that undoes a movement of money."""
        return [("reverse", abs(movement.change), -movement.change, Decimal(0))]

    def get_freezes(self, order):
        """Return the order's open freezes, the oldest first."""
        return [freeze for freeze in self.freezes if freeze.order == order]

    def resolve(self, order, capture, release):
        """Return ``(changes, {freeze: what remains of it})`` when so much is captured
        and released of what an order has frozen: as far as that reaches, the oldest
        first, each freeze as a whole and its rest anew."""
        changes, rests = [], {}
        for freeze in self.get_freezes(order):
            taken = min(capture, freeze.amount)
            given = min(release, freeze.amount - taken)
            if not taken and not given:
                continue
            capture, release = capture - taken, release - given
            if taken:
                changes.append(("capture", taken, -taken, -taken))
            if left := freeze.amount - taken:
                changes.append(("release", left, Decimal(0), -left))
            if rest := left - given:
                changes.append(("freeze", rest, Decimal(0), rest))
            rests[freeze.entry] = rest
        return changes, rests
