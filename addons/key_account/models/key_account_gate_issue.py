from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..exceptions import DutyError
from .guarded_state import get_group_names
from .key_account_lifecycle import CREDIT, MANAGER
from .price_visibility import PRICE_READERS

ACTIVITY = "key_account.mail_activity_type_gate"
ACTIVITY_REJECTED = "key_account.mail_activity_type_gate_rejected"
KINDS = [
    ("account", "Key Account"),
    ("document", "Document"),
    ("price", "Price"),
    ("fund", "Fund"),
    ("credit", "Credit Limit"),
    ("stock", "Stock"),
    ("approval", "Approval"),
]


class KeyAccountGateIssue(models.Model):
    """Something that stopped an order at the gate, and what became of it.

    An issue is about the order as it was when somebody asked to confirm it; the
    fingerprint says which content that was. It is open until the cause has gone
    (resolved) or somebody whose business it is lets it through (released) or sends the
    order back (rejected).
    """

    _name = "key.account.gate.issue"
    _description = "Gate Issue"
    _inherit = ["key.account.append.only"]
    _order = "date desc, id desc"
    _rec_name = "text"
    _log_access = False

    _CLOSING_FIELDS = (
        "state",
        "decided_by_id",
        "date_decided",
        "reason",
        "amount_released",
        "date_release_end",
    )
    # Whose business a kind is: any one of these groups may release it.
    _RELEASE_GROUPS = {
        "account": (MANAGER, CREDIT),
        "document": (MANAGER, CREDIT),
        "price": (MANAGER,),
        "fund": (CREDIT,),
        "credit": (CREDIT,),
        "stock": (MANAGER,),
    }

    order_id = fields.Many2one(
        "sale.order", required=True, index=True, ondelete="restrict"
    )
    account_id = fields.Many2one(
        "key.account", string="Key Account", index="btree_not_null", ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    currency_id = fields.Many2one("res.currency", required=True, ondelete="restrict")
    code = fields.Char(required=True, help="Stable name of the check, for statistics.")
    subject = fields.Char(
        help="Tells several issues of one code apart, for example the document."
    )
    kind = fields.Selection(
        KINDS, required=True, help="Says whose business it is to release the issue."
    )
    text = fields.Char(string="What Stops the Order", required=True)
    amount_missing = fields.Monetary(
        groups=PRICE_READERS, help="In the order's currency; zero when not about money."
    )
    fingerprint = fields.Char(
        required=True,
        export_string_translation=False,
        help="The content of the order that was judged.",
    )
    gate_round = fields.Integer(
        export_string_translation=False,
        help="Which round of the order: counted up when it is cancelled.",
    )
    requested_by_id = fields.Many2one(
        "res.users",
        string="Confirmation Asked by",
        required=True,
        ondelete="restrict",
        help="Asked to confirm the order and so never releases this.",
    )
    salesperson_id = fields.Many2one(
        "res.users", ondelete="restrict", help="The order's salesperson at the time."
    )
    date = fields.Datetime(
        string="Since", required=True, index=True, default=fields.Datetime.now
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("released", "Released"),
            ("rejected", "Rejected"),
            ("resolved", "Resolved"),
        ],
        required=True,
        index=True,
        default="open",
    )
    decided_by_id = fields.Many2one(
        "res.users", string="Decided by", ondelete="restrict"
    )
    date_decided = fields.Datetime(string="Decided on")
    reason = fields.Char()
    amount_released = fields.Monetary(
        groups=PRICE_READERS,
        readonly=True,
        help="Up to which missing amount it was let through, in the order's currency.",
    )
    date_release_end = fields.Date(
        string="Released Until",
        readonly=True,
        help="After this day the release lets nothing through any more; for good when "
        "empty.",
    )
    can_release = fields.Boolean(compute="_compute_can_release")

    @api.depends("state", "order_id.fingerprint", "order_id.gate_round")
    @api.depends_context("uid")
    def _compute_can_release(self):
        for issue in self:
            issue.can_release = issue.state == "open" and not issue._get_refusal()

    # ---------------------------------------------------------------- release

    def action_release(self, reason, amount=None, date_end=None):
        """Let the orders through although these issues stand, for good and on record.

        The order confirms itself when nothing else stops it. A release is worth what
        was judged: once the order changes it does not count any more.

        :param str reason: why; kept with the decision
        :param amount: up to which missing amount, in the order's currency; what is
            missing now when left out
        :param date_end: the last day on which it counts
        :raise DutyError: by whom the order comes from, or who does not own the kind
        :raise UserError: no reason, already decided, the order has changed since, or
            the amount or the day lets nothing through
        Locks the accounts of the orders.
        """
        self.check_access("read")
        reason = (reason or "").strip() if isinstance(reason, str) else ""
        if not reason:
            raise UserError(
                self.env._("Say why the order may go through: enter a reason.")
            )
        # sudo: the roles that release only read orders and accounts.
        orders = self.sudo().order_id
        orders._gate_lock_accounts()
        for issue in self:
            if refusal := issue._get_refusal():
                raise refusal
        for issue in self:
            issue._close_as(
                "released", reason, **issue._get_release_vals(amount, date_end)
            )
        self._log(self.env._("Released: %s", reason))
        orders._gate_settle()
        return True

    def _get_release_vals(self, amount, date_end):
        """Return up to which amount and until when this issue is released.

        :raise UserError: that would not let the order through
        """
        # sudo: the amount counts for those who may not read it.
        order, missing = self.sudo().order_id, self.sudo().amount_missing
        if amount is None:
            amount = missing
        if self.currency_id.compare_amounts(amount, missing) < 0:
            raise UserError(
                self.env._(
                    "%(order)s: %(missing)s is missing, release at least that much.",
                    order=order.name,
                    missing=self.currency_id.format(missing),
                )
            )
        date_end = fields.Date.to_date(date_end)
        if date_end and date_end < self.company_id._get_today():
            raise UserError(
                self.env._(
                    "%s: the last day of the release is over, choose a later one.",
                    order.name,
                )
            )
        return {"amount_released": amount, "date_release_end": date_end}

    def _is_over(self):
        """Return whether this release has ended."""
        end = self.date_release_end
        return bool(end) and end < self.company_id._get_today()

    def action_open_release(self):
        """Return the dialog that asks for the reason."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account.key_account_gate_release_action"
        )
        action["context"] = {"default_issue_ids": self.ids}
        return action

    def action_open_order(self):
        """Return the action that opens the order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }

    def _get_release_groups(self):
        """Return the XML ids of the groups that may release this issue, any of them;
        none: it goes away with its cause only."""
        return self._RELEASE_GROUPS.get(self.kind, ())

    def _get_refusal(self):
        """Return the exception that keeps the current user from releasing this issue,
        or None."""
        # sudo: who reads the issue may not read all of its order.
        order = self.sudo().order_id
        if self.state != "open":
            return UserError(
                self.env._("%s: this issue has been decided already.", order.name)
            )
        if refusal := self._get_duty_refusal(order):
            return refusal
        if (order.fingerprint, order.gate_round) != (self.fingerprint, self.gate_round):
            return UserError(
                self.env._(
                    "%s has been changed since it was stopped: have it confirmed again, "
                    "then decide on what it is now.",
                    order.name,
                )
            )
        return None

    def _get_duty_refusal(self, order):
        """Return the exception if it is not for the current user to decide."""
        groups = self._get_release_groups()
        if not groups:
            return DutyError(
                self.env._(
                    "%(order)s: nobody releases this, it has to be settled: %(text)s",
                    order=order.name,
                    text=self.text,
                )
            )
        if not self.env.user.has_groups(",".join(groups)):
            return DutyError(
                self.env._(
                    "%(order)s: this is not yours to release, ask one of: %(groups)s.",
                    order=order.name,
                    groups=get_group_names(self.env, groups),
                )
            )
        if self.env.user in self._get_owners():
            return DutyError(
                self.env._(
                    "%s is your own order: somebody else has to release it.", order.name
                )
            )
        return None

    def _get_owners(self):
        """Return whom the order comes from: they never release it."""
        # sudo: as in _get_refusal.
        order = self.sudo().order_id
        return (
            order.create_uid
            | order.user_id
            | order.gate_owner_ids
            | self.salesperson_id
            | self.requested_by_id
        )

    def _close_as(self, state, reason, **vals):
        """Write down what became of open issues; the only door to their state."""
        self._close(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "date_decided": fields.Datetime.now(),
                "reason": reason,
                **vals,
            }
        )

    def _get_deciders(self):
        """Return ``{issue: users}`` whose business the issues are: of the account's
        team those with the right, else all who have it, never whom the order is from.
        """
        found = {}
        for groups, issues in self.grouped(lambda i: i._get_release_groups()).items():
            ids = [self.env.ref(xmlid).id for xmlid in groups]
            # sudo: people are found who may not read each other.
            Users = self.env["res.users"].sudo()
            users = Users.search([("all_group_ids", "in", ids), ("share", "=", False)])
            for issue in issues:
                able = users.filtered(
                    lambda user, i=issue: i.company_id in user.company_ids
                )
                able -= issue._get_owners()
                # sudo: the team counts for those who may not open the account.
                team = issue.account_id.sudo().member_ids.user_id
                found[issue] = (able & team) or able
        return found

    # ------------------------------------------------------------------- tell

    def _tell(self):
        """Post one message on each order and give those whose business it is an
        activity, a constant number of queries for any number of orders."""
        if not self:
            return
        # sudo: whoever confirms or ships may not read the issues.
        of_goods = self.sudo().filtered(lambda issue: issue.order_id.state == "sale")
        orders = (self - of_goods)._log(
            self.env._("Held at the gate; the order stays a quotation until then:")
        )
        orders |= of_goods._log(self.env._("Held; the goods do not leave until then:"))
        # What was to be decided before may not be any more: all is said again.
        orders._gate_drop_activities()
        orders._gate_get_open()._schedule_activities()

    def _log(self, head):
        """Post one message on each order: ``head`` and the issues' sentences.

        :return: the orders, as superuser
        """
        # sudo: whoever confirms or releases may not read all of the order.
        by_order = self.sudo().grouped("order_id")
        orders = self.sudo().order_id  # sudo: as above
        orders._message_log_batch(
            {
                order.id: Markup("%s<ul>%s</ul>")
                % (head, Markup().join(Markup("<li>%s</li>") % i.text for i in issues))
                for order, issues in by_order.items()
            }
        )
        return orders

    def _schedule_activities(self):
        activity_type = self.env.ref(ACTIVITY)
        model_id = self.env["ir.model"]._get_id("sale.order")
        texts = {}
        # sudo: whoever confirms may not read the issues.
        for issue, users in self.sudo()._get_deciders().items():
            for user in users:
                texts.setdefault((issue.order_id, user), []).append(issue.text)
        # sudo: the activities are other people's. Quick: one mail for each held order
        # would be more than anybody reads.
        self.env["mail.activity"].sudo().with_context(
            mail_activity_quick_update=True
        ).create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "res_model_id": model_id,
                    "res_id": order.id,
                    "user_id": user.id,
                    "automated": True,
                    "date_deadline": fields.Date.context_today(self),
                    "summary": " ".join(sentences),
                }
                for (order, user), sentences in texts.items()
            ]
        )
