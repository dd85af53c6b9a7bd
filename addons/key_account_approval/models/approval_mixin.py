from odoo import api, fields, models

from odoo.addons.key_account.models.price_visibility import COST_READERS

from ..exceptions import ApprovalError


class ApprovalMixin(models.AbstractModel):
    """Documents that approval rules can ask about.

    A model joins by inheriting this and overriding `_get_snapshot_fields`, which says
    what a decision covers; where it has figures for thresholds, also
    `_get_approval_measures`. What waits for the approval is the model's own business:
    it asks `_get_approval_missing`, or calls `_assert_approved`.
    """

    _name = "key.account.approval.mixin"
    _description = "Document That Is Approved"
    _inherit = ["key.account.snapshot.mixin"]

    approval_request_ids = fields.One2many(
        "key.account.approval.request",
        "res_id",
        domain=lambda self: [("res_model", "=", self._name)],
        string="Approval Requests",
        readonly=True,
    )
    approval_state = fields.Selection(
        [
            ("none", "Not asked"),
            ("pending", "Waiting for approval"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("void", "Approval void"),
        ],
        string="Approval",
        compute="_compute_approval_state",
        store=True,
        copy=False,
        index=True,
    )
    approval_missing = fields.Text(
        string="Approval Needed",
        compute="_compute_approval_missing",
        # What rules are called and why somebody refused is not the customer's to know.
        groups=COST_READERS,
        help="The rules that ask for an approval of the document as it is now.",
    )

    @api.depends("approval_request_ids.state")
    def _compute_approval_state(self):
        for record in self:
            record.approval_state = record._get_latest_request().state or "none"

    @api.depends("fingerprint", "approval_state")
    def _compute_approval_missing(self):
        missing = self._origin._filter_to_approve()._get_approval_missing()
        for record in self:
            record.approval_missing = missing.get(record._origin, False)

    # ------------------------------------------------------------------- hooks

    def _filter_to_approve(self):
        """Return those of these documents whose form shows that approval is needed."""
        return self

    def _get_approval_measures(self):
        """Return the figures that thresholds compare with, ``{record: {measure:
        figure}}``; see ``MEASURES`` for their names and units. Called as superuser."""
        return {}

    def _get_approval_account(self):
        """Return the key account whose team may decide, here none or `key_account_id`."""
        if "key_account_id" in self._fields:
            return self.key_account_id
        return self.env["key.account"]

    def _get_approval_company(self):
        """Return the company whose day and whose people count."""
        company = self.company_id if "company_id" in self._fields else None
        return company or self.env.company

    def _get_approval_owners(self):
        """Return whom the document comes from: they never decide on it."""
        return self.create_uid

    def _get_approval_amount(self):
        """Return ``(amount, currency)`` that a request shows; no currency: none."""
        return 0.0, self.env["res.currency"]

    def _on_approval_decided(self):
        """Hook: a request about these documents has been approved. Called as
        superuser."""

    def _on_approval_rejected(self, reason):
        """Hook: a request about these documents has been rejected, for ``reason``.
        Called as superuser."""

    # --------------------------------------------------------------- approvals

    def _get_approval_missing(self):
        """Return ``{record: sentence}`` for records that, as they are, meet a rule and
        are not approved; one that is approved, or that no rule asks about, is absent.
        Without rules for the model there is no query."""
        missing = {}
        for record, met in self.env["key.account.approval.rule"]._get_met(self).items():
            # sudo: an approval counts whoever looks.
            request = record.sudo()._get_latest_request()
            rules = self.env["key.account.approval.rule"].union(*met)
            is_same = request.fingerprint == record.fingerprint
            if request.state == "approved" and is_same and rules <= request.rule_ids:
                continue
            missing[record] = record._describe_missing(request, rules)
        return missing

    def _get_latest_request(self):
        """Return the last request about this document that was not withdrawn."""
        requests = self.approval_request_ids
        # One of those that are read together: `filtered` and slices would read what
        # belongs to it for each document anew.
        return max(
            (request for request in requests if request.state != "withdrawn"),
            key=lambda request: request._origin.id or 0,
            default=requests.browse(),
        )

    def _describe_missing(self, request, rules):
        names = ", ".join(rules.mapped("name"))
        if request.state == "void":
            return self.env._(
                "The approval is void, the document has changed since (%(moves)s): ask "
                "for approval again (%(rules)s).",
                moves=request.void_names,
                rules=names,
            )
        if request.state == "pending":
            return self.env._(
                "It waits for approval (%s): it goes on once that is given.", names
            )
        if request.state == "rejected":
            return self.env._(
                "The approval was rejected (%(reason)s): change it and ask again "
                "(%(rules)s).",
                reason=request.reject_reason,
                rules=names,
            )
        return self.env._("It needs an approval (%s): ask for approval.", names)

    def _assert_approved(self, purpose):
        """Raise unless these documents, as they are, need no (more) approval.

        :param str purpose: what they cannot be before, a word to end a sentence with
        :raise ApprovalError: with the record's name and the fix
        """
        for record, sentence in self._get_approval_missing().items():
            raise ApprovalError(
                self.env._(
                    "%(document)s cannot be %(purpose)s. %(missing)s",
                    document=record.display_name,
                    purpose=purpose,
                    missing=sentence,
                )
            )

    def action_ask_approval(self, reason):
        """Ask for the approvals that the rules want, about the documents as they are.

        :param str reason: why it should be approved; those who decide read it
        :return: the requests
        :raise ApprovalError: no reason, no rule asks, or a request is waiting already
        """
        self.check_access("write")
        return self.env["key.account.approval.request"]._ask(self, reason).ids

    def action_open_ask_approval(self):
        """Return the dialog that asks for the reason."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_approval.key_account_approval_ask_action"
        )
        action["context"] = {
            "default_res_model": self._name,
            "default_res_ids": ",".join(map(str, self.ids)),
        }
        return action

    def action_open_approvals(self):
        """Return the action that lists the requests about these documents."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_approval.key_account_approval_request_action"
        )
        action["domain"] = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        action["context"] = {}
        return action

    def _on_content_changed(self):
        # EXTENDS 'key_account': what was asked or decided was about something else.
        live = self.filtered(lambda r: r.approval_state in ("pending", "approved"))
        for record in live:
            record._get_latest_request()._void(record._get_snapshot())
        return super()._on_content_changed()

    # -------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        self._assert_approval_not_given(vals_list)
        records = super().create(vals_list)
        if not self.env.su:
            # A default may have given another state.
            self.env.add_to_compute(self._fields["approval_state"], records)
        return records

    def write(self, vals):
        self._assert_approval_not_given([vals])
        result = super().write(vals)
        # Requests are void at once: whoever saved it sees that in the answer.
        self.mapped("fingerprint")
        return result

    def _assert_approval_not_given(self, vals_list):
        given = {"approval_state", "approval_request_ids"}
        if any(given.intersection(vals) for vals in vals_list):
            raise ApprovalError(
                self.env._(
                    "Approvals are not entered by hand: ask for approval, others decide."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        # sudo: the history counts for those who may not read it, too.
        for record in self.sudo().filtered("approval_request_ids"):
            raise ApprovalError(
                self.env._(
                    "%s cannot be deleted, what was decided about it is kept: cancel or "
                    "archive it instead.",
                    record.display_name,
                )
            )
