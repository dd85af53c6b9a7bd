from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare, formatLang

from odoo.addons.key_account.models.price_visibility import PRICE_READERS


class KeyAccountAgreementLine(models.Model):
    """A price that an agreement gives, from a quantity on, and the volume it is for.

    It is for a product, for all variants of a template or for a category; the nearest
    wins, then the highest quantity that is reached.
    """

    _name = "key.account.agreement.line"
    _description = "Agreement Line"
    _order = "agreement_id, sequence, id"

    agreement_id = fields.Many2one(
        "key.account.agreement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one("product.product", ondelete="restrict")
    product_tmpl_id = fields.Many2one(
        "product.template", string="All Variants of", ondelete="restrict"
    )
    categ_id = fields.Many2one(
        "product.category", string="Product Category", ondelete="restrict"
    )
    quantity_min = fields.Float(
        string="From Quantity",
        digits="Product Unit",
        help="In the product's own unit; the price counts from this quantity on.",
    )
    price_kind = fields.Selection(
        [("fixed", "Price"), ("discount", "Discount on the list price")],
        string="Gives",
        required=True,
        default="fixed",
    )
    price = fields.Float(
        digits="Product Price",
        groups=PRICE_READERS,
        help="For one of the product's own unit, in the agreement's currency, without "
        "taxes.",
    )
    discount = fields.Float(
        string="Discount (%)", digits="Discount", groups=PRICE_READERS
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
        help="Ordered in confirmed orders less what came back, over all versions and "
        "tiers; counted where a volume is committed.",
    )
    quantity_remaining = fields.Float(
        string="Remaining", compute="_compute_executed", digits="Product Unit"
    )
    rate_executed = fields.Float(string="Executed (%)", compute="_compute_executed")

    _price_not_negative = models.Constraint(
        "CHECK(price IS NULL OR price >= 0)",
        "A price cannot be negative: enter zero or more.",
    )
    _discount_in_range = models.Constraint(
        "CHECK(discount IS NULL OR discount BETWEEN 0 AND 100)",
        "A discount lies between 0 and 100 percent: correct it.",
    )
    _quantities_not_negative = models.Constraint(
        "CHECK(quantity_min >= 0 AND quantity_committed >= 0)",
        "Quantities of an agreement cannot be negative: enter zero or more.",
    )

    @api.depends("product_id", "product_tmpl_id", "categ_id", "agreement_id")
    def _compute_display_name(self):
        for line in self:
            target = line._get_target()
            line.display_name = target.display_name or self.env._("New line")

    def _get_target(self):
        return self.product_id or self.product_tmpl_id or self.categ_id

    @api.constrains("product_id", "product_tmpl_id", "categ_id")
    def _check_target(self):
        for line in self:
            given = [line.product_id, line.product_tmpl_id, line.categ_id]
            if sum(map(bool, given)) != 1:
                raise ValidationError(
                    self.env._(
                        "Each line of %s is for one product, one template or one "
                        "category: fill in exactly one of them.",
                        line.agreement_id.display_name,
                    )
                )

    @api.constrains(
        "product_id", "product_tmpl_id", "categ_id", "quantity_min", "agreement_id"
    )
    def _check_no_overlap(self):
        for agreement in self.agreement_id:
            seen = set()
            for line in agreement.line_ids:
                key = (line._get_target(), round(line.quantity_min, 6))
                if key in seen:
                    raise ValidationError(
                        self.env._(
                            "%(agreement)s has two prices for %(product)s from "
                            "%(quantity)s on: remove one of the lines.",
                            agreement=agreement.display_name,
                            product=line.display_name,
                            quantity=formatLang(self.env, line.quantity_min, digits=2),
                        )
                    )
                seen.add(key)

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

    @api.constrains("quantity_committed", "product_id", "agreement_id")
    def _check_one_volume(self):
        for agreement in self.agreement_id:
            committed = agreement.line_ids.filtered("quantity_committed")
            for product, lines in committed.grouped("product_id").items():
                if len(lines) > 1:
                    raise ValidationError(
                        self.env._(
                            "%(agreement)s commits to a volume of %(product)s twice: keep "
                            "it in one line, it counts for all quantities.",
                            agreement=agreement.display_name,
                            product=product.display_name,
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

    # -------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.agreement_id._assert_draft()
        return lines

    def write(self, vals):
        self.agreement_id._assert_draft()
        result = super().write(vals)
        # A line may have been moved to another agreement.
        self.agreement_id._assert_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_force(self):
        self.agreement_id._assert_draft()
