from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.key_account.models.key_account_lifecycle import CREDIT, MANAGER, USER

from ..exceptions import CreditError
from ..tools.amount import is_amount
from .key_account import CREDIT_READERS
from .key_account_credit_limit import LIMIT_SCOPES

ASKERS = (USER, CREDIT)
DECIDERS = (CREDIT, MANAGER)

REQUEST_KINDS = [
    ("permanent", "Permanent Limit"),
    ("seasonal", "Seasonal Limit"),
    ("temporary", "Temporary Limit, on Top"),
    ("end", "End of Limits"),
]
# What may still be said once a request is no draft any more.
OPEN_FIELDS = {"message_main_attachment_id"}


class KeyAccountCreditRequest(models.Model):
    """What somebody wants a customer's limit to be, and who decided on it.

    The only way in which limits change. Whoever asks does not decide. Where approval
    rules ask, they say who does; without rules a credit controller or a manager whom the
    request does not come from. What is asked for is checked in
    `key_account_credit_request_check.py`, what follows from an approval is in
    `key_account_credit_request_execute.py`.
    """

    _name = "key.account.credit.request"
    _description = "Credit Request"
    _inherit = [
        "key.account.approval.mixin",
        "key.account.guarded.state",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _mail_post_access = "read"

    _GUARDED_FIELDS = ("name", "partner_id", "company_id")
    _VERB_FIELDS = {
        "state": "draft",
        "asked_by_id": False,
        "date_asked": False,
        "salesperson_id": False,
        "decided_by_id": False,
        "date_decided": False,
        "reject_reason": False,
    }
    _TRANSITIONS = {
        "draft": {"asked": ASKERS, "cancelled": ASKERS},
        "asked": {"approved": DECIDERS, "rejected": DECIDERS, "cancelled": ASKERS},
    }

    name = fields.Char(string="Number", readonly=True, copy=False, default="")
    key_account_id = fields.Many2one(
        "key.account", required=True, index=True, ondelete="restrict", tracking=True
    )
    partner_id = fields.Many2one(
        related="key_account_id.partner_id", store=True, string="Customer"
    )
    company_id = fields.Many2one(
        related="key_account_id.company_id", store=True, index=True
    )
    kind = fields.Selection(
        REQUEST_KINDS,
        string="What",
        required=True,
        default="permanent",
        tracking=True,
        help="Permanent: what counts as a rule, instead of the present permanent limit. "
        "Seasonal: counts instead of it while it runs. Temporary: comes on top while it "
        "runs. End: limits count no longer.",
    )
    scope = fields.Selection(
        LIMIT_SCOPES,
        string="Covers",
        required=True,
        default="account",
        tracking=True,
        help="The whole group: the account and its subsidiaries together, beside the "
        "limits of their own.",
    )
    amount = fields.Monetary(
        tracking=True,
        help="Taxes included. Temporary: how much comes on top; else the whole limit.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        ondelete="restrict",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_start = fields.Date(
        string="From",
        copy=False,
        tracking=True,
        help="The first day; empty: from the day of the decision.",
    )
    date_end = fields.Date(
        string="Until",
        copy=False,
        tracking=True,
        help="The last day. Empty: until further notice; of limits that are to end: at "
        "once.",
    )
    insurer = fields.Char(help="Who insures the debt, if anybody does.")
    amount_insured = fields.Monetary(string="Insured Amount")
    reason = fields.Text(help="Those who decide read it.")
    limit_id = fields.Many2one(
        "key.account.credit.limit",
        string="Limit to Replace or End",
        index="btree_not_null",
        copy=False,
        ondelete="restrict",
        groups=CREDIT_READERS,
        domain="[('key_account_id', '=', key_account_id), ('scope', '=', scope),"
        " ('state', '=', 'active')]",
        help="It ends when the new one begins. A new permanent limit ends the present one "
        "anyway; the end of limits means all of the account when this is empty.",
    )
    # Without the amount: for those who decide on the end of a limit, whoever they are.
    limit_kind = fields.Selection(related="limit_id.kind", string="Kind of That Limit")
    limit_start = fields.Date(
        related="limit_id.date_start", string="Start of That Limit"
    )
    order_id = fields.Many2one(
        "sale.order",
        string="Held Order",
        index="btree_not_null",
        copy=False,
        ondelete="set null",
        domain="[('gate_state', '=', 'held'), ('company_id', '=', company_id)]",
        help="The order that waits for the limit, if one does.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("asked", "To Approve"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
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
        "res.users", string="Asked by", readonly=True, copy=False, index=True
    )
    date_asked = fields.Datetime(string="Asked on", readonly=True, copy=False)
    salesperson_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        help="The account's salesperson when it was asked: does not decide on it.",
    )
    decided_by_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, copy=False, tracking=True
    )
    date_decided = fields.Datetime(string="Decided on", readonly=True, copy=False)
    reject_reason = fields.Char(string="Why Rejected", readonly=True, copy=False)
    is_own = fields.Boolean(compute="_compute_is_own")
    limit_ids = fields.One2many(
        "key.account.credit.limit",
        "request_id",
        string="Limits from It",
        readonly=True,
        groups=CREDIT_READERS,
    )

    # ---------------------------------------------------------------- computes

    @api.depends("key_account_id")
    def _compute_currency_id(self):
        for request in self:
            request.currency_id = (
                request.currency_id or request.key_account_id.currency_id
            )

    @api.depends_context("uid")
    @api.depends("asked_by_id", "salesperson_id", "key_account_id.user_id")
    def _compute_is_own(self):
        for request in self:
            request.is_own = self.env.user in request._get_approval_owners()

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind == "end":
            self.amount = self.amount_insured = 0.0
            self.insurer = self.date_start = False

    # -------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        # Before a number is taken.
        self.check_access("create")
        self._assert_amounts(vals_list)
        Sequence = self.env["ir.sequence"]
        for vals in vals_list:
            # Nobody chooses the number.
            vals["name"] = Sequence.next_by_code(self._name)
        requests = super().create(vals_list)
        requests._assert_order_readable()
        return requests

    def write(self, vals):
        self._assert_open(vals)
        self._assert_amounts([vals])
        result = super().write(vals)
        if "key_account_id" in vals:
            # Nobody writes a request that would not be theirs to write.
            self.check_access("write")
        if "order_id" in vals:
            self._assert_order_readable()
        return result

    @api.model
    def _assert_amounts(self, vals_list):
        """Raise when one of the amounts is none: negative, not a number or endless. The
        ORM would fail to round it, without a sentence."""
        for vals in vals_list:
            for name in ("amount", "amount_insured"):
                value = vals.get(name, self.env.context.get(f"default_{name}"))
                if not is_amount(value):
                    raise ValidationError(
                        self.env._(
                            "%s of a credit request is an amount of zero or more: "
                            "correct it.",
                            self._fields[name]._description_string(self.env),
                        )
                    )

    def _assert_order_readable(self):
        # Names of orders are not found out by asking for them.
        self.order_id.check_access("read")

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
            if content and request.state != "draft":
                raise CreditError(
                    self.env._(
                        "%s is not a draft any more and cannot be changed: cancel it and "
                        "make a new request.",
                        request.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        for request in self:
            if request.state != "draft":
                raise CreditError(
                    self.env._(
                        "%s is kept as a record: cancel it instead of deleting it.",
                        request.display_name,
                    )
                )
