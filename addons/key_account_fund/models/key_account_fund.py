from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..exceptions import FundError
from .account_account import FUND_KINDS

# What entries and journal items have been booked under.
IDENTITY_FIELDS = {"key_account_id", "currency_id", "kind", "account_id"}
BALANCE_FIELDS = {"amount_posted", "amount_frozen"}
# What a search for an amount may ask.
COMPARISONS = {
    "in": SQL("IN"),
    "not in": SQL("NOT IN"),
    "<": SQL("<"),
    "<=": SQL("<="),
    ">": SQL(">"),
    ">=": SQL(">="),
}


class KeyAccountFund(models.Model):
    """What a customer has with the company for one purpose, in one currency.

    The ledger is `key.account.fund.entry`, written by `_book` alone. The two balances
    beside it are a cache that SQL updates under a ``CHECK``; `_audit` proves them.
    """

    _name = "key.account.fund"
    _description = "Customer Fund"
    _inherit = ["key.account.computed.guard", "mail.thread", "mail.activity.mixin"]
    _order = "key_account_id, kind, id"
    _GUARDED_FIELDS = ("partner_id", "company_id")
    _VERB_FIELDS = {"amount_posted": 0.0, "amount_frozen": 0.0, "state": "open"}

    key_account_id = fields.Many2one(
        "key.account", required=True, index=True, ondelete="restrict", tracking=True
    )
    partner_id = fields.Many2one(
        related="key_account_id.partner_id", store=True, index=True, string="Customer"
    )
    company_id = fields.Many2one(
        related="key_account_id.company_id", store=True, index=True
    )
    kind = fields.Selection(
        FUND_KINDS, required=True, default="prepayment", tracking=True
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        ondelete="restrict",
        tracking=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    account_id = fields.Many2one(
        "account.account",
        string="Liability Account",
        required=True,
        ondelete="restrict",
        compute="_compute_account_id",
        store=True,
        readonly=False,
        precompute=True,
        domain=[("account_type", "=", "liability_current")],
        help="Its balance for this customer is the fund's.",
    )
    journal_id = fields.Many2one(related="company_id.fund_journal_id")
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")],
        required=True,
        readonly=True,
        copy=False,
        default="open",
        tracking=True,
    )
    amount_posted = fields.Monetary(
        string="Balance",
        required=True,
        readonly=True,
        copy=False,
        default=0.0,
        help="What the customer has paid in and has not consumed or got back.",
    )
    amount_frozen = fields.Monetary(
        string="Frozen",
        required=True,
        readonly=True,
        copy=False,
        default=0.0,
        help="The part of the balance that is set aside for orders.",
    )
    amount_available = fields.Monetary(
        string="Available",
        compute="_compute_amount_available",
        search="_search_amount_available",
        help="The part of the balance that is free: balance less frozen.",
    )
    entry_ids = fields.One2many("key.account.fund.entry", "fund_id", readonly=True)

    _balances = models.Constraint(
        "CHECK(amount_frozen >= 0 AND amount_frozen <= amount_posted)",
        "A fund never has less than nothing, and never more frozen than it has.",
    )
    _one_open = models.UniqueIndex(
        "(key_account_id, kind, currency_id) WHERE state = 'open'",
        "The key account has an open fund of this kind in this currency: use that.",
    )

    @api.depends("key_account_id")
    def _compute_currency_id(self):
        for fund in self:
            fund.currency_id = fund.currency_id or fund.key_account_id.currency_id

    @api.depends("key_account_id", "kind")
    def _compute_account_id(self):
        for fund in self:
            company = fund.key_account_id.company_id
            if not company or not fund.kind:
                fund.account_id = False
            elif fund.account_id.fund_kind != fund.kind:
                fund.account_id = company._get_fund_account(fund.kind)

    @api.depends("amount_posted", "amount_frozen")
    def _compute_amount_available(self):
        for fund in self:
            fund.amount_available = fund.amount_posted - fund.amount_frozen

    @api.model
    def _search_amount_available(self, operator, value):
        if operator not in COMPARISONS:
            return NotImplemented
        is_list = operator in ("in", "not in")
        wanted = tuple(amount or 0.0 for amount in value) if is_list else value
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s - %s %s %s",
                model._field_to_sql(alias, "amount_posted", query),
                model._field_to_sql(alias, "amount_frozen", query),
                COMPARISONS[operator],
                wanted,
            )
        )

    @api.depends("key_account_id", "kind", "currency_id")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for fund in self:
            parts = (
                # sudo: customers read their funds, not key accounts.
                fund.sudo().key_account_id.display_name,
                labels.get(fund.kind),
                fund.currency_id.name,
            )
            fund.display_name = " · ".join(part for part in parts if part)

    @api.constrains("account_id", "kind", "company_id")
    def _check_account(self):
        for fund in self:
            account = fund.account_id
            if account.account_type != "liability_current":
                raise ValidationError(
                    self.env._(
                        "%s is no current liability: choose an account where the company "
                        "keeps what it owes its customers.",
                        account.display_name,
                    )
                )
            if account.fund_kind and account.fund_kind != fund.kind:
                raise ValidationError(
                    self.env._(
                        "%s keeps funds of another kind: choose an account of their own "
                        "for these.",
                        account.display_name,
                    )
                )

    # -------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        funds = super().create(vals_list)
        for fund in funds:
            fund.company_id._get_fund_journal()
            if not fund.account_id.fund_kind:
                # sudo: opening a fund does not take the right to configure accounts.
                fund.account_id.sudo().write(
                    {"fund_kind": fund.kind, "reconcile": True}
                )
        return funds

    def write(self, vals):
        if BALANCE_FIELDS.intersection(vals):
            raise FundError(
                self.env._("The balances of a fund follow from its entries alone.")
            )
        if IDENTITY_FIELDS.intersection(vals):
            # Who may not write it is not told whose fund it is.
            self.check_access("write")
            self._assert_unused()
        return super().write(vals)

    def _assert_unused(self):
        # sudo: entries count for those who may not read them, too.
        for fund in self.sudo().filtered("entry_ids"):
            raise FundError(
                self.env._(
                    "%s has entries and stays what it is: close it and open another fund.",
                    fund.display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._assert_unused()

    # ----------------------------------------------------------------- actions

    def action_close(self):
        """Close funds that are empty: nothing more is booked on them.

        :raise FundError: when something is left in one
        """
        self.check_access("write")
        for fund in self:
            if not fund.currency_id.is_zero(fund.amount_posted):
                raise FundError(
                    self.env._(
                        "%(fund)s still has %(amount)s: refund or transfer it, then close "
                        "the fund.",
                        fund=fund.display_name,
                        amount=fund.currency_id.format(fund.amount_posted),
                    )
                )
        # sudo: a verb writes it, users never do.
        self.sudo().state = "closed"
        return True

    def action_reopen(self):
        """Open closed funds again."""
        self.check_access("write")
        # sudo: as in action_close.
        self.sudo().state = "open"
        return True

    def action_open_entries(self):
        """Return the action that lists the entries of these funds."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_fund.key_account_fund_entry_action"
        )
        action.update(domain=[("fund_id", "in", self.ids)], context={})
        return action

    def action_register_payment(self):
        """Return the form of a new customer payment into this fund."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payment into the Fund"),
            "res_model": "account.payment",
            "views": [(False, "form")],
            "context": {
                "default_payment_type": "inbound",
                "default_partner_type": "customer",
                "default_partner_id": self.partner_id.id,
                "default_currency_id": self.currency_id.id,
                "default_key_account_fund_id": self.id,
            },
        }

    # ---------------------------------------------------------------- business

    @api.model
    def _find_or_open(self, account, currency, kind="prepayment"):
        """Return the account's open fund of this kind and currency, opened if need be."""
        fund = self.search(
            [
                ("key_account_id", "=", account.id),
                ("currency_id", "=", currency.id),
                ("kind", "=", kind),
                ("state", "=", "open"),
            ]
        )
        return fund or self.create(
            {
                "key_account_id": account.id,
                "currency_id": currency.id,
                "kind": kind,
            }
        )
