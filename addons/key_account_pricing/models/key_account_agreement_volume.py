from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.key_account.models.price_visibility import PRICE_READERS
from odoo.addons.key_account.models.res_company import DAY

# What confirmed orders took under an agreement, in any of its versions, less what came
# back: quantities in the product's own unit, values without taxes in the order's
# currency. What came back does not count where it goes out again, or was taken off the
# order, too: more goes out than is ordered then. Of orders that are not confirmed any
# more counts what went out while they were, and did not come back. Parent orders that
# were split are not counted, their children are.
TAKEN = f"""
SELECT version.name, version.company_id, line.product_id, line.currency_id,
       {DAY.format(zone="owner.tz", moment="orders.date_order")},
       SUM(taken.quantity),
       SUM(CASE WHEN line.product_uom_qty = 0 THEN line.price_subtotal
                ELSE line.price_subtotal * taken.quantity
                     / ordered.quantity END)
  FROM key_account_agreement version
  JOIN key_account_agreement_line agreed ON agreed.agreement_id = version.id
  JOIN sale_order_line line ON line.agreement_line_id = agreed.id
  JOIN sale_order orders ON orders.id = line.order_id
  JOIN res_company company ON company.id = orders.company_id
  JOIN res_partner owner ON owner.id = company.partner_id
  JOIN product_product product ON product.id = line.product_id
  JOIN product_template template ON template.id = product.product_tmpl_id
  JOIN uom_uom uom ON uom.id = line.product_uom_id
  JOIN uom_uom product_uom ON product_uom.id = template.uom_id
 CROSS JOIN LATERAL (
      SELECT line.product_uom_qty * uom.factor / product_uom.factor AS quantity
  ) ordered
 CROSS JOIN LATERAL (
      SELECT COALESCE(SUM(move.product_qty) FILTER (
                 WHERE source.usage = 'customer' AND move.to_refund
                   AND move.state = 'done'
             ), 0) AS back,
             COALESCE(SUM(move.product_qty) FILTER (
                 WHERE target.usage = 'customer' AND move.state != 'cancel'
                   AND (move.origin_returned_move_id IS NULL OR move.to_refund)
             ), 0) AS out,
             COALESCE(SUM(move.product_qty) FILTER (
                 WHERE target.usage = 'customer' AND move.state = 'done'
                   AND (move.origin_returned_move_id IS NULL OR move.to_refund)
             ), 0) AS gone
        FROM stock_move move
        JOIN stock_location source ON source.id = move.location_id
        JOIN stock_location target ON target.id = move.location_dest_id
       WHERE move.sale_line_id = line.id
  ) moved
 CROSS JOIN LATERAL (
      SELECT CASE WHEN orders.state = 'sale'
                  THEN ordered.quantity - GREATEST(
                      moved.back - GREATEST(moved.out - ordered.quantity, 0), 0
                  )
                  WHEN line.qty_delivered_method = 'stock_move'
                  THEN LEAST(GREATEST(moved.gone - moved.back, 0), ordered.quantity)
                  ELSE LEAST(
                      GREATEST(line.qty_delivered, 0) * uom.factor / product_uom.factor,
                      ordered.quantity
                  )
             END AS quantity
  ) taken
 WHERE version.name = ANY(%(names)s)
   AND (orders.state = 'sale'
        OR orders.state IN ('draft', 'sent', 'cancel') AND taken.quantity > 0)
   AND NOT orders.id = ANY(%(without)s)
GROUP BY 1, 2, 3, 4, 5
"""


class KeyAccountAgreement(models.Model):
    """How much has been ordered under agreements."""

    _inherit = "key.account.agreement"

    value_executed = fields.Monetary(
        string="Executed Value", compute="_compute_value_executed", groups=PRICE_READERS
    )
    value_remaining = fields.Monetary(
        string="Remaining Value",
        compute="_compute_value_executed",
        groups=PRICE_READERS,
    )

    @api.depends("value_committed")
    def _compute_value_executed(self):
        taken = self._get_taken()
        for agreement in self:
            rows = taken.get((agreement.name, agreement.company_id.id), ())
            value = sum(agreement._get_value(*row) for row in rows)
            agreement.value_executed = value
            agreement.value_remaining = agreement.value_committed - value

    def _get_taken(self, without=None):
        """Return ``{(number, company id): [(product id, currency id, day, quantity,
        value)]}`` of what confirmed orders took under any version of these agreements,
        and what cancelled ones were delivered, less what was returned, in one query.

        :param without: orders that are left out
        """
        names = [name for name in self.mapped("name") if name]
        if not names:
            return {}
        self.env["sale.order"].flush_model(["state", "date_order"])
        self.env["res.partner"].flush_model(["tz"])
        self.env["sale.order.line"].flush_model()
        self.env["stock.move"].flush_model()
        self.flush_model(["name", "company_id"])
        self.line_ids.flush_model(["agreement_id"])
        found = {}
        query = SQL(TAKEN, names=names, without=without.ids if without else [])
        for name, company, *row in self.env.execute_query(query):
            found.setdefault((name, company), []).append(row)
        return found

    def _get_value(self, _product, currency, day, _quantity, value):
        """Return a row's value in the agreement's currency, of the order's day."""
        currency = self.env["res.currency"].browse(currency)
        return currency._convert(
            float(value or 0.0), self.currency_id, self.company_id, day
        )


class KeyAccountAgreementLine(models.Model):
    """How much of what was committed to has been ordered."""

    _inherit = "key.account.agreement.line"

    @api.depends("quantity_committed")
    def _compute_executed(self):
        executed = self._get_executed()
        for line in self:
            quantity = executed.get(line._origin.id, 0.0)
            line.quantity_executed = quantity
            # Negative where a framework, which does not lock it, was exceeded.
            line.quantity_remaining = line.quantity_committed - quantity
            line.rate_executed = (
                100.0 * quantity / line.quantity_committed
                if line.quantity_committed
                else 0.0
            )

    @api.depends("value_committed")
    def _compute_value_executed(self):
        taken = self.filtered("value_committed").agreement_id._get_taken()
        products = self.env["product.product"].browse(
            {row[0] for rows in taken.values() for row in rows}
        )
        by_id = {product.id: product for product in products}
        for line in self:
            rows = taken.get(line._get_family(), ()) if line.value_committed else ()
            value = sum(
                line.agreement_id._get_value(*row)
                for row in rows
                if line._is_for(by_id[row[0]])
            )
            line.value_executed = value
            line.value_remaining = line.value_committed - value

    def _get_family(self):
        """Return what all versions of the line's agreement have in common."""
        return self.agreement_id.name, self.agreement_id.company_id.id

    def _get_executed(self):
        """Return ``{line id: quantity}`` in the product's own unit for lines with a
        volume: ordered in confirmed orders, or delivered, less what was returned, in one
        query."""
        volumes = self._origin.filtered("quantity_committed")
        taken = volumes.agreement_id._get_taken()
        quantities = {}
        for family, rows in taken.items():
            for product, _currency, _day, quantity, _value in rows:
                key = (*family, product)
                quantities[key] = quantities.get(key, 0.0) + float(quantity or 0.0)
        return {
            line.id: quantities.get((*line._get_family(), line.product_id.id), 0.0)
            for line in volumes
        }
