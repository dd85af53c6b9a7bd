from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import formatLang

from odoo.addons.key_account.models.price_visibility import PRICE_READERS

PRICE_BASES = [("pickup", "Pickup"), ("delivered", "Delivered")]
FREIGHT_KINDS = [("included", "Included"), ("separate", "Separate")]


class PriceRule(models.AbstractModel):
    """A line that gives a price, from a quantity on.

    It is for a product, for all variants of a template or for a category; the nearest
    wins, then the highest quantity that is reached, see ``tools/decision.py``.
    """

    _name = "key.account.price.rule"
    _description = "Price Rule"

    # The field that leads to the document; its inverse is line_ids.
    _document = None

    sequence = fields.Integer(default=10)
    number = fields.Integer(
        readonly=True, copy=False, help="Given when the document is handed in."
    )
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", ondelete="restrict"
    )
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="All Variants of",
        index="btree_not_null",
        ondelete="restrict",
    )
    categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        index="btree_not_null",
        ondelete="restrict",
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
        help="For one of the product's own unit, in the document's currency, without "
        "taxes.",
    )
    discount = fields.Float(
        string="Discount (%)", digits="Discount", groups=PRICE_READERS
    )
    price_basis = fields.Selection(
        PRICE_BASES,
        help="Pickup: the goods only. Delivered: the goods and their freight. Empty: "
        "the price counts for both.",
    )
    freight_kind = fields.Selection(
        FREIGHT_KINDS,
        string="Freight Is",
        required=True,
        default="included",
        help="Included: the price has the freight in it. Separate: the freight is added "
        "to the price.",
    )
    freight = fields.Float(
        digits="Product Price",
        groups=PRICE_READERS,
        help="For one of the product's own unit, in the document's currency, without "
        "taxes.",
    )

    _price_not_negative = models.Constraint(
        "CHECK(price IS NULL OR price >= 0 AND price < 1e15)",
        "A price cannot be negative: enter zero or more.",
    )
    _discount_in_range = models.Constraint(
        "CHECK(discount IS NULL OR discount BETWEEN 0 AND 100)",
        "A discount lies between 0 and 100 percent: correct it.",
    )
    _quantity_min_not_negative = models.Constraint(
        "CHECK(quantity_min >= 0 AND quantity_min < 1e15)",
        "Quantities of a price cannot be negative: enter zero or more.",
    )
    _freight_not_negative = models.Constraint(
        "CHECK(freight IS NULL OR freight >= 0 AND freight < 1e15)",
        "Freight cannot be negative: enter zero or more.",
    )
    _freight_is_delivered = models.Constraint(
        "CHECK(COALESCE(freight, 0) = 0 OR COALESCE(price_basis, '') = 'delivered')",
        "Only a delivered price has freight: set the basis to delivered, or remove the "
        "freight.",
    )
    _freight_within_price = models.Constraint(
        "CHECK(freight_kind = 'separate' OR price_kind = 'discount' "
        "OR COALESCE(freight, 0) <= GREATEST(COALESCE(price, 0), 0))",
        "Freight that is included cannot be more than the price: correct one of the two.",
    )

    @api.depends("product_id", "product_tmpl_id", "categ_id")
    def _compute_display_name(self):
        for line in self:
            target = line._get_target()
            line.display_name = target.display_name or self.env._("New line")

    def _get_target(self):
        return self.product_id or self.product_tmpl_id or self.categ_id

    def _get_document(self):
        return self[self._document]

    def _is_for(self, product):
        """Return whether the line's target holds the product."""
        if self.product_id:
            return self.product_id == product
        if self.product_tmpl_id:
            return self.product_tmpl_id == product.product_tmpl_id
        return self.categ_id.id in product._get_category_ids()

    @api.constrains("product_id", "product_tmpl_id", "categ_id")
    def _check_target(self):
        for line in self:
            given = [line.product_id, line.product_tmpl_id, line.categ_id]
            if sum(map(bool, given)) != 1:
                raise ValidationError(
                    self.env._(
                        "Each line of %s is for one product, one template or one "
                        "category: fill in exactly one of them.",
                        line._get_document().display_name,
                    )
                )

    @api.constrains(
        "product_id", "product_tmpl_id", "categ_id", "quantity_min", "price_basis"
    )
    def _check_no_overlap(self):
        for document in self._get_document():
            seen = set()
            for line in document.line_ids:
                key = (
                    line._get_target(),
                    round(line.quantity_min, 6),
                    line.price_basis,
                )
                if key in seen:
                    raise ValidationError(
                        self.env._(
                            "%(document)s has two prices for %(product)s from "
                            "%(quantity)s on: remove one of the lines.",
                            document=document.display_name,
                            product=line.display_name,
                            quantity=formatLang(self.env, line.quantity_min, digits=2),
                        )
                    )
                seen.add(key)

    # -------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # Also where none of its fields is given, which the ORM would not check.
        lines._check_target()
        lines._get_document()._assert_draft()
        if not self.env.su and any(lines.mapped("number")):
            # sudo: write() takes no number from users, traces of prices rest on it.
            lines.sudo().number = 0
        lines._get_document()._note_writer()
        self.env["key.account.price"]._forget_rules()
        return lines

    def write(self, vals):
        documents = self._get_document()
        documents._assert_draft()
        if not self.env.su:
            vals = {name: vals[name] for name in vals if name != "number"}
        result = super().write(vals)
        if self._document in vals:
            # Moved to another document, which has to be a draft of the user's, too.
            self.check_access("write")
            self._get_document()._assert_draft()
            documents |= self._get_document()
        documents._note_writer()
        self.env["key.account.price"]._forget_rules()
        return result

    def unlink(self):
        documents = self._get_document()
        result = super().unlink()
        documents._note_writer()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_force(self):
        self._get_document()._assert_draft()
