from odoo import models, tools

from .price_visibility import COST_READERS, PRICE_READERS


class ResUsers(models.Model):
    _inherit = "res.users"

    @tools.ormcache("self.id")
    def _get_group_ids(self):
        # EXTENDS 'base': everybody is in the groups that see prices and (customers and
        # visitors aside) costs, only warehouse staff are not, unless another group of
        # theirs brings it along. Groups can imply others but not take one away.
        group_ids = super()._get_group_ids()
        if self._xmlid_id("stock.group_stock_user") in group_ids:
            return group_ids
        derived = [PRICE_READERS]
        if self._xmlid_id("base.group_user") in group_ids:
            derived.append(COST_READERS)
        found = {self._xmlid_id(xmlid) for xmlid in derived} - {False, *group_ids}
        return (*group_ids, *found)

    def _xmlid_id(self, xmlid):
        # False while the group is not installed yet.
        return self.env["ir.model.data"]._xmlid_to_res_id(xmlid)
