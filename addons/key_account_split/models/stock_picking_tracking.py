from odoo import api, fields, models


class StockPicking(models.Model):
    """Where a parcel can be followed.

    The field is the one of Odoo's delivery addon, which need not be installed: a
    warehouse that hands its parcels over by hand writes the numbers down, too.
    """

    _inherit = "stock.picking"

    carrier_tracking_ref = fields.Char(string="Tracking Reference", copy=False)

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        # EXTENDS 'stock': with carriers, Odoo shows the field itself, beside them.
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form" and "carrier_id" in self._fields:
            for node in arch.xpath("//group[@name='tracking_reference']"):
                node.getparent().remove(node)
        return arch, view
