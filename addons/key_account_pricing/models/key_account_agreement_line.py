from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare, formatLang

from odoo.addons.key_account.models.price_visibility import PRICE_READERS


class KeyAccountAgreementLine(models.Model):
    """A price that an agreement gives, from a quantity on, and what was committed to."""

    _name = "key.account.agreement.line"
    _description = "Agreement Line"
    _inherit = ["key.account.price.rule", "key.account.price.exchange.line"]
    _order = "agreement_id, sequence, id"

    _document = "agreement_id"

    agreement_id = fields.Many2one(
        "key.account.agreement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    account_id = fields.Many2one(related="agreement_id.account_id")
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    quantity_release_min = fields.Float(
        string="Least per Order",
        digits="Product Unit",
        help="In the product's own unit; 0: any quantity.",
    )
    quantity_release_max = fields.Float(
        string="Most per Order",
        digits="Product Unit",
        help="In the product's own unit; 0: any quantity.",
    )
    quantity_committed = fields.Float(
        string="Committed",
        digits="Product Unit",
        help="In the product's own unit; 0: no volume was agreed on.",
    )
    quantity_executed = fields.Float(
        string="Executed",
        compute="_compute_executed",
        digits="Product Unit",
        help="Ordered in confirmed orders, or delivered before an order was cancelled, "
        "less what came back, over all versions and tiers; counted where a volume is "
        "committed.",
    )
    quantity_remaining = fields.Float(
        string="Remaining", compute="_compute_executed", digits="Product Unit"
    )
    rate_executed = fields.Float(string="Executed (%)", compute="_compute_executed")
    value_committed = fields.Monetary(
        string="Committed Value",
        groups=PRICE_READERS,
        help="Of what the agreement prices of this product or category, without taxes; "
        "0: no value was agreed on.",
    )
    value_executed = fields.Monetary(
        string="Executed Value", compute="_compute_value_executed", groups=PRICE_READERS
    )
    value_remaining = fields.Monetary(
        string="Remaining Value",
        compute="_compute_value_executed",
        groups=PRICE_READERS,
    )

    _quantities_not_negative = models.Constraint(
        "CHECK(quantity_committed >= 0 AND quantity_release_min >= 0 "
        "AND quantity_release_max >= 0)",
        "Quantities of an agreement cannot be negative: enter zero or more.",
    )
    _release_ordered = models.Constraint(
        "CHECK(COALESCE(quantity_release_max, 0) = 0 "
        "OR quantity_release_max >= quantity_release_min)",
        "The most per order is less than the least: correct one of the two.",
    )
    _value_not_negative = models.Constraint(
        "CHECK(value_committed IS NULL OR value_committed >= 0)",
        "A committed value cannot be negative: enter zero or more.",
    )

    @api.constrains("quantity_committed", "categ_id", "product_tmpl_id")
    def _check_volume_target(self):
        for line in self:
            if line.quantity_committed and not line.product_id:
                raise ValidationError(
                    self.env._(
                        "%(agreement)s, %(line)s: a volume is agreed on for one product; "
                        "choose the product, or leave the volume empty.",
                        agreement=line.agreement_id.display_name,
                        line=line.display_name,
                    )
                )

    @api.constrains("quantity_committed", "value_committed", "product_id")
    def _check_one_volume(self):
        for agreement in self.agreement_id:
            for name in ("quantity_committed", "value_committed"):
                # sudo: whoever may write lines may not see values.
                committed = agreement.sudo().line_ids.filtered(name)
                for lines in committed.grouped(lambda x: x._get_target()).values():
                    if len(lines) > 1:
                        raise lines._get_twice_error()

    def _get_twice_error(self):
        return ValidationError(
            self.env._(
                "%(agreement)s commits to a volume of %(product)s twice: keep it in one "
                "line, it counts for all quantities.",
                agreement=self.agreement_id.display_name,
                product=self[0].display_name,
            )
        )

    def _assert_volumes(self):
        """Raise when a volume is below what has been ordered of it already."""
        for line in self.filtered("quantity_committed"):
            digits = self.env["decimal.precision"].precision_get("Product Unit")
            if (
                float_compare(
                    line.quantity_committed,
                    line.quantity_executed,
                    precision_digits=digits,
                )
                < 0
            ):
                raise ValidationError(
                    self.env._(
                        "%(agreement)s, %(product)s: %(executed)s have been ordered "
                        "already; commit to at least that.",
                        agreement=line.agreement_id.display_name,
                        product=line.display_name,
                        executed=formatLang(
                            self.env, line.quantity_executed, digits=digits
                        ),
                    )
                )
