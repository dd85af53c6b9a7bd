from odoo import api, fields, models
from odoo.exceptions import ValidationError


class KeyAccountPriceSheet(models.Model):
    """Prices beside agreements: of one customer, of a region, of a promotion, and guide
    prices, below which a price needs a reason and an approval."""

    _name = "key.account.price.sheet"
    _description = "Price Sheet"
    _inherit = ["key.account.price.document", "key.account.price.exchange"]
    _order = "name desc, id desc"
    _check_company_auto = True

    kind = fields.Selection(
        [
            ("customer", "Customer prices"),
            ("region", "Region prices"),
            ("promotion", "Promotion"),
            ("guide", "Guide prices"),
        ],
        required=True,
        default="customer",
        tracking=True,
        help="Customer and region prices are protected: they come before pricelists. "
        "Guide prices are the floor below which a price needs an approval.",
    )
    title = fields.Char(help="What people call it.")
    account_id = fields.Many2one(
        "key.account",
        string="Key Account",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        check_company=True,
    )
    region_id = fields.Many2one(
        "key.account.region",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Of the delivery address. Empty: the prices count everywhere.",
    )
    promotion_policy = fields.Selection(
        [
            ("best", "The lower of the two prices"),
            ("exclusive", "Instead of other prices"),
            ("on_top", "On top of other prices"),
        ],
        string="With Other Prices",
        default="best",
        required=True,
        tracking=True,
    )
    line_ids = fields.One2many("key.account.price.sheet.line", "sheet_id", copy=True)
    line_count = fields.Integer(compute="_compute_line_count")
    description = fields.Html(string="Notes")

    @api.depends("line_ids")
    def _compute_line_count(self):
        counts = dict(
            self.line_ids._read_group(
                [("sheet_id", "in", self.ids)], ["sheet_id"], ["__count"]
            )
        )
        for sheet in self:
            sheet.line_count = counts.get(sheet, 0)

    @api.depends("name", "title")
    def _compute_display_name(self):
        for sheet in self:
            name = sheet.name or self.env._("New price sheet")
            sheet.display_name = f"{name} {sheet.title}" if sheet.title else name

    @api.constrains("kind", "account_id", "region_id", "company_id")
    def _check_scope(self):
        for sheet in self:
            if sheet.kind == "customer" and not sheet.account_id:
                raise ValidationError(
                    self.env._(
                        "%s is for customer prices: choose the key account.",
                        sheet.display_name,
                    )
                )
            if sheet.kind == "region" and not sheet.region_id:
                raise ValidationError(
                    self.env._(
                        "%s is for region prices: choose the region.",
                        sheet.display_name,
                    )
                )
            if sheet.kind in ("region", "guide") and sheet.account_id:
                raise ValidationError(
                    self.env._(
                        "%s is not about one customer: leave the key account empty.",
                        sheet.display_name,
                    )
                )

    @api.constrains("kind", "promotion_policy", "line_ids")
    def _check_on_top(self):
        for sheet in self:
            is_on_top = sheet.kind == "promotion" and sheet.promotion_policy == "on_top"
            fixed = sheet.line_ids.filtered(lambda line: line.price_kind == "fixed")
            if is_on_top and fixed:
                raise ValidationError(
                    self.env._(
                        "%(sheet)s comes on top of other prices, but %(product)s has a "
                        "price of its own: give a discount.",
                        sheet=sheet.display_name,
                        product=fixed[0].display_name,
                    )
                )

    @api.model
    def _get_snapshot_fields(self):
        # EXTENDS 'key_account_pricing'
        return [
            *super()._get_snapshot_fields(),
            "kind",
            "account_id",
            "region_id",
            "promotion_policy",
        ]


class KeyAccountPriceSheetLine(models.Model):
    """A price, or a discount on the list price, from a quantity on."""

    _name = "key.account.price.sheet.line"
    _description = "Price Sheet Line"
    _inherit = ["key.account.price.rule", "key.account.price.exchange.line"]
    _order = "sheet_id, sequence, id"

    _document = "sheet_id"

    sheet_id = fields.Many2one(
        "key.account.price.sheet", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="sheet_id.company_id", store=True)
    currency_id = fields.Many2one(related="sheet_id.currency_id")

    @api.constrains("price_kind", "sheet_id")
    def _check_on_top(self):
        self.sheet_id._check_on_top()
