from markupsafe import Markup

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

# The newest rows of the library for each line, without its own. Materialized: the rows
# of all lines are found once, not once for each.
LAST_PRICES = """
WITH record AS MATERIALIZED (%(records)s)
SELECT ranked.line_id, ranked.id
  FROM (
        SELECT wanted.line_id,
               record.id,
               ROW_NUMBER() OVER (
                   PARTITION BY wanted.line_id ORDER BY record.date DESC, record.id DESC
               ) AS rank
          FROM (VALUES %(wanted)s)
               AS wanted (line_id, row_id, company_id, partner_id, product_id)
          JOIN record
            ON record.company_id = wanted.company_id
           AND record.partner_id = wanted.partner_id
           AND record.product_id = wanted.product_id
           AND record.id != wanted.row_id
       ) ranked
 WHERE ranked.rank <= %(limit)s
 ORDER BY ranked.line_id, ranked.rank
"""


class SaleOrderLine(models.Model):
    """What the customer last paid, at hand where a price is quoted."""

    _inherit = "sale.order.line"

    def action_open_last_prices(self):
        """Return the action that shows the customer's last prices of the product."""
        self.ensure_one()
        records = self._get_last_prices()[self]
        view = self.env.ref(
            "key_account_pricing.key_account_price_record_view_list_last"
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Last Prices: %s", self.product_id.display_name),
            "res_model": records._name,
            "views": [(view.id, "list")],
            "domain": [("id", "in", records.ids)],
            "target": "new",
            "help": Markup('<p class="o_view_nocontent_smiling_face">%s</p><p>%s</p>')
            % (
                self.env._("No other price yet"),
                self.env._("This customer has not been quoted this product before."),
            ),
        }

    def _get_last_prices(self, limit=5):
        """Return ``{line: rows of the price library}``: the last prices for the line's
        customer, with all its contacts, and product in the order's company, newest
        first and without the line itself; in one query.

        :param limit: rows for each line
        :raise AccessError: the library is closed to the user
        """
        Record = self.env["key.account.price.record"]
        Record.check_access("read")
        lines = self.with_prefetch().filtered(
            lambda line: line._origin and line.product_id
        )
        ids = {}
        if lines:
            ids = dict.fromkeys(lines._origin.ids, ())
            for line_id, record_id in lines._fetch_last_prices(Record, limit):
                ids[line_id] += (record_id,)
        return {line: Record.browse(ids.get(line._origin.id, ())) for line in self}

    def _fetch_last_prices(self, Record, limit):
        partners = self.order_id.partner_id.commercial_partner_id
        # The same conditions as for each line: their indexes find the rows.
        query = Record._search(
            Domain("partner_id", "in", partners.ids)
            & Domain("product_id", "in", self.product_id.ids)
            & Domain("company_id", "in", self.order_id.company_id.ids)
        )
        columns = ("id", "date", "company_id", "partner_id", "product_id")
        wanted = [
            SQL(
                "(%s, %s, %s, %s, %s)",
                line._origin.id,
                Record._get_row_id(line),
                line.order_id.company_id.id,
                line.order_id.partner_id.commercial_partner_id.id,
                line.product_id.id,
            )
            for line in self
        ]
        return self.env.execute_query(
            SQL(
                LAST_PRICES,
                wanted=SQL(", ").join(wanted),
                records=query.select(
                    *(SQL.identifier(Record._table, column) for column in columns)
                ),
                limit=limit,
            )
        )
