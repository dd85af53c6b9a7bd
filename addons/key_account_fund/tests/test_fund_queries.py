from odoo.tests import tagged

from .common import FundCase


@tagged("post_install", "-at_install")
class TestFundQueries(FundCase):
    """What prepaying costs: queries of confirming an order whose total is frozen, less
    those of the same order of an account on credit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As people work: changes are tracked.
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.fund = cls.fund.with_env(cls.env)
        cls.on_credit = cls.make_account(cls.make_company("Credit"))
        cls.deposit(100000)

    @classmethod
    def count(cls, account, orders=1, lines=1):
        """Return how many queries it takes to confirm so many orders at once, on a
        server that has done so before."""
        user = cls.user("manager")
        first, *others = (
            cls.make_sale(20, account, lines, user_id=user.id)
            for _number in range(orders + 1)
        )
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

    def get_added(self, orders=1, lines=1):
        # The lowest: caches are filled at first.
        runs = range(3 if orders == 1 else 1)
        prepaid, on_credit = (
            min(self.count(account, orders, lines) for _run in runs)
            for account in (self.account, self.on_credit)
        )
        return prepaid - on_credit

    def test_one_order_takes_at_most_six_queries_more(self):
        # The sixth is asked for orders on credit, too: whether they had frozen anything.
        self.assertLessEqual(self.get_added(), 5)

    def test_lines_take_none(self):
        self.assertEqual(self.get_added(lines=20), self.get_added(lines=1))

    def test_of_many_orders_each_takes_less_than_two(self):
        few, many = self.get_added(orders=20), self.get_added(orders=200)
        self.assertLess(many / 200, 2)
        # It does not grow with them.
        self.assertLess((many - few) / 180, 0.1)
