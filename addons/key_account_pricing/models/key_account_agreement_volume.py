from odoo import api, models
from odoo.tools import SQL

# Ordered less returned quantity for each volume, in the product's own unit: of all lines
# for its product that any version of the agreement has priced, whatever the tier. Parent
# orders that were split are not counted, their children are.
EXECUTED = """
SELECT volume.id,
       SUM(line.product_uom_qty * uom.factor / product_uom.factor)
     - SUM(COALESCE(returned.quantity, 0))
  FROM key_account_agreement_line volume
  JOIN key_account_agreement agreement ON agreement.id = volume.agreement_id
  JOIN key_account_agreement version
    ON version.name = agreement.name AND version.company_id = agreement.company_id
  JOIN key_account_agreement_line agreed ON agreed.agreement_id = version.id
  JOIN sale_order_line line
    ON line.agreement_line_id = agreed.id AND line.product_id = volume.product_id
  JOIN sale_order orders ON orders.id = line.order_id
  JOIN product_product product ON product.id = line.product_id
  JOIN product_template template ON template.id = product.product_tmpl_id
  JOIN uom_uom uom ON uom.id = line.product_uom_id
  JOIN uom_uom product_uom ON product_uom.id = template.uom_id
  LEFT JOIN LATERAL (
      SELECT SUM(move.product_qty) AS quantity
        FROM stock_move move
        JOIN stock_location source ON source.id = move.location_id
       WHERE move.sale_line_id = line.id
         AND move.state = 'done'
         AND move.to_refund
         AND source.usage = 'customer'
  ) returned ON TRUE
 WHERE volume.id = ANY(%(volumes)s)
   AND orders.state = 'sale'
   AND NOT orders.id = ANY(%(without)s)
GROUP BY volume.id
"""


class KeyAccountAgreementLine(models.Model):
    """How much of the agreed volumes has been ordered."""

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

    def _get_volume(self, product):
        """Return the line of the same agreement that agrees on a volume of the product,
        whichever tier has priced it; there is one at most."""
        return self.agreement_id.line_ids.filtered(
            lambda line: line.quantity_committed and line.product_id == product
        )[:1]

    def _get_executed(self, without=None):
        """Return ``{line id: quantity}`` in the product's own unit for lines with a
        volume: ordered in confirmed orders less what was returned, in one query.

        :param without: orders that are left out
        """
        volumes = self._origin.filtered("quantity_committed")
        if not volumes:
            return {}
        self.env["sale.order"].flush_model(["state"])
        self.env["sale.order.line"].flush_model()
        self.env["stock.move"].flush_model()
        self.env["key.account.agreement"].flush_model(["name", "company_id"])
        self.flush_model(["agreement_id", "product_id"])
        rows = self.env.execute_query(
            SQL(
                EXECUTED,
                volumes=volumes.ids,
                without=without.ids if without else [],
            )
        )
        return {line: float(quantity or 0.0) for line, quantity in rows}
