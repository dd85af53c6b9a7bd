from odoo.exceptions import UserError
from odoo.fields import Command, Date
from odoo.tests import tagged
from odoo.tools import date_utils

from ..exceptions import FundError, InsufficientFundsError
from .common import FundCase


@tagged("post_install", "-at_install")
class TestDoors(FundCase):
    """Whatever an accountant does to journal entries: the ledger follows, or a sentence
    says what to do instead."""

    def setUp(self):
        super().setUp()
        self.payment = self.deposit(100)
        self.sale = self.confirm(80)

    def mirror(self, move, **vals):
        """Return what the button *Reverse Entry* makes of a journal entry."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, **vals})
        )
        wizard.refund_moves()
        return wizard.new_move_ids

    def item(self, move, kind=True):
        """Return the item of a journal entry on the fund's account, or beside it."""
        return move.line_ids.filtered(
            lambda line: bool(line.account_id.fund_kind) is kind
        )

    # ------------------------------------------------------------------ states

    def test_state_written_directly_is_followed(self):
        self.sale._action_cancel()
        move = self.payment.move_id
        move.write({"state": "draft"})
        self.assertFund(0, 0)
        move.write({"state": "posted"})
        self.assertFund(100, 0)
        move.write({"state": "cancel"})
        self.assertFund(0, 0)

    def test_state_of_an_invoice_written_directly_is_followed(self):
        bill = self.invoice(self.sale)
        bill.write({"state": "cancel"})
        self.assertFund(100, 80)
        self.assertEqual(self.sale.amount_captured, 0)

    def test_cancelled_invoice_gives_back_once(self):
        bill = self.invoice(self.sale)
        bill.button_cancel()
        self.assertFund(100, 80)
        bill.button_draft()
        self.assertFund(100, 80)
        bill.button_cancel()
        self.assertFund(100, 80)

    def test_entries_of_the_ledger_keep_their_state(self):
        bill = self.invoice(self.sale)
        capture = self.fund.entry_ids[:1].move_id
        bill.button_draft()
        mirror = self.fund.entry_ids.filtered(lambda e: e.kind == "reverse").move_id
        for move in (capture, mirror):
            for state in ("draft", "cancel"):
                with self.assertStopped(FundError, ""):
                    move.write({"state": state})
        self.assertFund(100, 80)

    # ------------------------------------------------------------------- items

    def test_items_of_a_deposit_cannot_be_moved_off_when_orders_need_them(self):
        item = self.item(self.payment.move_id)
        other = self.bank.company_id.transfer_account_id
        with self.assertStopped(InsufficientFundsError, self.sale.name):
            item.account_id = other
        self.sale._action_cancel()
        item.account_id = other
        self.assertFund(0, 0)
        item.account_id = self.fund.account_id
        self.assertFund(100, 0)

    def test_customer_of_a_deposit_put_right(self):
        other = self.make_account(self.make_company("Other"))
        fund = self.make_fund(other)
        item = self.item(self.payment.move_id)
        with self.assertStopped(InsufficientFundsError, self.sale.name):
            item.partner_id = other.partner_id
        self.sale._action_cancel()
        item.partner_id = other.partner_id
        self.assertFund(0, 0)
        self.assertFund(100, 0, fund)

    def test_amounts_of_a_deposit_written_directly_are_followed(self):
        move = self.payment.move_id
        pairs = ((60, FundError), (150, None))
        for amount, error in pairs:
            commands = [
                Command.update(self.item(move).id, {"amount_currency": -amount}),
                Command.update(self.item(move, False).id, {"amount_currency": amount}),
            ]
            vals = {"line_ids": commands}
            move = move.with_context(skip_readonly_check=True)
            if error:
                with self.assertStopped(error, self.sale.name):
                    move.write(vals)
            else:
                move.write(vals)
        self.assertFund(150, 80)

    def test_items_of_a_capture_are_not_touched(self):
        self.invoice(self.sale)
        item = self.item(self.fund.entry_ids[:1].move_id)
        other = self.make_account(self.make_company("Other"))
        self.make_fund(other)
        for vals in (
            {"account_id": self.bank.company_id.transfer_account_id.id},
            {"partner_id": other.partner_id.id},
        ):
            with self.assertStopped(FundError, "belongs to the ledger"):
                item.write(vals)
        self.assertFund(20, 0)

    # ----------------------------------------------------------------- mirrors

    def test_mirror_of_a_deposit_takes_it_back(self):
        self.sale._action_cancel()
        mirror = self.mirror(self.payment.move_id)
        self.assertEqual(mirror.state, "posted")
        self.assertFund(0, 0)
        entry = self.fund.entry_ids[:1]
        self.assertEqual((entry.kind, entry.move_id), ("reverse", mirror))
        with self.assertStopped(FundError, mirror.name):
            self.payment.action_draft()
        mirror.button_draft()
        self.assertFund(100, 0)
        mirror.action_post()
        self.assertFund(0, 0)

    def test_mirror_of_a_deposit_that_orders_need_is_refused(self):
        with self.assertStopped(InsufficientFundsError, self.sale.name):
            self.mirror(self.payment.move_id)
        self.assertFund(100, 80)

    def test_mirror_of_the_ledgers_own_entries_is_refused(self):
        bill = self.invoice(self.sale)
        capture = self.fund.entry_ids[:1].move_id
        with self.assertStopped(FundError, bill.name):
            self.mirror(capture)
        bill.button_draft()
        undo = self.fund.entry_ids.filtered(lambda e: e.kind == "reverse").move_id
        with self.assertStopped(FundError, "belongs to the ledger"):
            self.mirror(undo)

    def test_copies_of_entries_take_nothing(self):
        self.invoice(self.sale)
        copy = self.fund.entry_ids[:1].move_id.copy()
        with self.assertStopped(FundError, "refund or a transfer"):
            copy.action_post()

    def test_documents_that_the_ledger_knows_are_not_deleted(self):
        bill = self.invoice(self.sale)
        capture = self.fund.entry_ids[:1].move_id
        bill.button_draft()
        for move in (bill, capture):
            with self.assertStopped(FundError, "cancel it instead"):
                move.with_context(force_delete=True).unlink()
        with self.assertStopped(FundError, ""):
            self.payment.unlink()

    # ---------------------------------------------------------------- accounts

    def test_account_of_funds_stays_what_it_is(self):
        account = self.fund.account_id
        for vals in (
            {"fund_kind": False},
            {"fund_kind": "rebate"},
            {"account_type": "liability_payable"},
            {"reconcile": False},
        ):
            with self.assertStopped(FundError, "stays what it is"):
                account.write(vals)
        account.name = "Advances"

    def test_account_with_items_does_not_become_one_of_funds(self):
        account = self.fund.account_id.copy({"name": "Old advances"})
        other = self.bank.company_id.transfer_account_id
        self.env["account.move"].create(
            {
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": -5}),
                    Command.create({"account_id": other.id, "balance": 5}),
                ]
            }
        ).action_post()
        with self.assertStopped(FundError, "has journal items"):
            self.make_fund(kind="deposit", account_id=account.id)

    def test_account_of_funds_is_not_merged(self):
        company = self.env["res.company"].create({"name": "Branch"})
        self.env.user.company_ids += company
        account = self.env["account.account"].create(
            {
                "name": "Advances there",
                "code": "219999",
                "account_type": "liability_current",
                "reconcile": True,
                "company_ids": [Command.set(company.ids)],
            }
        )
        accounts = self.fund.account_id + account
        wizard = (
            self.env["account.merge.wizard"]
            .with_context(active_model="account.account", active_ids=accounts.ids)
            .create({"account_ids": [Command.set(accounts.ids)]})
        )
        with self.assertStopped(FundError, "is not merged"):
            wizard.action_merge()

    # ----------------------------------------------------------------- periods

    def lock(self):
        """Lock all up to last month's end; return a day in the locked period."""
        start = date_utils.start_of(Date.today(), "month")
        self.env.company.fiscalyear_lock_date = date_utils.subtract(start, days=1)
        return date_utils.subtract(start, days=10)

    def assertDates(self):
        """Assert that the ledger has the dates of the journal entries, none of them in
        the locked period."""
        entries = self.fund.entry_ids.filtered("move_id")
        for entry in entries:
            self.assertEqual(entry.date, entry.move_id.date)

    def test_payment_into_a_locked_period_is_a_deposit_of_the_open_one(self):
        day = self.lock()
        payment = self.deposit(50, date=day)
        self.assertGreater(payment.move_id.date, self.env.company.fiscalyear_lock_date)
        self.assertFund(150, 80)
        self.assertDates()

    def test_capture_follows_its_invoice_into_the_open_period(self):
        day = self.lock()
        bill = self.sale._create_invoices()
        bill.invoice_date = day
        bill.action_post()
        self.assertEqual(bill.payment_state, "paid")
        capture = self.fund.entry_ids[:1]
        self.assertGreater(capture.date, self.env.company.fiscalyear_lock_date)
        self.assertDates()

    def make_locked_bill(self):
        start = date_utils.start_of(Date.today(), "month")
        bill = self.sale._create_invoices()
        bill.invoice_date = date_utils.subtract(start, days=10)
        bill.action_post()
        self.lock()
        return bill

    def test_locked_invoice_is_not_reset_but_credited(self):
        bill = self.make_locked_bill()
        for way in ("button_draft", "button_cancel"):
            with self.assertStopped(UserError, "(?i)lock"):
                getattr(bill, way)()
        self.assertFund(20, 0)
        note = self.mirror(bill)
        note.action_post()
        self.assertFund(100, 0)
        entry = self.fund.entry_ids[:1]
        self.assertGreater(entry.date, self.env.company.fiscalyear_lock_date)
        self.assertDates()
        note.button_draft()
        self.assertFund(20, 0)

    def test_locked_invoice_is_replaced(self):
        bill = self.make_locked_bill()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create({"journal_id": bill.journal_id.id})
        )
        wizard.modify_moves()
        self.assertFund(100, 80)
        self.assertDates()
        wizard.new_move_ids.action_post()
        self.assertEqual(wizard.new_move_ids.payment_state, "paid")
        self.assertFund(20, 0)

    def test_locked_deposit_is_not_reset_but_mirrored(self):
        self.sale._action_cancel()
        start = date_utils.start_of(Date.today(), "month")
        payment = self.deposit(30, date=date_utils.subtract(start, days=10))
        self.lock()
        with self.assertStopped(UserError, "(?i)lock"):
            payment.action_draft()
        self.assertFund(130, 0)
        self.mirror(payment.move_id)
        self.assertFund(100, 0)
        self.assertDates()
