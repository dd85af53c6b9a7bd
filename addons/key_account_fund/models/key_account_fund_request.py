from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from odoo.addons.key_account.models.key_account_lifecycle import MANAGER, USER

from ..exceptions import FundError
from .finite_amount import assert_amounts

ACCOUNTANT = "account.group_account_invoice"
ASKERS = (USER, ACCOUNTANT)

REQUEST_KINDS = [
    ("refund", "Refund to the Customer"),
    ("transfer", "Transfer to Another Fund"),
    ("release", "Release of Guarantee Money"),
    ("apply", "Payment of Invoices"),
]
# What may still be said once a request is no draft any more.
OPEN_FIELDS = {"message_main_attachment_id"}


class KeyAccountFundRequest(models.Model):
    """What somebody wants done with a customer's money, and who decided on it.

    Whoever asks neither approves nor carries it out. Where approval rules ask, they say
    who approves; without rules any other accountant or manager does. What carrying it
    out means is in `key_account_fund_request_execute.py`.
    """

    _name = "key.account.fund.request"
    _description = "Fund Request"
    _inherit = [
        "key.account.approval.mixin",
        "key.account.guarded.state",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _mail_post_access = "read"

    _GUARDED_FIELDS = ("name", "key_account_id", "partner_id", "company_id")
    _VERB_FIELDS = {
        "state": "draft",
        "asked_by_id": False,
        "decided_by_id": False,
        "executed_by_id": False,
    }
    _TRANSITIONS = {
        "draft": {"asked": ASKERS, "cancelled": ASKERS},
        "asked": {
            "approved": (ACCOUNTANT, MANAGER),
            "draft": ASKERS,
            "cancelled": ASKERS,
        },
        "approved": {"done": (ACCOUNTANT,), "draft": ASKERS, "cancelled": ASKERS},
        # When the payment of a refund is taken back.
        "done": {"approved": (ACCOUNTANT,)},
    }

    name = fields.Char(string="Number", readonly=True, copy=False, default="")
    fund_id = fields.Many2one(
        "key.account.fund",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        domain=[("state", "=", "open")],
    )
    key_account_id = fields.Many2one(
        related="fund_id.key_account_id", store=True, index=True
    )
    partner_id = fields.Many2one(
        related="fund_id.partner_id", store=True, string="Customer"
    )
    company_id = fields.Many2one(related="fund_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="fund_id.currency_id")
    fund_kind = fields.Selection(related="fund_id.kind", string="Kind of Fund")
    fund_available = fields.Monetary(related="fund_id.amount_available")
    fund_frozen = fields.Monetary(related="fund_id.amount_frozen")
    kind = fields.Selection(
        REQUEST_KINDS, string="What", required=True, default="refund", tracking=True
    )
    amount = fields.Monetary(required=True, tracking=True)
    group_partner_id = fields.Many2one(
        "res.partner",
        compute="_compute_group_partner_id",
        compute_sudo=True,
        help="The topmost company of the customer's group.",
    )
    target_fund_id = fields.Many2one(
        "key.account.fund",
        string="To Fund",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        domain="[('id', '!=', fund_id), ('state', '=', 'open'),"
        " ('company_id', '=', company_id), ('currency_id', '=', currency_id),"
        " ('partner_id', 'child_of', group_partner_id)]",
        help="Of the same customer, or of another company of its group.",
    )
    invoice_ids = fields.Many2many(
        "account.move",
        "key_account_fund_request_invoice_rel",
        string="Invoices",
        copy=False,
        domain="[('move_type', '=', 'out_invoice'), ('state', '=', 'posted'),"
        " ('amount_residual', '>', 0), ('currency_id', '=', currency_id),"
        " ('company_id', '=', company_id),"
        " ('commercial_partner_id', '=', partner_id)]",
        help="They are paid from the fund, the one that is due first before the others.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Pay from",
        ondelete="restrict",
        groups=ACCOUNTANT,
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', '=', company_id)]",
        help="Where the refund is paid from; the company's first bank when left empty.",
    )
    reason = fields.Text(help="Those who decide read it.")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("asked", "To Approve"),
            ("approved", "Approved"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        default="draft",
        group_expand=True,
    )
    asked_by_id = fields.Many2one(
        "res.users", string="Asked by", readonly=True, copy=False
    )
    decided_by_id = fields.Many2one(
        "res.users", string="Approved by", readonly=True, copy=False, tracking=True
    )
    executed_by_id = fields.Many2one(
        "res.users", string="Carried out by", readonly=True, copy=False
    )
    is_own = fields.Boolean(compute="_compute_is_own")
    payment_ids = fields.One2many(
        "account.payment",
        "key_account_fund_request_id",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    entry_ids = fields.One2many(
        "key.account.fund.entry", "request_id", string="Fund Entries", readonly=True
    )

    # ---------------------------------------------------------------- computes

    @api.depends("fund_id")
    def _compute_group_partner_id(self):
        for request in self:
            request.group_partner_id = request._get_top_partner(
                request.fund_id.partner_id
            )

    @api.model
    def _get_top_partner(self, partner):
        while partner.parent_id:
            partner = partner.parent_id
        return partner

    @api.depends_context("uid")
    @api.depends("asked_by_id")
    def _compute_is_own(self):
        for request in self:
            request.is_own = self.env.user in request._get_approval_owners()

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind != "transfer":
            self.target_fund_id = False
        if self.kind != "apply":
            self.invoice_ids = [Command.clear()]

    # ------------------------------------------------------------------ checks

    @api.constrains("amount", "fund_id", "kind", "target_fund_id", "invoice_ids")
    def _check_content(self):
        """What does not depend on the balances; also asked before each decision."""
        # sudo: what is wrong does not depend on who asks.
        for request in self.sudo():
            problem = (
                request._get_fund_problem()
                or request._get_target_problem()
                or request._get_invoice_problem()
            )
            if problem:
                raise ValidationError(
                    self.env._(
                        "%(request)s cannot be like this, %(problem)s: correct it.",
                        request=request.display_name,
                        problem=problem,
                    )
                )

    def _get_fund_problem(self):
        if self.currency_id.compare_amounts(self.amount, 0.0) <= 0:
            return self.env._("its amount has to be greater than zero")
        if self.fund_id.state != "open":
            return self.env._("%s is closed", self.fund_id.display_name)
        if self.kind == "release" and self.fund_id.kind != "deposit":
            return self.env._("%s has no guarantee money", self.fund_id.display_name)
        return None

    def _get_target_problem(self):
        fund, target = self.fund_id, self.target_fund_id
        if self.kind != "transfer":
            if target:
                return self.env._("only a transfer goes to another fund")
            return None
        if not target:
            return self.env._("a transfer needs the fund that gets the money")
        if target == fund:
            return self.env._("a fund transfers nothing to itself")
        if target.company_id != fund.company_id:
            return self.env._("the other fund belongs to another company")
        if self._get_top_partner(target.partner_id) != self.group_partner_id:
            return self.env._("the other fund belongs to another customer")
        if target.currency_id != fund.currency_id:
            return self.env._("the other fund is kept in %s", target.currency_id.name)
        if target.state != "open":
            return self.env._("%s is closed", target.display_name)
        return None

    def _get_invoice_problem(self):
        if self.kind != "apply":
            if self.invoice_ids:
                return self.env._("only a payment of invoices names some")
            return None
        if not self.invoice_ids:
            return self.env._("it needs the invoices that are to be paid")
        for invoice in self.invoice_ids:
            if invoice.company_id != self.company_id:
                return self.env._("%s belongs to another company", invoice.name)
            if invoice.commercial_partner_id != self.partner_id:
                return self.env._("%s belongs to another customer", invoice.name)
            if invoice.move_type != "out_invoice" or invoice.state != "posted":
                return self.env._("%s is no posted invoice", invoice.display_name)
            if invoice.currency_id != self.currency_id:
                return self.env._(
                    "%(invoice)s is in %(currency)s",
                    invoice=invoice.name,
                    currency=invoice.currency_id.name,
                )
            if invoice.currency_id.compare_amounts(invoice.amount_residual, 0.0) <= 0:
                return self.env._("%s is paid already", invoice.name)
        return None

    # -------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        assert_amounts(self, vals_list)
        Sequence = self.env["ir.sequence"]
        for vals in vals_list:
            # Nobody chooses the number.
            vals["name"] = Sequence.next_by_code(self._name)
        return super().create(vals_list)

    def write(self, vals):
        assert_amounts(self, [vals])
        self._assert_open(vals)
        result = super().write(vals)
        if "fund_id" in vals:
            # Nobody writes a request that would not be theirs to write.
            self.check_access("write")
        return result

    def _assert_open(self, vals):
        """Raise when what is written is content, and a request is no draft any more."""
        closed = self._get_verb_fields().keys() | self._get_guarded_fields()
        content = {
            name
            for name in vals
            if name not in closed | OPEN_FIELDS
            and not name.startswith(("message_", "activity_"))
        }
        for request in self:
            # Which bank pays is no part of the decision.
            is_payable = request.state in ("asked", "approved")
            if request.state == "draft" or (is_payable and content <= {"journal_id"}):
                continue
            if content:
                raise FundError(
                    self.env._(
                        "%s is not a draft any more and cannot be changed: set it back "
                        "to draft, or make a new request.",
                        request.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        for request in self:
            if request.state != "draft":
                raise FundError(
                    self.env._(
                        "%s is kept as a record: cancel it instead of deleting it.",
                        request.display_name,
                    )
                )
