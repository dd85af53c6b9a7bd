from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache

# From the mildest to the strictest: of several ranges the strictest counts.
POLICIES = [
    ("warn", "Mark the line"),
    ("approve", "Hold the order"),
    ("refuse", "Refuse the line"),
]
# A range counts for what one of these names.
CONTENT_FIELDS = ("product_ids", "product_tmpl_ids", "categ_ids", "has_agreement_lines")


class KeyAccountRange(models.Model):
    """What key accounts may buy, and what becomes of an order line outside of it.

    The ranges of an account, and those of the groups that it belongs to, add up. An
    account without a range may buy everything.
    """

    _name = "key.account.range"
    _description = "Sellable Range"
    _inherit = ["mail.thread"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    policy = fields.Selection(
        POLICIES,
        string="Outside of it",
        required=True,
        default="approve",
        tracking=True,
        help="Mark the line: a sign for whoever writes the quotation. Hold the order: a "
        "manager releases it. Refuse the line: nobody can enter it. Of several ranges of "
        "an account the strictest counts.",
    )
    account_ids = fields.Many2many(
        "key.account",
        "key_account_range_account_rel",
        "range_id",
        "account_id",
        string="Key Accounts",
        tracking=True,
        check_company=True,
        help="A range of a group counts for its subsidiaries, too.",
    )
    covered_account_ids = fields.Many2many(
        "key.account",
        compute="_compute_covered_account_ids",
        search="_search_covered_account_ids",
        string="Counts for",
    )
    product_ids = fields.Many2many(
        "product.product",
        "key_account_range_product_rel",
        "range_id",
        "product_id",
        string="Products",
        tracking=True,
        check_company=True,
        ondelete="restrict",
    )
    product_tmpl_ids = fields.Many2many(
        "product.template",
        "key_account_range_product_tmpl_rel",
        "range_id",
        "product_tmpl_id",
        string="All Variants of",
        tracking=True,
        check_company=True,
        ondelete="restrict",
    )
    categ_ids = fields.Many2many(
        "product.category",
        "key_account_range_categ_rel",
        "range_id",
        "categ_id",
        string="Product Categories",
        tracking=True,
        ondelete="restrict",
        help="With all categories below them.",
    )
    has_agreement_lines = fields.Boolean(
        string="Agreed Products",
        tracking=True,
        help="What an agreement of the account prices belongs to the range, as long as "
        "the agreement is in force.",
    )

    @api.constrains("name", *CONTENT_FIELDS)
    def _check_not_empty(self):
        # Products that were archived are content, too. The name is required: an empty
        # range that is created runs into this as well.
        for sellable in self.with_context(active_test=False):
            if not any(sellable[name] for name in CONTENT_FIELDS):
                raise ValidationError(
                    self.env._(
                        "%s is empty, its accounts could buy nothing: add a product, a "
                        "category, or what their agreements price.",
                        sellable.name,
                    )
                )

    @api.depends("account_ids", "company_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_covered_account_ids(self):
        covered = self._get_covered()
        # Whom the user may not see is left out.
        visible = self.env["key.account"].search(
            [("id", "in", [id_ for ids in covered.values() for id_ in ids])]
        )
        for sellable in self:
            ids = covered.get(sellable._origin.id, ())
            sellable.covered_account_ids = visible.filtered(lambda a, i=ids: a.id in i)

    def _search_covered_account_ids(self, operator, value):
        if operator not in ("in", "any", "any!"):
            return NotImplemented
        accounts = self.env["key.account"]
        if operator == "any!":
            # sudo: whoever asks like this passes the rules of the accounts by.
            accounts = accounts.sudo()
        accounts = accounts.search(Domain("id", operator, value))
        above = self._get_accounts_above(accounts)
        return Domain(
            "account_ids", "in", list({i for ids in above.values() for i in ids})
        )

    # -------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        ranges = super().create(vals_list)
        self._on_changed()
        return ranges

    def write(self, vals):
        result = super().write(vals)
        self._on_changed()
        return result

    def unlink(self):
        result = super().unlink()
        self._on_changed()
        return result

    def _on_changed(self):
        self.env.registry.clear_cache()
        # An order that is held may be within the range now.
        self.env["sale.order"]._gate_wake()

    @api.model
    @ormcache()
    def _is_used(self):
        """Return whether there is any range: without one nothing need be asked."""
        # sudo: what may be bought does not depend on who looks.
        return bool(self.sudo().search_count([("active", "=", True)], limit=1))
