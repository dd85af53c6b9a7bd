from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.key_account.exceptions import DutyError
from odoo.addons.key_account.models.key_account_lifecycle import ADMIN, MANAGER, USER

from ..exceptions import AgreementError

# What may still be changed once a document is handed in.
OPEN_FIELDS = {"user_id", "message_main_attachment_id"}


class PriceDocument(models.AbstractModel):
    """A document whose lines give prices: handed in, approved, in force, ended.

    What is in force is never edited. Where approval rules ask, it is approved first, and
    somebody else than those who wrote it puts it in force.
    """

    _name = "key.account.price.document"
    _description = "Document with Prices"
    _inherit = [
        "key.account.approval.mixin",
        "key.account.snapshot.mixin",
        "key.account.guarded.state",
        "mail.thread",
        "mail.activity.mixin",
    ]

    _GUARDED_FIELDS = ("name",)
    _VERB_FIELDS = {"state": "draft", "requested_by_id": False, "owner_ids": False}
    _TRANSITIONS = {
        "draft": {"approval": (USER,)},
        "approval": {"active": (MANAGER,), "draft": (USER,)},
        "active": {"expired": (ADMIN,), "terminated": (MANAGER,)},
    }

    name = fields.Char(string="Number", readonly=True, copy=False, default="")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Prices and values of the document are in this currency.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        default=lambda self: self.env.user,
        tracking=True,
        domain=[("share", "=", False)],
    )
    owner_ids = fields.Many2many(
        "res.users",
        string="Also Written By",
        readonly=True,
        copy=False,
        help="Whoever has changed the document or its lines, and its former "
        "salespeople: they neither approve it nor put it in force.",
    )
    date_start = fields.Date(
        string="From",
        required=True,
        tracking=True,
        default=lambda self: self.env.company._get_today(),
    )
    date_end = fields.Date(
        string="Until", tracking=True, help="Included; leave it empty for no end."
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("approval", "In Approval"),
            ("active", "Active"),
            ("expired", "Expired"),
            ("terminated", "Terminated"),
        ],
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        default="draft",
        group_expand=True,
    )
    requested_by_id = fields.Many2one(
        "res.users",
        string="Submitted by",
        readonly=True,
        copy=False,
        help="Somebody else puts the document in force.",
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_end IS NULL OR date_end >= date_start)",
        "Prices cannot end before they start: correct one of the two dates.",
    )

    @api.model
    def _get_snapshot_fields(self):
        # EXTENDS 'key_account'
        return [
            *super()._get_snapshot_fields(),
            "currency_id",
            "date_start",
            "date_end",
            "line_ids.product_id",
            "line_ids.product_tmpl_id",
            "line_ids.categ_id",
            "line_ids.quantity_min",
            "line_ids.price_kind",
            "line_ids.price",
            "line_ids.discount",
            "line_ids.price_basis",
            "line_ids.freight_kind",
            "line_ids.freight",
        ]

    def _get_approval_owners(self):
        # EXTENDS 'key_account_approval'
        return super()._get_approval_owners() | self.user_id | self.owner_ids

    # ------------------------------------------------------------------ checks

    def _assert_complete(self):
        if not self.line_ids:
            raise AgreementError(
                self.env._(
                    "%s has no lines: add at least one product with its price.",
                    self.display_name,
                )
            )

    def _assert_draft(self):
        for document in self:
            if document.state != "draft":
                raise AgreementError(document._describe_locked())

    def _describe_locked(self):
        return self.env._(
            "%s is not a draft any more and cannot be changed: end it and make a new one.",
            self.display_name,
        )

    def _assert_not_own(self):
        """Raise when one of these documents comes from this user."""
        for document in self:
            owners = document._get_approval_owners() | document.requested_by_id
            if self.env.user in owners:
                raise DutyError(
                    self.env._(
                        "%s comes from you: another manager has to activate it.",
                        document.display_name,
                    )
                )

    def _assert_import_allowed(self):
        # EXTENDS 'key_account_pricing': says what the way is.
        self.check_access("write")
        self._assert_draft()
        return super()._assert_import_allowed()

    # -------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # Numbers tell versions of one document together: nobody chooses them.
            if not (vals.get("name") and self.env.su):
                company = vals.get("company_id") or self.env.company.id
                sequence = self.env["ir.sequence"].with_company(company)
                vals["name"] = sequence.next_by_code(self._name)
        return super().create(vals_list)

    def write(self, vals):
        is_content = not self._is_open(vals)
        if is_content:
            self._assert_draft()
        if "user_id" in vals:
            self._note_owners(vals["user_id"])
        result = super().write(vals)
        if is_content:
            self._note_writer()
        if not {"account_id", "company_id", "kind"}.isdisjoint(vals):
            # Nobody writes a document that would not be theirs to write.
            self.check_access("write")
        self.env["key.account.price"]._forget_rules()
        return result

    def _is_open(self, vals):
        """Return whether values may be written after the draft: what verbs write, which
        is refused to users below, what is said about the document, and whose it is."""
        closed = self._get_verb_fields().keys() | self._get_guarded_fields()
        return not closed.isdisjoint(vals) or all(
            name in OPEN_FIELDS or name.startswith(("message_", "activity_"))
            for name in vals
        )

    def _note_owners(self, user_id):
        """Remember whose these were before they are handed to ``user_id``."""
        handed_over = self.filtered(lambda d: d.user_id and d.user_id.id != user_id)
        for user, documents in handed_over.grouped("user_id").items():
            # sudo: written here only, users never do.
            documents.sudo().write({"owner_ids": [Command.link(user.id)]})

    def _note_writer(self):
        """Remember that this user has written the content of these documents: somebody
        else approves them and puts them in force."""
        if self.env.su:
            return
        # sudo: written here only, users never do.
        others = self.sudo().filtered(
            lambda d: self.env.user not in d._get_approval_owners()
        )
        if others:
            others.write({"owner_ids": [Command.link(self.env.uid)]})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        self._assert_draft()

    # ----------------------------------------------------------------- actions

    def action_submit(self):
        """Hand drafts in; a manager who did not write them puts them in force."""
        for document in self:
            document._assert_complete()
        self._number_lines()
        self._set_state("approval")
        # sudo: only written here, users never do.
        self.sudo().requested_by_id = self.env.uid
        return True

    def action_return_to_draft(self):
        """Send documents back to be changed."""
        return self._set_state("draft")

    def action_activate(self):
        """Put documents in force: their prices count from their first day.

        :raise ApprovalError: it waits for an approval
        :raise DutyError: it comes from whoever activates it
        """
        self._assert_approved(self.env._("activated"))
        self._assert_not_own()
        for document in self:
            document._assert_complete()
        self._set_state("active")
        self._expire_due()
        return True

    def action_terminate(self):
        """End documents before their time; orders that were confirmed stay as they
        are."""
        return self._set_state("terminated")

    def _set_state(self, state):
        """The only door to the state.

        :raise TransitionError: it cannot follow the present one
        :raise DutyError: it is somebody else's to set
        """
        self._assert_transition(state)
        self.check_access("write")
        # sudo: the state is written here only, see write().
        self.sudo().write({"state": state})
        return True

    def _number_lines(self):
        """Give the lines the numbers that traces of prices name."""
        lines = self.line_ids
        numbers = [
            number
            for document in self
            for number, _line in enumerate(document.line_ids, start=1)
        ]
        query = SQL(
            "UPDATE %s line SET number = given.number "
            "FROM unnest(%s, %s) AS given(id, number) WHERE given.id = line.id",
            SQL.identifier(lines._table),
            lines.ids,
            numbers,
        )
        # Thousands of lines at once: one statement, not a write for each.
        self.env.cr.execute(query)
        lines.invalidate_recordset(["number"])

    def _is_of_day(self, day):
        """Return whether the day is one of the document's."""
        self.ensure_one()
        return self.date_start <= day and (not self.date_end or self.date_end >= day)

    def _expire_due(self):
        """Expire what has ended."""
        # sudo: nobody's hand is needed for what the calendar says.
        active = self.sudo().filtered(lambda d: d.state == "active" and d.date_end)
        active.filtered(lambda d: d.date_end < d.company_id._get_today())._set_state(
            "expired"
        )

    @api.model
    def _cron_expire(self):
        """Expire documents whose time is over."""
        self.search([("state", "=", "active")])._expire_due()
