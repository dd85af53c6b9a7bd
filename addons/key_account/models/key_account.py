from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .key_account_grade import PAY_MODES


class KeyAccount(models.Model):
    """A customer relationship: one commercial partner in one company."""

    _name = "key.account"
    _description = "Key Account"
    _inherit = ["key.account.guarded.state", "mail.thread", "mail.activity.mixin"]
    _order = "code desc, id desc"
    _rec_names_search = ["code", "name"]
    _check_company_auto = True

    code = fields.Char(readonly=True, copy=False, index=True, default="")
    name = fields.Char(related="partner_id.name", store=True, index="trigram")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        copy=False,
        index=True,
        ondelete="restrict",
        tracking=True,
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("prospect", "Prospect"),
            ("review", "In Review"),
            ("active", "Active"),
            ("suspended", "Suspended"),
            ("closed", "Closed"),
        ],
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        default="prospect",
        group_expand=True,
    )
    grade_id = fields.Many2one("key.account.grade", tracking=True)
    pay_mode = fields.Selection(
        PAY_MODES,
        required=True,
        tracking=True,
        compute="_compute_pay_mode",
        store=True,
        readonly=False,
        precompute=True,
        help="How this account pays: before delivery, on credit, or part of each. "
        "The grade proposes it.",
    )
    prepaid_percent = fields.Float(
        string="Prepaid Share (%)",
        default=30.0,
        digits=(5, 2),
        tracking=True,
        help="Mixed pay mode: how much of an order is paid before delivery, the rest "
        "goes on credit.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        tracking=True,
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    member_ids = fields.One2many(
        "key.account.team.member", "account_id", string="Account Team"
    )
    document_ids = fields.One2many("key.account.document", "account_id")
    description = fields.Html(string="Notes")

    # Registration
    legal_representative = fields.Char()
    date_founded = fields.Date(string="Founded on")
    capital_registered = fields.Monetary(string="Registered Capital")
    industry_id = fields.Many2one(related="partner_id.industry_id", readonly=False)
    registration_number = fields.Char(
        related="partner_id.company_registry", readonly=False
    )
    source_id = fields.Many2one("utm.source", string="Source Channel")

    # Invoicing
    invoice_title = fields.Char(
        compute="_compute_invoice_title", store=True, readonly=False, precompute=True
    )
    invoice_kind = fields.Selection(
        [
            ("ordinary", "Ordinary invoice"),
            ("special", "Special VAT invoice"),
            ("electronic", "Electronic invoice"),
        ],
        default="ordinary",
        required=True,
        string="Invoice Type",
    )
    vat = fields.Char(related="partner_id.vat", readonly=False)
    bank_account_id = fields.Many2one(
        "res.partner.bank",
        domain="[('partner_id', '=', partner_id)]",
        ondelete="restrict",
    )

    # The group that it belongs to
    parent_partner_id = fields.Many2one(
        related="partner_id.parent_id", readonly=False, string="Parent Group"
    )
    parent_account_id = fields.Many2one(
        "key.account", compute="_compute_parent_account_id", string="Group Account"
    )
    subsidiary_ids = fields.Many2many(
        "key.account", compute="_compute_subsidiary_ids", string="Subsidiaries"
    )

    order_ids = fields.One2many("sale.order", "key_account_id")
    gate_seq = fields.Integer(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Counted up whenever the gate judges an order of the account, so that two "
        "transactions that do so run into each other.",
    )
    gate_issue_ids = fields.One2many("key.account.gate.issue", "account_id")
    held_order_count = fields.Integer(compute="_compute_held_order_count")
    order_count = fields.Integer(compute="_compute_order_count")
    subsidiary_count = fields.Integer(compute="_compute_subsidiary_ids")
    document_alert_count = fields.Integer(
        compute="_compute_document_alert_count",
        search="_search_document_alert_count",
        string="Documents to Renew",
    )

    _partner_unique = models.Constraint(
        "UNIQUE(partner_id, company_id)",
        "This customer already is a key account of this company: open that account.",
    )
    _code_unique = models.Constraint(
        "UNIQUE(code, company_id)",
        "Another account of this company has this code: leave it empty to get the next one.",
    )

    _prepaid_percent_share = models.Constraint(
        "CHECK(prepaid_percent >= 0 AND prepaid_percent <= 100)",
        "The prepaid share is a part of an order: enter a number from 0 to 100.",
    )

    @api.constrains("partner_id")
    def _check_partner_is_commercial(self):
        for account in self:
            partner = account.partner_id
            if partner.commercial_partner_id != partner:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a contact of %(company)s: make the company "
                        "the key account.",
                        contact=partner.display_name,
                        company=partner.commercial_partner_id.display_name,
                    )
                )

    @api.depends("code", "name")
    def _compute_display_name(self):
        for account in self:
            parts = (account.code, account.name)
            account.display_name = " ".join(part for part in parts if part)

    @api.depends("grade_id")
    def _compute_pay_mode(self):
        for account in self:
            account.pay_mode = (
                account.grade_id.pay_mode or account.pay_mode or "prepaid"
            )

    @api.depends("partner_id")
    def _compute_invoice_title(self):
        for account in self:
            account.invoice_title = account.partner_id.name

    @api.depends("partner_id.parent_id", "company_id")
    def _compute_parent_account_id(self):
        by_partner = self._get_by_partner(self.partner_id.parent_id)
        for account in self:
            parent = account.partner_id.parent_id.commercial_partner_id
            account.parent_account_id = by_partner.get((parent, account.company_id))

    @api.depends("partner_id.child_ids", "company_id")
    def _compute_subsidiary_ids(self):
        subsidiaries = {
            (partner, company): accounts
            for partner, company, accounts in self._read_group_subsidiaries()
        }
        for account in self:
            key = (account.partner_id._origin, account.company_id)
            account.subsidiary_ids = subsidiaries.get(key, self.browse())
            account.subsidiary_count = len(account.subsidiary_ids)

    def _read_group_subsidiaries(self):
        accounts = self.search([("partner_id.parent_id", "in", self.partner_id.ids)])
        groups = accounts.grouped(lambda a: (a.partner_id.parent_id, a.company_id))
        return [(*key, found) for key, found in groups.items()]

    @api.depends("order_ids")
    def _compute_order_count(self):
        counts = dict(
            self.env["sale.order"]._read_group(
                self._get_order_domain(), ["key_account_id"], ["__count"]
            )
        )
        for account in self:
            account.order_count = counts.get(account._origin, 0)

    @api.depends("gate_issue_ids.state")
    def _compute_held_order_count(self):
        counts = dict(
            self.env["key.account.gate.issue"]._read_group(
                [("account_id", "in", self.ids), ("state", "=", "open")],
                ["account_id"],
                ["order_id:count_distinct"],
            )
        )
        for account in self:
            account.held_order_count = counts.get(account._origin, 0)

    def _get_order_domain(self):
        """Return the domain of the orders that the accounts placed; addons that add
        technical orders leave them out here."""
        return Domain("key_account_id", "in", self.ids)

    @api.depends("document_ids.state", "document_ids.active")
    def _compute_document_alert_count(self):
        for account in self:
            latest = account.document_ids._filtered_latest()
            account.document_alert_count = sum(d.state != "valid" for d in latest)

    def _close_document_activities(self):
        """Drop the renewal activities of accounts whose documents are in order."""
        settled = self.filtered(lambda account: not account.document_alert_count)
        settled.activity_unlink(["key_account.mail_activity_type_document"])

    def _search_document_alert_count(self, operator, value):
        if (operator, value) not in ((">", 0), ("!=", 0)):
            return NotImplemented
        documents = self.env["key.account.document"].search(
            [("state", "in", ("expiring", "expired"))]
        )
        latest = documents.account_id.document_ids._filtered_latest()
        return [("id", "in", (latest & documents).account_id.ids)]

    @api.model
    def _get_by_partner(self, partners):
        """Return ``{(commercial partner, company): account}`` for the companies of
        ``partners``, in one query."""
        accounts = self.search(
            [("partner_id", "in", partners.commercial_partner_id.ids)]
        )
        return {(a.partner_id, a.company_id): a for a in accounts}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("code"):
                company = vals.get("company_id") or self.env.company.id
                vals["code"] = (
                    self.env["ir.sequence"]
                    .with_company(company)
                    .next_by_code("key.account")
                )
        accounts = super().create(vals_list)
        accounts._link_open_quotations()
        return accounts

    def _link_open_quotations(self):
        # Quotations written before the customer became a key account join it.
        # sudo: also those of colleagues, or they would pass the gate unseen.
        Order = self.env["sale.order"].sudo()
        orders = Order.search(
            [
                ("partner_id", "child_of", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "in", ("draft", "sent")),
            ]
        )
        self.env.add_to_compute(Order._fields["key_account_id"], orders)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        for account in self:
            # sudo: orders that the user may not see are history, too.
            if account.state != "prospect" or account.sudo().order_count:
                raise UserError(
                    self.env._(
                        "%s cannot be deleted, it has a history: close it instead.",
                        account.display_name,
                    )
                )

    def _open_action(self, xmlid, domain, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action.update(domain=domain, context=context)
        return action

    def action_open_orders(self):
        """Return the action that lists the account's orders."""
        return self._open_action(
            "sale.action_orders",
            list(self._get_order_domain()),
            default_partner_id=self.partner_id[:1].id,
        )

    def action_open_gate_issues(self):
        """Return the action that lists what the gate found, the open issues first."""
        return self._open_action(
            "key_account.key_account_gate_issue_action",
            [("account_id", "in", self.ids)],
        )

    def action_open_subsidiaries(self):
        """Return the action that lists the accounts below this one."""
        return self._open_action(
            "key_account.key_account_action", [("id", "in", self.subsidiary_ids.ids)]
        )

    def action_open_documents(self):
        """Return the action that lists the account's qualification documents."""
        return self._open_action(
            "key_account.key_account_document_action",
            [("account_id", "in", self.ids)],
            default_account_id=self[:1].id,
        )
