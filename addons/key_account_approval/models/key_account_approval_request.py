from collections import Counter

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import clean_context

from odoo.addons.key_account.models.price_visibility import (
    COST_READERS,
    PRICE_READERS,
)

from ..exceptions import ApprovalError


class KeyAccountApprovalRequest(models.Model):
    """A question about one document as it was when it was asked.

    It holds the covered values and their fingerprint; once one of them changes, the
    request is void, decided or not, and does not come back.
    """

    _name = "key.account.approval.request"
    _description = "Approval Request"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _mail_post_access = "read"

    res_model = fields.Char(string="Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", required=True, readonly=True
    )
    document_name = fields.Char(readonly=True)
    document_type = fields.Char(compute="_compute_document_type")
    account_id = fields.Many2one("key.account", string="Key Account", readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True, groups=PRICE_READERS)
    requester_id = fields.Many2one(
        "res.users",
        string="Asked by",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    owner_ids = fields.Many2many(
        "res.users",
        "key_account_approval_request_owner_rel",
        string="Whom It Comes From",
        readonly=True,
        help="When it was asked; they do not decide, even if they hand it over.",
    )
    reason = fields.Text(required=True, readonly=True)
    cause = fields.Text(
        string="Rules",
        readonly=True,
        groups=COST_READERS,
        help="Which rules ask, and why they do; margins are among it.",
    )
    rule_ids = fields.Many2many(
        "key.account.approval.rule",
        "key_account_approval_request_rule_rel",
        string="Approval Rules",
        readonly=True,
    )
    snapshot = fields.Json(readonly=True, groups=PRICE_READERS)
    fingerprint = fields.Char(readonly=True, export_string_translation=False)
    state = fields.Selection(
        [
            ("pending", "To Decide"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("void", "Void"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default="pending",
    )
    date_closed = fields.Datetime(string="Closed on", readonly=True)
    void_names = fields.Char(
        string="What Changed, without Values",
        readonly=True,
        export_string_translation=False,
    )
    void_reason = fields.Text(
        string="What Changed", readonly=True, groups=PRICE_READERS
    )
    reject_reason = fields.Char(readonly=True)
    is_stuck = fields.Boolean(
        string="Nobody Can Decide",
        readonly=True,
        index="btree_not_null",
        help="Too few people are left who may decide an open step.",
    )
    step_ids = fields.One2many(
        "key.account.approval.request.step", "request_id", readonly=True
    )
    decision_ids = fields.One2many(
        "key.account.approval.decision", "request_id", readonly=True
    )
    approver_ids = fields.Many2many(
        "res.users",
        "key_account_approval_request_approver_rel",
        string="Who May Decide",
        readonly=True,
    )
    can_decide = fields.Boolean(compute="_compute_can_decide")
    is_requester = fields.Boolean(compute="_compute_can_decide")
    content = fields.Html(
        string="What Was Asked About", compute="_compute_content", groups=PRICE_READERS
    )

    @api.depends("document_name")
    def _compute_display_name(self):
        for request in self:
            request.display_name = self.env._("Approval of %s", request.document_name)

    @api.depends("res_model")
    def _compute_document_type(self):
        for request in self:
            known = request.res_model in self.env
            request.document_type = (
                self.env[request.res_model]._description if known else request.res_model
            )

    @api.depends_context("uid")
    @api.depends("approver_ids", "state")
    def _compute_can_decide(self):
        for request in self:
            request.can_decide = (
                request.state == "pending" and self.env.user in request.approver_ids
            )
            request.is_requester = request.requester_id == self.env.user

    @api.depends("snapshot")
    def _compute_content(self):
        for request in self:
            # sudo: whoever decides sees what the decision covers.
            document = self.env[request.res_model].sudo().browse(request.res_id)
            values, tables = document._describe_snapshot(request.snapshot or {})
            request.content = self.env["ir.qweb"]._render(
                "key_account_approval.request_content",
                {"values": values, "tables": tables},
            )

    # --------------------------------------------------------------------- ask

    @api.model
    def _ask(self, documents, reason):
        """Create the requests that the rules want for ``documents`` and start them.

        :raise ApprovalError: as in ``action_ask_approval``
        """
        reason = (reason or "").strip() if isinstance(reason, str) else ""
        if not reason:
            raise ApprovalError(
                self.env._("Say why it should be approved: enter a reason.")
            )
        model = self._without_defaults()
        documents = documents.with_env(documents.env(context=model.env.context))
        met = model.env["key.account.approval.rule"]._get_met(documents)
        for document in documents:
            # sudo: a request counts whoever made it.
            document.sudo()._get_latest_request()._assert_may_ask_again(document)
            if document not in met:
                raise ApprovalError(
                    self.env._(
                        "No rule asks for an approval of %s: go on without.",
                        document.display_name,
                    )
                )
        requests = model.create(
            [
                model._prepare_request_vals(document, met[document], reason)
                for document in documents
            ]
        )
        for request in requests:
            request._start(met)
        return requests.with_env(self.env)

    def _without_defaults(self):
        """Return these requests as superuser and without what a caller may have put
        into the context: defaults are values, and what is archived does not count."""
        context = clean_context(self.env.context)
        context.pop("active_test", None)
        # sudo: requests and decisions are made by the verbs alone, nobody has the right
        # to create or write them.
        return self.with_env(self.env(context=context, su=True))

    def _assert_may_ask_again(self, document):
        if self.state == "pending":
            raise ApprovalError(
                self.env._(
                    "%s waits for approval already: wait for the decision, or withdraw "
                    "the request.",
                    document.display_name,
                )
            )
        if not document._get_approval_missing() and self.state == "approved":
            raise ApprovalError(
                self.env._("%s is approved already.", document.display_name)
            )

    @api.model
    def _prepare_request_vals(self, document, met, reason):
        # sudo: the decision covers what the one who asks may not see.
        source = document.sudo()
        amount, currency = source._get_approval_amount()
        return {
            "res_model": document._name,
            "res_id": document.id,
            "document_name": source.display_name,
            "account_id": source._get_approval_account().id,
            "company_id": source._get_approval_company().id,
            "currency_id": currency.id,
            "amount": amount,
            "requester_id": self.env.uid,
            "owner_ids": [Command.set(source._get_approval_owners().ids)],
            "reason": reason,
            "rule_ids": [rule.id for rule in met],
            "cause": "\n".join(
                f"{rule.name}: {'; '.join(reasons)}" for rule, reasons in met.items()
            ),
            "snapshot": source._get_snapshot(),
            "fingerprint": source.fingerprint,
        }

    def _start(self, met):
        document = self._get_document()
        self.env["key.account.approval.request.step"].create(
            self._prepare_step_vals_list(met[document])
        )
        document._message_log(
            body=self.env._(
                "%(user)s asks for approval: %(reason)s",
                user=self.requester_id.name,
                reason=self.reason,
            )
        )
        self._advance()

    def _prepare_step_vals_list(self, rules):
        """Return the values of the steps: those of all rules, the same people asked
        once for all of them, at the latest of their stages. A rule that asks them in
        two steps wants two of them."""
        merged = {}
        # Steps may have been archived one by one since the rule was saved.
        self.env["key.account.approval.rule"].union(*rules)._check_steps()
        for rule in rules:
            asked = Counter()
            for index, step in enumerate(rule.step_ids):
                people = step._get_merge_key()
                asked[people] += 1
                vals = {
                    "request_id": self.id,
                    "rule_step_id": step.id,
                    "name": step.name,
                    "stage": index if rule.step_order == "sequence" else 0,
                    "count_required": step.count_required,
                }
                known = merged.setdefault((people, asked[people]), vals)
                for name in ("stage", "count_required"):
                    known[name] = max(known[name], vals[name])
        return list(merged.values())

    # ----------------------------------------------------------------- actions

    def action_open_document(self):
        """Return the action that opens the document."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def action_open_decide(self):
        """Return the dialog that approves or rejects, with a reason."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_approval.key_account_approval_decide_action"
        )
        action["context"] = {
            "default_request_ids": self.ids,
            "default_kind": self.env.context.get("decision_kind", "approve"),
        }
        return action

    def _get_document(self):
        """Return the document, as superuser: who decides may not read all of it."""
        self.ensure_one()
        # sudo: see above.
        return self.env[self.res_model].sudo().browse(self.res_id).exists()
