from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.key_account.models.key_account_grade import PAY_MODES


class KeyAccountAgreement(models.Model):
    """What a key account and the company agreed on: prices, volumes, terms.

    An agreement that counts is never edited: an amendment makes the next version, and
    the earlier ones stay readable.
    """

    _name = "key.account.agreement"
    _description = "Agreement"
    _inherit = [
        "key.account.approval.mixin",
        "key.account.snapshot.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "name desc, version desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False, default="")
    account_id = fields.Many2one(
        "key.account",
        string="Key Account",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        check_company=True,
    )
    partner_id = fields.Many2one(related="account_id.partner_id")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Prices and values of the agreement are in this currency.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        default=lambda self: self.env.user,
        tracking=True,
        domain=[("share", "=", False)],
    )
    kind = fields.Selection(
        [
            ("framework", "Framework"),
            ("volume", "Volume-locked"),
            ("price", "Price-locked"),
            ("both", "Volume- and price-locked"),
        ],
        required=True,
        default="framework",
        tracking=True,
        help="Locked volumes cannot be exceeded; locked prices cannot be changed on a "
        "quotation. A framework proposes its prices.",
    )
    date_start = fields.Date(
        string="From", required=True, tracking=True, default=fields.Date.context_today
    )
    date_end = fields.Date(
        string="Until", tracking=True, help="Included; leave it empty for no end."
    )
    version = fields.Integer(readonly=True, copy=False, default=1)
    previous_id = fields.Many2one(
        "key.account.agreement",
        string="Earlier Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    next_ids = fields.One2many(
        "key.account.agreement", "previous_id", string="Later Versions"
    )
    pay_mode = fields.Selection(
        PAY_MODES,
        compute="_compute_pay_mode",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    payment_term_id = fields.Many2one("account.payment.term", tracking=True)
    cut_off_day = fields.Integer(
        string="Settlement Cut-off Day",
        default=31,
        help="Day of the month up to which a statement reaches; 31: its last day.",
    )
    line_ids = fields.One2many("key.account.agreement.line", "agreement_id", copy=True)
    description = fields.Html(string="Terms")

    _dates_ordered = models.Constraint(
        "CHECK(date_end IS NULL OR date_end >= date_start)",
        "An agreement cannot end before it starts: correct one of the two dates.",
    )
    _cut_off_in_month = models.Constraint(
        "CHECK(cut_off_day BETWEEN 1 AND 31)",
        "The settlement cut-off day is a day of the month: enter 1 to 31.",
    )
    _version_unique = models.UniqueIndex(
        "(name, version, company_id) WHERE name != ''",
        "This version of the agreement exists already: open it.",
    )

    @api.depends("account_id")
    def _compute_pay_mode(self):
        for agreement in self:
            agreement.pay_mode = (
                agreement.account_id.pay_mode or agreement.pay_mode or "prepaid"
            )

    @api.depends("name", "version")
    def _compute_display_name(self):
        for agreement in self:
            name = agreement.name or self.env._("New agreement")
            agreement.display_name = f"{name} v{agreement.version}"

    @api.constrains("company_id", "account_id")
    def _check_account_company(self):
        for agreement in self:
            if agreement.account_id.company_id != agreement.company_id:
                raise ValidationError(
                    self.env._(
                        "%(account)s belongs to %(company)s: choose an account of the "
                        "agreement's company.",
                        account=agreement.account_id.display_name,
                        company=agreement.account_id.company_id.name,
                    )
                )

    @api.model
    def _get_snapshot_fields(self):
        # EXTENDS 'key_account'
        return [
            *super()._get_snapshot_fields(),
            "account_id",
            "kind",
            "currency_id",
            "date_start",
            "date_end",
            "pay_mode",
            "payment_term_id",
            "line_ids.product_id",
            "line_ids.product_tmpl_id",
            "line_ids.categ_id",
            "line_ids.quantity_min",
            "line_ids.price",
            "line_ids.discount",
            "line_ids.quantity_committed",
        ]

    def _get_approval_owners(self):
        # EXTENDS 'key_account_approval'
        return super()._get_approval_owners() | self.user_id

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("name"):
                company = vals.get("company_id") or self.env.company.id
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(company)
                    .next_by_code("key.account.agreement")
                )
        agreements = super().create(vals_list)
        agreements._assert_may_start()
        return agreements

    def action_open_orders(self):
        """Return the action that lists the orders priced by this agreement."""
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        action["domain"] = [
            ("order_line.agreement_line_id.agreement_id", "in", self.ids)
        ]
        action["context"] = {}
        return action
