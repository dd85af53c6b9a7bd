from odoo import api, fields, models

from odoo.addons.key_account.exceptions import DutyError
from odoo.addons.key_account.models.guarded_state import get_group_names

from ..exceptions import CreditError
from .key_account import CREDIT_READERS

# Who asks customers for money; auditors and salespeople do not.
ASKERS = (
    "key_account.group_key_account_manager",
    "key_account.group_key_account_credit",
    "account.group_account_invoice",
)
# Where several hold an order, the first one is the reason that it is listed under.
HOLD_REASONS = [
    ("credit_expired", "Limit has ended"),
    ("credit_overdue", "Overdue amount"),
    ("credit_oldest", "Oldest open item"),
    ("credit_limit", "Over the limit"),
    ("credit_group_limit", "Over the group's limit"),
    ("credit_payer", "Payer is no key account"),
    ("credit_terms", "Payment terms"),
    ("credit_order_value", "Order value"),
    ("credit_utilisation", "Use of the limit"),
    ("credit_suspended", "Account suspended"),
    ("other", "Another check"),
]
# What a payment of so much would let through.
LIMIT_CODES = ("credit_limit", "credit_group_limit", "credit_expired")
PAYABLE_CODES = (*LIMIT_CODES, "credit_overdue")


class SaleOrder(models.Model):
    """Orders that wait for credit, as those see them who decide on them."""

    _inherit = "sale.order"

    _GUARDED_FIELDS = ("credit_hold_reason",)

    credit_hold_reason = fields.Selection(
        HOLD_REASONS,
        string="Held for",
        compute="_compute_credit_hold_reason",
        store=True,
        copy=False,
        groups=CREDIT_READERS,
        help="The credit check that holds the order, the gravest where several do.",
    )
    credit_hold_text = fields.Text(
        string="What the Checks Say",
        compute="_compute_credit_hold",
        groups=CREDIT_READERS,
    )
    credit_hold_missing = fields.Monetary(
        string="Missing",
        compute="_compute_credit_hold",
        groups=CREDIT_READERS,
        help="So much less owed would let the order through, in its own currency; zero "
        "where it is not about money.",
    )
    credit_hold_days = fields.Integer(
        string="Days Held",
        compute="_compute_credit_hold",
        groups=CREDIT_READERS,
        help="For how many days the order has been waiting.",
    )
    can_decide_credit = fields.Boolean(
        compute="_compute_can_decide_credit", groups=CREDIT_READERS
    )
    # How whoever pays stands, in the company's currency. What can be searched by is not
    # read as superuser: the search would not ask for the rights.
    debtor_standing = fields.Selection(
        related="debtor_account_id.credit_standing",
        related_sudo=False,
        groups=CREDIT_READERS,
    )
    debtor_limit = fields.Monetary(
        related="debtor_account_id.credit_limit",
        string="Credit Limit",
        currency_field="exposure_currency_id",
        groups=CREDIT_READERS,
    )
    debtor_exposure = fields.Monetary(
        related="debtor_account_id.credit_exposure",
        currency_field="exposure_currency_id",
        groups=CREDIT_READERS,
    )
    debtor_available = fields.Monetary(
        related="debtor_account_id.credit_available",
        currency_field="exposure_currency_id",
        groups=CREDIT_READERS,
    )
    debtor_overdue = fields.Monetary(
        related="debtor_account_id.credit_overdue",
        related_sudo=False,
        currency_field="exposure_currency_id",
        groups=CREDIT_READERS,
    )
    debtor_incoming = fields.Text(
        related="debtor_account_id.credit_incoming", groups=CREDIT_READERS
    )
    payment_reminder_ids = fields.Many2many(
        "key.account.payment.reminder",
        "key_account_payment_reminder_order_rel",
        "order_id",
        "reminder_id",
        readonly=True,
        copy=False,
        groups=CREDIT_READERS,
    )
    date_payment_asked = fields.Datetime(
        string="Asked for Money on",
        compute="_compute_date_payment_asked",
        groups=CREDIT_READERS,
    )

    # The workbench looks for few orders among many.
    _credit_hold_idx = models.Index(
        "(credit_hold_reason) WHERE credit_hold_reason IS NOT NULL"
    )

    @api.depends("gate_issue_ids.state")
    def _compute_credit_hold_reason(self):
        reasons = [code for code, _label in HOLD_REASONS]
        for order in self:
            codes = set(order._get_credit_issues().mapped("code"))
            known = [reason for reason in reasons if reason in codes]
            order.credit_hold_reason = known[0] if known else bool(codes) and "other"

    @api.depends("gate_issue_ids.state", "gate_date_requested")
    def _compute_credit_hold(self):
        now = fields.Datetime.now()
        for order in self:
            issues = order._get_credit_issues()
            order.credit_hold_text = "\n".join(issues.mapped("text"))
            order.credit_hold_missing = max(order._get_missing_credit())
            since = min(issues.mapped("date"), default=now)
            if order.gate_date_requested:
                since = min(since, order.gate_date_requested)
            order.credit_hold_days = (now - since).days

    @api.depends("gate_issue_ids.state", "user_id", "gate_owner_ids")
    @api.depends_context("uid")
    def _compute_can_decide_credit(self):
        for order in self:
            # Not of a filtered set: that would fetch the owners order by order.
            order.can_decide_credit = any(
                issue.kind == "credit"
                and issue.state == "open"
                and not issue._get_reject_refusal()
                for issue in order.gate_issue_ids
            )

    @api.depends("payment_reminder_ids.date_sent")
    def _compute_date_payment_asked(self):
        for order in self:
            dates = order.payment_reminder_ids.mapped("date_sent")
            order.date_payment_asked = max(filter(None, dates), default=False)

    def _get_credit_issues(self):
        """Return what holds the orders for credit now."""
        return self.gate_issue_ids.filtered(
            lambda i: i.state == "open" and i.kind == "credit"
        )

    def _get_missing_credit(self):
        """Return ``(missing below the limits, overdue)`` in the order's currency: what
        the customer would have to pay, for the one and for the other."""
        self.ensure_one()
        missing = {}
        for issue in self._get_credit_issues():
            amount = max(missing.get(issue.code, 0.0), issue.amount_missing)
            missing[issue.code] = amount
        return (
            max(missing.get(code, 0.0) for code in LIMIT_CODES),
            missing.get("credit_overdue", 0.0),
        )

    # ------------------------------------------------------------------- verbs

    def action_ask_payment(self):
        """Ask the customers of these held orders for the money that would let them
        through. For one customer the mail is shown before it is sent; each of several
        is sent one at once.

        :raise DutyError: to whoever does not ask customers for money
        :raise CreditError: no order is held for want of money, or a customer has no
            email address
        """
        self.check_access("read")
        if not (self.env.su or self.env.user.has_groups(",".join(ASKERS))):
            raise DutyError(
                self.env._(
                    "It is not for you to ask customers for money, ask one of: %s.",
                    get_group_names(self.env, ASKERS),
                )
            )
        held = self.filtered("credit_hold_missing")
        if not held:
            raise CreditError(
                self.env._(
                    "%s does not wait for money: decide on it, or have it changed.",
                    ", ".join(self.mapped("name")),
                )
            )
        reminders = self.env["key.account.payment.reminder"]._make(held)
        if len(reminders) == 1:
            return reminders.action_compose()
        return reminders.action_send()
