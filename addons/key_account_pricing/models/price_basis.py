from odoo import fields, models

PRICE_BASES = [("pickup", "Pickup"), ("delivered", "Delivered")]
FREIGHT_KINDS = [("included", "Included"), ("separate", "Separate")]


class KeyAccount(models.Model):
    _inherit = "key.account"

    price_basis = fields.Selection(
        PRICE_BASES,
        default="delivered",
        tracking=True,
        help="What the account's prices are usually for: the goods alone, which it "
        "fetches, or goods and freight. Each quotation may say otherwise.",
    )
