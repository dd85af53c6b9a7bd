"""What the checks go by: plain figures, no database."""

from dataclasses import dataclass, field


@dataclass
class Ceiling:
    """A limit and what it covers; amounts in the company's currency, taxes included."""

    account_id: int
    limit: float = 0.0
    exposure: float = 0.0
    is_controlled: bool = False  # somebody has decided on a limit, once
    is_expired: bool = False  # there was a limit and it has ended
    is_group: bool = False

    def get_missing(self, amount):
        """Return by how much ``amount`` more would pass the limit; negative: what is
        left. Nothing is missing where nobody has decided on a limit."""
        if not self.is_controlled:
            return 0.0
        return self.exposure + amount - self.limit

    def get_percent(self, amount):
        """Return how much of the limit is used with ``amount`` more, in percent."""
        used = self.exposure + amount
        if not self.is_controlled or used <= 0:
            return 0.0
        return 100.0 * used / self.limit if self.limit > 0 else float("inf")


@dataclass
class Standing:
    """How an account stands: its own limit, those of the groups it belongs to, and the
    open items that are overdue."""

    own: Ceiling
    groups: list = field(default_factory=list)
    # Open items by the days for which they have been overdue: [(days, amount)].
    overdue: list = field(default_factory=list)

    @property
    def ceilings(self):
        return [self.own, *self.groups]

    def get_group_amount(self, amount):
        """Return what ``amount`` more of this account adds to its group, in which what
        it has paid ahead does not lower what others owe."""
        before = self.own.exposure
        return max(before + amount, 0.0) - max(before, 0.0)

    def get_increases(self, amount):
        """Return ``[(ceiling, what amount more adds to it)]``."""
        group_amount = self.get_group_amount(amount)
        return [(self.own, amount), *((group, group_amount) for group in self.groups)]

    def add(self, amount):
        """Count ``amount`` more as owed."""
        group_amount = self.get_group_amount(amount)
        self.own.exposure += amount
        for group in self.groups:
            group.exposure += group_amount

    def get_overdue(self, days):
        """Return what has been overdue for more than ``days`` days."""
        return sum(amount for late, amount in self.overdue if late > days)

    def get_oldest(self):
        """Return for how many days the oldest open item has been overdue."""
        return max((late for late, _amount in self.overdue), default=0)
