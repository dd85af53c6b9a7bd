from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# In the order in which they are shown.
DELIVERY_STATES = [
    ("waiting", "Waiting"),
    ("to_ship", "To Ship"),
    ("late", "Late"),
    ("partial", "Partly Delivered"),
    ("delivered", "Delivered"),
    ("failed", "Failed"),
]

# The child order that counts: the living one, of which there is one at most, or else
# the last that was cancelled. A row for every recipient, also without a child.
CHILD_OF_RECIPIENT = """
    (SELECT sale_order.state, recipient_company.partner_id
       FROM sale_order
       JOIN res_company recipient_company ON recipient_company.id = sale_order.company_id
      WHERE sale_order.id = %(order)s) parent
  JOIN res_partner company_partner ON company_partner.id = parent.partner_id
  LEFT JOIN LATERAL (
    SELECT sale_order.id, sale_order.state, sale_order.commitment_date,
           sale_order.state = 'sale' AND sale_order.release_state IN ('waiting', 'stopped')
               AS is_unreleased,
           CASE WHEN sale_order.state = 'sale' AND sale_order.release_state = 'waiting'
                THEN sale_order.date_release END AS release
      FROM sale_order
     WHERE sale_order.recipient_id = COALESCE(%(leading)s, %(recipient)s)
  ORDER BY sale_order.state = 'cancel', sale_order.id DESC
     LIMIT 1) child ON TRUE
"""

# Goods say whether an order is delivered; services count only where there are no goods.
# Transfers that come back do not count, what they brought back is not delivered.
DELIVERY_OF_CHILD = """
  LEFT JOIN LATERAL (
    SELECT BOOL_OR(goods) AS has_goods,
           COALESCE(BOOL_OR(ordered > delivered) FILTER (WHERE goods),
                    BOOL_OR(ordered > delivered)) AS is_open,
           COALESCE(BOOL_OR(delivered > 0) FILTER (WHERE goods),
                    BOOL_OR(delivered > 0)) AS is_begun
      FROM (SELECT line.qty_delivered_method = 'stock_move' AS goods,
                   line.product_uom_qty AS ordered, line.qty_delivered AS delivered
              FROM sale_order_line line
             WHERE line.order_id = child.id AND line.display_type IS NULL
               AND line.is_downpayment IS NOT TRUE) each) lines ON TRUE
  LEFT JOIN LATERAL (
    SELECT COUNT(*) AS total, MIN(move.date_deadline) AS date_deadline,
           BOOL_OR(move.state NOT IN ('done', 'cancel')) AS is_open
      FROM sale_order_line line
      JOIN stock_move move ON move.sale_line_id = line.id
      JOIN stock_location source ON source.id = move.location_id
     WHERE line.order_id = child.id AND source.usage != 'customer') moves ON TRUE
 CROSS JOIN LATERAL (
    SELECT COALESCE(NULLIF(company_partner.tz, ''), 'UTC') AS zone) place
 CROSS JOIN LATERAL (
    SELECT (COALESCE(child.commitment_date, moves.date_deadline)
            AT TIME ZONE 'UTC' AT TIME ZONE place.zone)::date AS promised,
           (%(now)s::timestamp
            AT TIME ZONE 'UTC' AT TIME ZONE place.zone)::date AS today) day
"""

DELIVERY_STATE = """
CASE WHEN child.id IS NULL AND parent.state = 'cancel' THEN 'failed'
     WHEN child.id IS NULL THEN 'waiting'
     WHEN NOT lines.is_open THEN 'delivered'
     WHEN child.state = 'cancel' AND parent.state IN ('draft', 'sent') THEN 'waiting'
     WHEN child.state = 'cancel' THEN 'failed'
     WHEN moves.total > 0 AND NOT moves.is_open AND child.is_unreleased IS NOT TRUE
          THEN 'failed'
     WHEN day.promised < day.today THEN 'late'
     WHEN lines.is_begun THEN 'partial'
     WHEN child.state IN ('draft', 'sent') OR child.is_unreleased THEN 'waiting'
     WHEN lines.has_goods AND moves.total = 0 THEN 'waiting'
     ELSE 'to_ship' END
"""

# What has left, and under which numbers; more than one where a delivery was divided.
SHIPMENT_OF_CHILD = """
  LEFT JOIN LATERAL (
    SELECT (MAX(picking.date_done) FILTER (WHERE picking.state = 'done')
            AT TIME ZONE 'UTC' AT TIME ZONE place.zone)::date AS shipped,
           STRING_AGG(picking.carrier_tracking_ref, ', ' ORDER BY picking.id)
               FILTER (WHERE picking.carrier_tracking_ref != '') AS tracking
      FROM stock_picking picking
      JOIN stock_picking_type kind ON kind.id = picking.picking_type_id
     WHERE picking.sale_id = child.id AND picking.state != 'cancel'
       AND kind.code NOT IN ('incoming', 'internal')) shipment ON TRUE
"""

# What the SQL above reads, and the ORM may not have written yet.
COLUMNS_READ = {
    "sale.order": [
        *("commitment_date", "company_id", "date_release", "recipient_id"),
        *("release_state", "state"),
    ],
    "sale.order.line": [
        *("display_type", "is_downpayment", "order_id", "product_uom_qty"),
        *("qty_delivered", "qty_delivered_method"),
    ],
    "sale.order.recipient": ["leading_id", "order_id"],
    "stock.move": ["date_deadline", "location_id", "sale_line_id", "state"],
    "stock.picking": [
        *("carrier_tracking_ref", "date_done", "picking_type_id", "sale_id", "state"),
    ],
}


class SaleOrderRecipient(models.Model):
    """What became of a recipient's goods, read from the child order and its transfers.

    Nothing of it is stored: a promised day passes without anybody writing anything, and
    a split of a thousand recipients has no cache to fill. Each field is one query for
    all recipients, whose rows are reached by indexes.
    """

    _inherit = "sale.order.recipient"

    delivery_state = fields.Selection(
        DELIVERY_STATES,
        compute="_compute_delivery",
        search="_search_delivery_state",
        help="Waiting: not split yet, or not released to the warehouse.\n"
        "To Ship: the warehouse has it.\n"
        "Late: the promised day has passed and something is still to come.\n"
        "Partly Delivered: a part has left, the rest is still to come.\n"
        "Delivered: all goods have left.\n"
        "Failed: something was not delivered and nothing more is to come, because the "
        "child order or its transfer was cancelled.",
    )
    delivery_order_id = fields.Many2one(
        "sale.order",
        string="Last Child Order",
        compute="_compute_delivery",
        help="The child order of this recipient, or the last one that was cancelled.",
    )
    date_promised = fields.Date(
        compute="_compute_delivery",
        help="The delivery date of the child order, or else the deadline of its transfer.",
    )
    date_release = fields.Date(
        string="Release Date",
        compute="_compute_delivery",
        help="When the child order goes to the warehouse; empty where it has gone, or was "
        "stopped.",
    )
    date_shipped = fields.Date(
        compute="_compute_delivery", help="When the last of its transfers has left."
    )
    tracking_reference = fields.Char(
        compute="_compute_delivery",
        search="_search_tracking_reference",
        help="The carrier's numbers, as they stand on the transfers.",
    )
    country_id = fields.Many2one(related="partner_id.country_id")
    state_id = fields.Many2one(related="partner_id.state_id", string="State")
    city = fields.Char(related="partner_id.city")

    @api.depends(
        "order_id.state",
        "child_order_ids.state",
        "child_order_ids.commitment_date",
        "child_order_ids.date_release",
        "child_order_ids.release_state",
        "child_order_ids.order_line.qty_delivered",
        "child_order_ids.picking_ids.state",
        "child_order_ids.picking_ids.carrier_tracking_ref",
    )
    def _compute_delivery(self):
        found = self._get_deliveries()
        for recipient in self:
            values = found.get(
                recipient._origin.id, ("waiting", None, None, None, None, None)
            )
            (
                recipient.delivery_state,
                recipient.delivery_order_id,
                recipient.date_promised,
                recipient.date_release,
                recipient.date_shipped,
                recipient.tracking_reference,
            ) = values

    def _get_deliveries(self):
        """Return ``{id: (state, child order's id, day promised, day of release, day
        shipped, tracking references)}``; days are those of the company, what is unknown is None."""
        # sudo: who reads a recipient may know what became of it, customers too; they do
        # not read the child orders and transfers by themselves.
        query = self.sudo()._search([("id", "in", self._origin.ids)], order="id")
        alias = self._join_delivery(query, "delivery", with_shipment=True)
        columns = ("state", "child_id", "promised", "release", "shipped", "tracking")
        rows = self.env.execute_query(
            query.select(
                SQL.identifier(self._table, "id"),
                *(SQL.identifier(alias, column) for column in columns),
            )
        )
        return {recipient_id: values for recipient_id, *values in rows}

    def _join_delivery(self, query, link, alias=None, with_shipment=False):
        """Join what became of the recipients to a query over them.

        :param link: names the join; one name for each kind of columns
        :param alias: of the recipients in the query
        :return: the alias of the join, with the columns ``state``, ``child_id``, ``promised``
            and ``release``, and with the shipment ``shipped`` and ``tracking``
        """
        alias = alias or self._table
        delivery = query.make_alias(alias, link)
        columns = SQL("child.id AS child_id, child.release, day.promised")
        if with_shipment:
            columns = SQL("%s, shipment.shipped, shipment.tracking", columns)
        table = SQL(
            "LATERAL (SELECT %(state)s AS state, %(columns)s FROM %(tables)s)",
            state=self._get_delivery_state_sql(),
            columns=columns,
            tables=self._get_delivery_tables_sql(alias, with_shipment),
        )
        query.add_join("LEFT JOIN", delivery, table, SQL("TRUE"))
        return delivery

    @api.model
    def _get_delivery_state_sql(self):
        """Return the SQL of the state, over ``parent``, ``child``, ``lines``, ``moves``
        and ``day`` of `_get_delivery_tables_sql`. A hook."""
        return SQL(DELIVERY_STATE)  # pylint: disable=sql-injection

    @api.model
    def _get_delivery_tables_sql(self, alias, with_shipment):
        parts = [CHILD_OF_RECIPIENT, DELIVERY_OF_CHILD]
        if with_shipment:
            parts.append(SHIPMENT_OF_CHILD)
        return SQL(
            "".join(parts),  # pylint: disable=sql-injection
            order=SQL.identifier(alias, "order_id"),
            recipient=SQL.identifier(alias, "id"),
            leading=SQL.identifier(alias, "leading_id"),
            now=fields.Datetime.now(),
            to_flush=[
                self.env[model]._fields[name]
                for model, names in COLUMNS_READ.items()
                for name in names
            ],
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        # EXTENDS 'base': the state is grouped by, ordered by and searched in SQL.
        if field_expr == "delivery_state" and query is not None:
            delivery = self._join_delivery(query, "delivery_state", alias)
            return SQL.identifier(delivery, "state")
        return super()._field_to_sql(alias, field_expr, query)

    def _search_delivery_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Every recipient is in a state: no other value finds any.
        states = [state for state in value if state]
        if not states:
            return Domain.FALSE
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s = ANY(%s)",
                model._field_to_sql(alias, "delivery_state", query),
                states,
            )
        )

    @api.model
    def _search_tracking_reference(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        is_unset = operator == "in" and not any(value)
        transfers = Domain("state", "!=", "cancel") & (
            Domain("carrier_tracking_ref", "!=", False)
            if is_unset
            else Domain("carrier_tracking_ref", operator, value)
        )
        # Without the rules of orders and transfers: as for reading, `_get_deliveries`.
        moved = Domain("picking_ids", "any!", transfers)
        found = self._get_children_domain("any!", moved)
        return ~found if is_unset else found

    def action_open_child(self):
        """Return the action that opens the child order of this recipient."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.delivery_order_id.id,
            "views": [(False, "form")],
        }
