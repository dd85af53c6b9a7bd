from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from .common import CreditCase


@tagged("post_install", "-at_install")
class TestCreditQueries(CreditCase):
    """What credit costs: queries of confirming an order of an account with a limit, less
    those of the same order as if there were no credit. The gate takes one of its own, it
    locks the account: bench/credit.py compares both with Odoo alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As people work: changes are tracked.
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.account = cls.account.with_env(cls.env)
        cls.make_limit(10**6)
        cls.confirm_some()

    @classmethod
    def confirm_some(cls, orders=1, lines=5):
        """Return how many queries it takes to confirm so many orders at once, on a
        server that has done so before."""
        user = cls.user("manager")
        line = {"product_id": cls.product.id, "product_uom_qty": 1, "price_unit": 20}
        vals = {
            "partner_id": cls.partner.id,
            "user_id": user.id,
            "order_line": [Command.create(line)] * lines,
        }
        first, *others = cls.env["sale.order"].create([vals] * (orders + 1))
        first.with_user(user).action_confirm()
        sales = cls.env["sale.order"].union(*others).with_user(user)
        cls.env.flush_all()
        cls.env.invalidate_all()
        start = cls.env.cr.sql_log_count
        sales.action_confirm()
        cls.env.flush_all()
        count = cls.env.cr.sql_log_count - start
        assert set(sales.mapped("state")) == {"sale"}
        return count

    def get_added(self, orders=1, lines=5):
        # The lowest: caches are filled at first.
        runs = range(3 if orders == 1 else 2)
        checked = min(self.confirm_some(orders, lines) for _run in runs)
        order = type(self.env["sale.order"])
        with (
            patch.object(order, "_credit_lock_groups", lambda _self: {}),
            patch.object(order, "_credit_judge", lambda *_args: None),
        ):
            return checked - min(self.confirm_some(orders, lines) for _run in runs)

    def count(self, function):
        """Return how many queries it takes, on a server that has done so before."""
        counts = []
        for _run in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            function()
            counts.append(self.env.cr.sql_log_count - start)
        return min(counts)

    def make_accounts(self):
        accounts = self.account
        for number in range(19):
            accounts |= self.make_account(self.make_company(f"Customer {number}"))
        for account in accounts - self.account:
            self.make_limit(1000.0, account=account)
            self.confirm(10.0, account=account)
        return accounts

    def test_confirming_an_order_takes_at_most_five_queries_more(self):
        self.assertLessEqual(self.get_added(), 5)

    def test_lines_add_none(self):
        self.assertEqual(self.get_added(lines=20), self.get_added(lines=1))

    def test_orders_add_none(self):
        self.assertLessEqual(self.get_added(orders=20), self.get_added())

    def test_many_accounts_stand_in_as_many_queries_as_one(self):
        accounts = self.make_accounts()

        def stand(some):
            return self.count(lambda: some._get_standings(with_overdue=True))

        self.assertEqual(stand(accounts), stand(self.account))

    def test_group_of_many_stands_in_as_many_queries_as_of_one(self):
        accounts = self.make_accounts()
        head = self.make_account(self.make_company("Head"))
        self.make_limit(10**6, account=head, scope="group")
        self.partner.parent_id = head.partner_id
        few = self.count(self.account._get_standings)
        accounts.partner_id.parent_id = head.partner_id
        self.assertEqual(self.count(accounts._get_standings), few)
        standing = accounts._get_standings()[self.account]
        self.assertGreater(standing.groups[0].exposure, standing.own.exposure)

    def test_list_of_accounts_takes_as_many_queries_as_one_account(self):
        accounts = self.make_accounts()
        shown = [
            *("credit_limit", "credit_exposure", "credit_available"),
            *("credit_utilisation", "credit_standing"),
        ]

        def show(some):
            controller = some.with_user(self.user("controller"))
            return self.count(lambda: controller.read(shown))

        self.assertEqual(show(accounts), show(self.account))
