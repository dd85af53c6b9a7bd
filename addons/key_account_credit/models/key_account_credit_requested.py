from odoo import api, fields, models
from odoo.tools import float_round

from odoo.addons.key_account.models.key_account_lifecycle import CREDIT, USER

from ..exceptions import CreditError

REQUEST = "key.account.credit.request"


class KeyAccount(models.Model):
    """The requests about an account's limits, and the button that makes one."""

    _inherit = "key.account"

    credit_request_ids = fields.One2many(
        REQUEST, "key_account_id", readonly=True, groups="base.group_user"
    )
    credit_request_count = fields.Integer(
        string="Limit Requests",
        compute="_compute_credit_request_count",
        groups="base.group_user",
    )

    @api.depends("credit_request_ids")
    def _compute_credit_request_count(self):
        counts = dict(
            self.env[REQUEST]._read_group(
                [("key_account_id", "in", self.ids)], ["key_account_id"], ["__count"]
            )
        )
        for account in self:
            account.credit_request_count = counts.get(account._origin, 0)

    def action_open_credit_requests(self):
        """Return the action that lists the requests about these accounts' limits."""
        return self._open_action(
            "key_account_credit.key_account_credit_request_action",
            [("key_account_id", "in", self.ids)],
            default_key_account_id=self[:1].id,
        )

    def action_request_limit(self):
        """Return the form of a new request for a limit of this account."""
        return self._open_new_credit_request()

    def _open_new_credit_request(self, **vals):
        self.ensure_one()
        self.check_access("read")
        vals = {"key_account_id": self.id, **vals}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request a Limit"),
            "res_model": REQUEST,
            "views": [(False, "form")],
            "context": {f"default_{name}": value for name, value in vals.items()},
        }


class KeyAccountCreditLimit(models.Model):
    _inherit = "key.account.credit.limit"

    def action_request_change(self):
        """Return the form of a new request for another amount instead of this limit."""
        self.check_access("read")
        last = self.date_end
        return self.key_account_id._open_new_credit_request(
            kind=self.kind,
            scope=self.scope,
            amount=self.amount,
            currency_id=self.currency_id.id,
            date_end=last if last and last >= self.company_id._get_today() else False,
            insurer=self.insurer,
            amount_insured=self.amount_insured,
            limit_id=self.id,
        )

    def action_request_end(self):
        """Return the form of a new request that this limit ends."""
        self.check_access("read")
        return self.key_account_id._open_new_credit_request(
            kind="end",
            scope=self.scope,
            currency_id=self.currency_id.id,
            limit_id=self.id,
        )

    def action_open_request(self):
        """Return the action that opens the request that this limit came from."""
        return self.request_id._get_records_action()


class SaleOrder(models.Model):
    """Asking for the limit that a held order waits for."""

    _inherit = "sale.order"

    # Issues that a limit settles, in the order in which one is asked for.
    _LIMIT_CODES = ("credit_limit", "credit_expired", "credit_group_limit")

    credit_request_ids = fields.One2many(
        REQUEST, "order_id", readonly=True, groups=f"{USER},{CREDIT}"
    )
    can_request_limit = fields.Boolean(
        compute="_compute_can_request_limit", groups=f"{USER},{CREDIT}"
    )

    @api.depends("gate_state", "gate_issue_ids.state")
    def _compute_can_request_limit(self):
        for order in self:
            order.can_request_limit = bool(order._get_limit_issue())

    def _get_limit_issue(self):
        """Return the open issue, if any, that a higher limit would settle: that of the
        account before those of its groups."""
        # sudo: the button is for those who may not read all issues.
        issues = self.sudo().gate_issue_ids.filtered(
            lambda issue: issue.state == "open" and issue.code in self._LIMIT_CODES
        )
        return issues.sorted(lambda i: (self._LIMIT_CODES.index(i.code), i.id))[:1]

    def action_request_limit(self):
        """Return the form of a request for the limit that lets this order through: of
        one that waits already, or a new one. Credit controllers and managers are
        offered the limit in force and what is missing, as a permanent one; salespeople,
        who do not know the first, what is missing, on top.

        :raise CreditError: nothing of the order waits for a limit
        """
        self.ensure_one()
        self.check_access("read")
        issue = self._get_limit_issue()
        if not issue:
            raise CreditError(
                self.env._("%s does not wait for a credit limit.", self.name)
            )
        waiting = self.env[REQUEST].search(
            [("order_id", "=", self.id), ("state", "in", ("draft", "asked"))], limit=1
        )
        if waiting:
            return waiting._get_records_action()
        is_group = issue.code == "credit_group_limit"
        # sudo: which account pays counts for those who may not open it.
        account = self.sudo().debtor_account_id
        if is_group:
            account = account.browse(int(issue.subject))
        scope = "group" if is_group else "account"
        return self._open_limit_request(account, scope, issue.amount_missing)

    def _open_limit_request(self, account, scope, missing):
        # The account as the user sees it.
        own = self.env["key.account"].browse(account.id)
        if not own.has_access("read"):
            raise CreditError(
                self.env._(
                    "The limit of %(account)s is not yours to ask for: tell its "
                    "salesperson or a credit controller about %(order)s.",
                    account=account.display_name,
                    order=self.name,
                )
            )
        amount = self._get_missing_company(missing)
        kind = "temporary"
        if own._has_field_access(own._fields["credit_limit"], "read"):
            kind = "permanent"
            limits = self.env["key.account.credit.limit"]._get_of_accounts(account)
            amount += account._get_ceiling(limits, scope, 0.0).limit
        return own._open_new_credit_request(
            kind=kind,
            scope=scope,
            amount=account.currency_id.round(amount),
            order_id=self.id,
            reason=self.env._("%s waits for it.", self.name),
        )

    def _get_missing_company(self, missing):
        """Return what is missing in the company's currency, rounded up: less would not
        let the order through."""
        currency = self.company_id.currency_id
        if self.currency_id == currency:
            return missing
        return float_round(
            missing / (self.currency_rate or 1.0),
            precision_rounding=currency.rounding,
            rounding_method="UP",
        )
