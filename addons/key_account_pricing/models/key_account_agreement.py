from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.key_account.models.key_account_grade import PAY_MODES
from odoo.addons.key_account.models.price_visibility import PRICE_READERS


class KeyAccountAgreement(models.Model):
    """What a key account and the company agreed on: prices, volumes, terms.

    An agreement that counts is never edited: an amendment makes the next version, and
    the earlier ones stay readable.
    """

    _name = "key.account.agreement"
    _description = "Agreement"
    _inherit = ["key.account.price.document", "key.account.price.exchange"]
    _order = "name desc, version desc, id desc"
    _check_company_auto = True

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
    volume_policy = fields.Selection(
        [
            ("hold", "Hold the order"),
            ("next", "Price the rest by the next source"),
        ],
        string="Over a Locked Volume",
        required=True,
        default="hold",
        tracking=True,
        help="What happens when an order takes more than is left: it is held, or what is "
        "left keeps the price and the rest goes on a line of its own, priced by whatever "
        "comes next.",
    )
    value_committed = fields.Monetary(
        string="Committed Value",
        tracking=True,
        groups=PRICE_READERS,
        help="Of everything that the agreement prices, without taxes; 0: no value was "
        "agreed on.",
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

    _value_not_negative = models.Constraint(
        "CHECK(value_committed IS NULL OR value_committed >= 0)",
        "A committed value cannot be negative: enter zero or more.",
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

    @api.constrains("account_id", "previous_id")
    def _check_same_customer(self):
        for agreement in self:
            previous = agreement.previous_id
            if previous and previous.account_id != agreement.account_id:
                raise ValidationError(
                    self.env._(
                        "%(agreement)s amends an agreement of %(account)s: leave the key "
                        "account as it is, or make a new agreement.",
                        agreement=agreement.display_name,
                        account=previous.account_id.display_name,
                    )
                )

    @api.model
    def _get_snapshot_fields(self):
        # EXTENDS 'key_account_pricing'
        return [
            *super()._get_snapshot_fields(),
            "account_id",
            "kind",
            "volume_policy",
            "value_committed",
            "pay_mode",
            "payment_term_id",
            "cut_off_day",
            "line_ids.quantity_committed",
            "line_ids.value_committed",
            "line_ids.quantity_release_min",
            "line_ids.quantity_release_max",
        ]

    def action_open_orders(self):
        """Return the action that lists the orders priced by this agreement."""
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        action["domain"] = [
            ("order_line.agreement_line_id.agreement_id", "in", self.ids)
        ]
        action["context"] = {}
        return action
