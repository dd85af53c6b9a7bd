from odoo import fields, models


class SaleOrderRecipient(models.Model):
    """What is printed about recipients: the paper that goes with the goods."""

    _inherit = "sale.order.recipient"

    def _get_delivery_pages(self):
        """Return ``[(language, [page])]``: what the delivery list prints of these
        recipients, in their order and in the language of their customer; no prices.

        :return: pages are dicts, see `_prepare_delivery_page`
        :raise AccessError: a recipient that the user may not read
        """
        self.check_access("read")
        # sudo: who may read the recipients prints where their goods go; not everybody
        # of them reads transfers or contacts.
        known = self.sudo().sorted(lambda r: (r.order_id.id, r.sequence, r.id))
        total = {order: len(part) for order, part in known.grouped("order_id").items()}
        place = dict.fromkeys(total, 0)
        batches = []
        groups = known.grouped(lambda r: r.order_id.partner_id.lang or self.env.lang)
        for lang, recipients in groups.items():
            pages = []
            for recipient in recipients.with_context(lang=lang):
                order = recipient.order_id.with_env(known.env)
                place[order] += 1
                page = recipient._prepare_delivery_page()
                page.update(
                    place=place[order],
                    total=total[order],
                    is_first=not pages and not batches,
                )
                pages.append(page)
            batches.append((lang, pages))
        return batches

    def _prepare_delivery_page(self):
        """Return what one page shows: texts, days, and per product the quantity in the
        unit of the order line."""
        self.ensure_one()
        order, child, address = self.order_id, self.delivery_order_id, self.partner_id
        transfers = child._get_shipments()
        # With two transfers no single one stands for the delivery.
        numbered = transfers if len(transfers) == 1 else child or order
        lines = address._display_address(without_company=True).splitlines()
        wished = order.commitment_date and fields.Date.to_date(order.commitment_date)
        return {
            "company": order.company_id,
            "customer": order.partner_id.commercial_partner_id.name,
            "order": order.name,
            "order_reference": order.client_order_ref,
            "name": address.name or address.parent_id.name,
            "address": [line.strip() for line in lines if line.strip()],
            "phone": address.phone,
            "reference": self.reference,
            "note": self.note,
            "date": self.date_promised or self.date_wished or wished,
            "child": child.name,
            "transfers": ", ".join(transfers.mapped("name")),
            "barcode": numbered.name,
            "is_stopped": self.delivery_state == "failed",
            "tracking": self.tracking_reference,
            "lines": [
                {
                    "product": line.product_id.display_name,
                    "quantity": line.quantity,
                    "unit": line.product_uom_id.name,
                }
                for line in self.line_ids
                if line.quantity
            ],
        }


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_shipments(self):
        """Return the transfers that bring goods to the customer and live."""
        return self.picking_ids.filtered(
            lambda picking: (
                picking.state != "cancel"
                and picking.picking_type_code not in ("incoming", "internal")
            )
        )
