from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.key_account.models.price_visibility import PRICE_READERS

from ..exceptions import AgreementError

# What a decision about a price rests on.
DECIDED_BY = (
    "product_id",
    "product_uom_id",
    "product_uom_qty",
    "order_id.partner_id",
    "order_id.partner_shipping_id",
    "order_id.price_basis",
)
# Which rules price a line.
RULE_FIELDS = {
    "agreement_line_id",
    "price_sheet_line_id",
    "promotion_line_id",
    "exhausted_agreement_id",
}
# The fields with the rules that price a line, and what the rules are of.
RULE_KINDS = {
    "agreement_line_id": ("agreement",),
    "price_sheet_line_id": ("customer", "region"),
    "promotion_line_id": ("promotion",),
}
SOURCES = [
    ("agreement", "Agreement"),
    ("customer", "Customer price"),
    ("region", "Region price"),
    ("promotion", "Promotion"),
    ("pricelist", "Pricelist"),
    ("list", "List price"),
    ("manual", "Entered by hand"),
]


class SaleOrderLine(models.Model):
    """Each line knows which rule gave its price, and which others would have."""

    _inherit = "sale.order.line"

    _GUARDED_FIELDS = ("price_beaten", "price_source", "price_trace")
    # What an agreement has left is for the gate to say, see _move_rest.
    _VERB_FIELDS = {"exhausted_agreement_id": False}

    # Not read-only, so that the lines of child orders and copies keep what they are
    # given; nobody edits them in a form, and a check refuses what does not fit.
    agreement_line_id = fields.Many2one(
        "key.account.agreement.line",
        compute="_compute_price_rule",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    price_sheet_line_id = fields.Many2one(
        "key.account.price.sheet.line",
        compute="_compute_price_rule",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    promotion_line_id = fields.Many2one(
        "key.account.price.sheet.line",
        compute="_compute_price_rule",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    price_beaten = fields.Text(
        string="Other Prices That Apply",
        compute="_compute_price_beaten",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
        groups=PRICE_READERS,
    )
    price_source = fields.Selection(
        SOURCES,
        compute="_compute_price_source",
        store=True,
        readonly=False,
        copy=True,
        groups=PRICE_READERS,
    )
    price_trace = fields.Char(
        string="Where the Price Comes from",
        compute="_compute_price_source",
        store=True,
        readonly=False,
        copy=True,
        groups=PRICE_READERS,
    )
    exhausted_agreement_id = fields.Many2one(
        "key.account.agreement",
        string="Agreement without Volume",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="It has no volume left for the line, which the next source prices.",
    )

    @api.depends(*DECIDED_BY)
    def _compute_price_rule(self):
        # What has been confirmed keeps the decision it was made with; what is added to a
        # confirmed order needs one.
        undecided = self.filtered(lambda line: line._is_price_open())
        decisions = self.env["key.account.price"]._decide(undecided)
        for line in self - undecided:
            # Assigned to itself, as the ORM asks for a value.
            line.agreement_line_id = line.agreement_line_id
            line.price_sheet_line_id = line.price_sheet_line_id
            line.promotion_line_id = line.promotion_line_id
        for line in undecided:
            decision = decisions.get(line)
            rule = decision and decision.rule
            is_agreed = rule and rule.source == "agreement"
            line.agreement_line_id = rule.line_id if is_agreed else False
            line.price_sheet_line_id = rule.line_id if rule and not is_agreed else False
            promotion = decision and decision.promotion
            line.promotion_line_id = promotion.line_id if promotion else False

    @api.depends(*DECIDED_BY)
    def _compute_price_beaten(self):
        # Apart from the rules: those are given to copies and child orders.
        undecided = self.filtered(lambda line: line._is_price_open())
        Price = self.env["key.account.price"]
        decisions = Price._decide(undecided)
        for line in self - undecided:
            # As in _compute_price_rule.
            line.price_beaten = line.price_beaten
        for line in undecided:
            decision = decisions.get(line)
            line.price_beaten = decision and Price._describe_beaten(line, decision)

    @api.depends(
        "agreement_line_id",
        "price_sheet_line_id",
        "promotion_line_id",
        "exhausted_agreement_id",
        "product_id",
        "price_unit",
        "discount",
    )
    def _compute_price_source(self):
        Price = self.env["key.account.price"]
        for line in self:
            if not line.product_id or line.display_type:
                line.price_source = line.price_trace = False
            else:
                line.price_source, line.price_trace = Price._get_source(line)

    def _has_field_access(self, field, operation):
        # EXTENDS 'base': what did not apply is not the customer's to know.
        if field.name == "price_beaten" and self.env.user._is_portal():
            return False
        return super()._has_field_access(field, operation)

    def _is_price_open(self):
        """Return whether the line's price may still be decided: confirmed lines keep
        theirs, new ones need one."""
        return self.state in ("draft", "sent", False) or not self._origin

    # ------------------------------------------------------------------ checks

    @api.constrains(
        "agreement_line_id",
        "price_sheet_line_id",
        "promotion_line_id",
        "order_id",
        "product_id",
    )
    def _check_price_rule(self):
        # sudo: whoever writes the order may not read the documents.
        for line in self.sudo():
            for name, kinds in RULE_KINDS.items():
                rule = line[name]
                if rule and not line._is_priced_by(rule, kinds):
                    raise ValidationError(
                        self.env._(
                            "%(document)s does not price %(product)s for %(customer)s: "
                            "leave the choice to the price decision.",
                            document=rule._get_document().display_name,
                            product=line.product_id.display_name,
                            customer=line.order_id.partner_id.display_name,
                        )
                    )

    def _is_priced_by(self, record, kinds):
        rule = self.env["key.account.price"]._get_rule(record)
        return (
            record._get_document().state not in ("draft", "approval")
            and self._is_own_rule(rule, kinds)
            and record._is_for(self.product_id)
        )

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            self._preload_rules(vals_list)
            return super().create(vals_list)
        lines = self._without_rule_defaults()
        # What did not give the price is described from the start: on a confirmed order
        # it is not computed again.
        vals_list = [
            {name: vals[name] for name in vals if name != "price_beaten"}
            for vals in lines._drop_rules_of_confirmed(vals_list)
        ]
        lines._preload_rules(vals_list)
        created = super(SaleOrderLine, lines).create(vals_list)
        return created.with_env(self.env)

    def _without_rule_defaults(self):
        names = {f"default_{name}" for name in (*RULE_FIELDS, "price_beaten")}
        if not names.intersection(self.env.context):
            return self
        kept = {k: v for k, v in self.env.context.items() if k not in names}
        return self.with_context(kept)  # pylint: disable=context-overridden

    def _drop_rules_of_confirmed(self, vals_list):
        """Return the values of new lines without the rules that users give for lines of
        confirmed orders: those are decided, volumes are counted by them."""
        given = [vals for vals in vals_list if RULE_FIELDS.intersection(vals)]
        # sudo: whether an order is open does not depend on who asks.
        orders = (
            self.env["sale.order"]
            .sudo()
            .browse({vals["order_id"] for vals in given if vals.get("order_id")})
        )
        closed = set(orders.filtered(lambda o: o.state not in ("draft", "sent")).ids)
        return [
            {name: vals[name] for name in vals if name not in RULE_FIELDS}
            if vals.get("order_id") in closed
            else vals
            for vals in vals_list
        ]

    def write(self, vals):
        if RULE_FIELDS.intersection(vals) and not self.env.su:
            self._assert_rules_open()
        return super().write(vals)

    def _assert_rules_open(self):
        """Raise when users would change which rule priced a confirmed order: volumes are
        counted by it."""
        for line in self:
            if line.state not in ("draft", "sent"):
                raise AgreementError(
                    self.env._(
                        "%s is confirmed: which rule priced its lines cannot be changed.",
                        line.order_id.display_name,
                    )
                )

    def _preload_rules(self, vals_list):
        """Read the rules for all new lines at once: Odoo computes the prices of new
        lines one by one."""
        orders = {vals.get("order_id") for vals in vals_list} - {None, False}
        products = {vals.get("product_id") for vals in vals_list} - {None, False}
        if len(vals_list) < 2 or not orders or not products:
            return
        # sudo: as in _get_price_rules.
        orders = self.env["sale.order"].sudo().browse(orders)
        products = self.env["product.product"].sudo().browse(products).exists()
        self.env["key.account.price"]._load_rules(
            {
                (order.company_id.id, order.key_account_id.id, product)
                for order in orders.exists().filtered("key_account_id")
                for product in products
            }
        )
