from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import ormcache


class KeyAccountPriceSource(models.Model):
    """The order in which prices are looked for; the list price comes last.

    The sources are there from the start: people sort them, nobody adds or removes one.
    """

    _name = "key.account.price.source"
    _description = "Price Source"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    code = fields.Selection(
        [
            ("agreement", "Agreement"),
            ("customer", "Customer price"),
            ("region", "Region price"),
            ("pricelist", "Pricelist"),
        ],
        string="Source",
        required=True,
        readonly=True,
    )
    description = fields.Char(translate=True, readonly=True)

    _code_unique = models.UniqueIndex(
        "(code)", "Each price source is in the list once: sort those that are there."
    )

    @api.depends("code")
    def _compute_display_name(self):
        labels = dict(self._fields["code"]._description_selection(self.env))
        for source in self:
            source.display_name = labels.get(source.code)

    def write(self, vals):
        if set(vals) - {"sequence"} and not self.env.su:
            raise UserError(
                self.env._("Price sources are only sorted: drag them into their order.")
            )
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        sources = super().create(vals_list)
        self.env.registry.clear_cache()
        return sources

    @api.model
    @ormcache()
    def _get_precedence(self):
        """Return the codes of the sources in their order."""
        # sudo: prices are the same whoever asks.
        return tuple(self.sudo().search([("code", "!=", False)]).mapped("code"))
