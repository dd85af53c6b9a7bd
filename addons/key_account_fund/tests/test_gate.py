from odoo.tests import Form, new_test_user, tagged

from .common import FundCase


@tagged("post_install", "-at_install")
class TestFundGate(FundCase):
    def test_confirmed_order_freezes_its_total(self):
        self.deposit(100)
        order = self.confirm(80)
        self.assertEqual(order.state, "sale")
        self.assertLedger("deposit 100; freeze 80 S1")
        self.assertEqual(order.amount_frozen, 80)

    def test_order_is_held_with_the_missing_amount(self):
        self.deposit(50)
        order = self.confirm(80)
        self.assertHeld(order, "fund_short")
        self.assertEqual(self.open_issues(order).amount_missing, 30)
        self.assertEqual(order.amount_prepaid_missing, 30)
        self.assertFund(50, 0)

    def test_what_an_order_lacks_follows_the_money(self):
        order, other = self.make_sale(80), self.make_sale(30)
        self.assertEqual(order.amount_prepaid_missing, 80)
        self.assertEqual(self.account.fund_available, 0)
        self.deposit(50)
        self.assertEqual(order.amount_prepaid_missing, 30)
        self.assertEqual(self.account.fund_available, 50)
        other.action_confirm()
        self.assertEqual(order.amount_prepaid_missing, 60)
        self.assertEqual(self.account.fund_available, 20)

    def test_money_lets_held_orders_through_the_oldest_first(self):
        first, second = self.confirm(80), self.confirm(80)
        self.deposit(100)
        self.judge_again()
        self.assertEqual(first.state, "sale")
        self.assertHeld(second, "fund_short")
        self.assertFund(100, 80)

    def test_one_call_lets_through_only_what_fits(self):
        self.deposit(100)
        orders = self.make_sale(60) + self.make_sale(60) + self.make_sale(40)
        orders.action_confirm()
        self.assertEqual(orders.mapped("state"), ["sale", "draft", "sale"])
        self.assertFund(100, 100)

    def test_exactly_enough_is_enough(self):
        self.deposit(80)
        self.assertEqual(self.confirm(80).state, "sale")

    def test_one_cent_missing_is_too_little(self):
        self.deposit(79.99)
        self.assertHeld(self.confirm(80), "fund_short")

    def test_mixed_account_freezes_its_share(self):
        self.account.write({"pay_mode": "mixed", "prepaid_percent": 30})
        self.deposit(100)
        order = self.confirm(99.99)
        self.assertEqual(order.amount_prepaid_required, 30)
        self.assertFund(100, 30)

    def test_account_on_credit_freezes_nothing(self):
        self.account.pay_mode = "credit"
        self.assertEqual(self.confirm(80).state, "sale")
        self.assertFund(0, 0)

    def test_raised_order_freezes_the_difference(self):
        self.deposit(100)
        order = self.confirm(60)
        order.order_line.price_unit = 90
        self.env.flush_all()
        self.assertLedger("deposit 100; freeze 60 S1; freeze 30 S1")

    def test_order_raised_beyond_the_fund_is_refused(self):
        self.deposit(100)
        order = self.confirm(60)
        with self.assertStopped(Exception, "cannot be raised.*prepayment"):
            order.order_line.price_unit = 101
        self.assertFund(100, 60)

    def test_two_orders_raised_in_one_transaction_share_what_is_there(self):
        self.deposit(100)
        first, second = self.confirm(40), self.confirm(40)
        with self.assertStopped(Exception, f"{second.name}.*prepayment"):
            first.order_line.price_unit = 55
            second.order_line.price_unit = 55
        self.assertFund(100, 80)

    def test_what_a_released_order_takes_is_not_left_for_the_next(self):
        self.deposit(50)
        released = self.make_sale(80, user_id=self.user("salesperson").id)
        released.with_user(self.user("salesperson")).action_confirm()
        issue = self.open_issues(released)
        # Released, and not confirmed by that: nobody asks for it any more.
        released._gate_withdraw_request()
        self.release(released, "controller")
        self.assertEqual((issue.state, released.state), ("released", "draft"))
        other = self.make_sale(50)
        (released + other).action_confirm()
        self.assertEqual(released.amount_frozen, 50)
        self.assertHeld(other, "fund_short")
        self.assertEqual(self.open_issues(other).amount_missing, 50)

    def test_lowered_order_releases_the_difference(self):
        self.deposit(100)
        order = self.confirm(60)
        order.order_line.price_unit = 45
        self.env.flush_all()
        self.assertLedger("deposit 100; freeze 60 S1; release 60 S1; freeze 45 S1")

    def test_cancelled_order_releases_all(self):
        self.deposit(100)
        order = self.confirm(60)
        order._action_cancel()
        self.assertLedger("deposit 100; freeze 60 S1; release 60 S1")

    def test_order_confirmed_edited_cancelled_and_confirmed_again(self):
        self.deposit(100)
        order = self.confirm(60)
        order.action_lock()
        order.action_unlock()
        order.order_line.price_unit = 70
        order._action_cancel()
        order.action_draft()
        self.assertFund(100, 0)
        order.order_line.price_unit = 100
        order.action_confirm()
        self.assertFund(100, 100)

    def test_released_order_freezes_what_is_there(self):
        self.deposit(50)
        order = self.make_sale(80, user_id=self.user("salesperson").id)
        order.with_user(self.user("salesperson")).action_confirm()
        self.release(order, "controller")
        self.assertEqual(order.state, "sale")
        self.assertFund(50, 50)

    def test_order_in_another_currency_says_so(self):
        euro = self.env.ref("base.EUR")
        other = euro if self.fund.currency_id != euro else self.env.ref("base.USD")
        other.active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": other.id}
        )
        self.deposit(100)
        order = self.confirm(80, pricelist_id=pricelist.id)
        self.assertHeld(order, "fund_short")
        self.assertIn(other.name, self.open_issues(order).text)

    def test_salespeople_outside_the_team_quote_as_before(self):
        salesman = new_test_user(self.env, "plain", "sales_team.group_sale_salesman")
        stranger = self.make_company("Stranger")
        with Form(self.env["sale.order"].with_user(salesman)) as form:
            form.partner_id = stranger
        order = form.save()
        self.assertNotIn("fund_entry_ids", order.fields_get())
        self.assertEqual(order.copy().amount_frozen, 0)
        with Form(order.with_user(salesman)) as form:
            form.client_order_ref = "again"

    def test_order_without_a_company_has_no_figures_yet(self):
        order = self.env["sale.order"].new({"partner_id": self.partner.id})
        self.assertEqual(order.amount_frozen, 0)

    def test_queries_do_not_grow_with_lines_nor_much_with_orders(self):
        self.deposit(10000)
        self.confirm(1)
        counts = {}
        for lines in (1, 20):
            order = self.make_sale(20, lines=lines)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            figures = order._gate_get_issues()
            order._fund_settle()
            counts[lines] = self.env.cr.sql_log_count - start
            self.assertFalse(figures)
        self.assertEqual(counts[1], counts[20])

    def test_many_orders_release_in_as_many_queries_as_one(self):
        self.deposit(1000)
        counts = {}
        for number in (1, 20):
            orders = self.env["sale.order"].union(
                *(self.confirm(5) for _order in range(number))
            )
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE sale_order SET state = 'cancel' WHERE id = ANY(%s)",
                [orders.ids],
            )
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            orders._fund_settle()
            self.env.flush_all()
            counts[number] = self.env.cr.sql_log_count - start
        self.assertFund(1000, 0)
        self.assertLessEqual(counts[20], counts[1] + 1)
