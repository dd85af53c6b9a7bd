from odoo import api, fields, models
from odoo.exceptions import ValidationError


class KeyAccountRegion(models.Model):
    """Where prices differ: states of a country, or the whole of it."""

    _name = "key.account.region"
    _description = "Price Region"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    country_id = fields.Many2one("res.country", required=True, ondelete="restrict")
    state_ids = fields.Many2many(
        "res.country.state",
        string="States",
        domain="[('country_id', '=', country_id)]",
        help="Empty: all of the country that is in no other region.",
    )

    @api.constrains("country_id", "state_ids", "active")
    def _check_disjoint(self):
        regions = self.search([("country_id", "in", self.country_id.ids)])
        for region in self.filtered("active"):
            strange = region.state_ids.filtered(
                lambda state, r=region: state.country_id != r.country_id
            )
            if strange:
                raise ValidationError(
                    self.env._(
                        "%(state)s is not in %(country)s: remove it from region "
                        "%(region)s, or change the country.",
                        state=strange[0].name,
                        country=region.country_id.name,
                        region=region.name,
                    )
                )
            for other in regions - region:
                if other.country_id != region.country_id:
                    continue
                common = region.state_ids & other.state_ids
                if common or not (region.state_ids or other.state_ids):
                    raise ValidationError(
                        self.env._(
                            "%(place)s is in region %(other)s already: each place is in "
                            "one region.",
                            place=common[:1].name or region.country_id.name,
                            other=other.name,
                        )
                    )

    @api.model
    def _get_regions(self, partners):
        """Return ``{partner: region}`` of addresses that lie in one: that of their
        state, else that of their country; in one query."""
        # sudo: prices follow from the region whoever writes the quotation.
        regions = self.sudo().search([("country_id", "in", partners.country_id.ids)])
        by_state = {state: region for region in regions for state in region.state_ids}
        by_country = {r.country_id: r for r in regions if not r.state_ids}
        found = {}
        for partner in partners:
            region = by_state.get(partner.state_id) or by_country.get(
                partner.country_id
            )
            if region:
                found[partner] = region
        return found
