from odoo import api, models


class DeliveryListOfOrders(models.AbstractModel):
    """A page for each recipient of the orders."""

    _name = "report.key_account_split.report_delivery_list"
    _description = "Delivery List of Orders"

    @api.model
    def _get_report_values(self, docids, data=None):
        # EXTENDS 'base'
        orders = self.env["sale.order"].browse(docids)
        orders.check_access("read")
        return {"docs": orders, "batches": orders.recipient_ids._get_delivery_pages()}


class DeliveryListOfRecipients(models.AbstractModel):
    """A page for each of the recipients that were selected."""

    _name = "report.key_account_split.report_recipient_delivery_list"
    _description = "Delivery List of Recipients"

    @api.model
    def _get_report_values(self, docids, data=None):
        # EXTENDS 'base'
        recipients = self.env["sale.order.recipient"].browse(docids)
        return {"docs": recipients, "batches": recipients._get_delivery_pages()}
