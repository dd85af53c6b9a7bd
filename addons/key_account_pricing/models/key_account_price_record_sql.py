"""Where the rows of the price library come from.

Each statement gives the same columns, in the same order. Prices are for one of the
product's own unit, less discount, without taxes. Left out is what is no price: lines
that were taken back, negative ones, down payments, and combos, whose items have the
prices.
"""

from odoo.addons.key_account.models.res_company import DAY

# A row's number is that of its line times four plus the place of the table here.
ROW_TABLES = ("sale.order.line", "key.account.agreement.line", "account.move.line")

# A subtotal is without taxes whether the price includes them or not, but it is rounded:
# where it is nothing but the product of the unit price, that one is exact.
NET_PRICE = """
    CASE WHEN ABS(line.price_subtotal - net.price_unit * {quantity}) < currency.rounding
         THEN net.price_unit
         ELSE line.price_subtotal / {quantity}
    END
"""

# The account is looked for again where the document has none: what the customer bought
# before it was opened belongs to its history.
ORDER_ROWS = f"""
SELECT line.id::int8 * 4 AS id,
       0 AS row_table,
       line.id AS line_id,
       orders.name AS name,
       CASE orders.state WHEN 'sale' THEN 'order' ELSE 'quotation' END AS kind,
       {DAY.format(zone="owner.tz", moment="orders.date_order")} AS date,
       NULL::date AS date_end,
       FALSE AS is_ended,
       orders.company_id AS company_id,
       COALESCE(orders.key_account_id, account.id) AS account_id,
       contact.commercial_partner_id AS partner_id,
       line.product_id AS product_id,
       product.product_tmpl_id AS product_tmpl_id,
       template.categ_id AS categ_id,
       template.uom_id AS uom_id,
       line.product_uom_qty * uom.factor / own_uom.factor AS quantity,
       NULL::numeric AS quantity_min,
       per_unit.price / COALESCE(NULLIF(orders.currency_rate, 0), 1) AS price,
       per_unit.price / COALESCE(NULLIF(orders.currency_rate, 0), 1) AS price_min,
       per_unit.price / COALESCE(NULLIF(orders.currency_rate, 0), 1) AS price_max,
       per_unit.price AS price_document,
       orders.currency_id AS currency_id,
       company.currency_id AS company_currency_id,
       line.price_source AS price_source,
       orders.user_id AS user_id,
       orders.id AS order_id,
       NULL::int4 AS agreement_id,
       NULL::int4 AS move_id,
       'sale.order' AS res_model,
       orders.id AS res_id
  FROM sale_order_line line
  JOIN sale_order orders ON orders.id = line.order_id
  JOIN res_company company ON company.id = orders.company_id
  JOIN res_partner owner ON owner.id = company.partner_id
  JOIN res_currency currency ON currency.id = orders.currency_id
  JOIN res_partner contact ON contact.id = orders.partner_id
  LEFT JOIN key_account account
         ON account.partner_id = contact.commercial_partner_id
        AND account.company_id = orders.company_id
  JOIN product_product product ON product.id = line.product_id
  JOIN product_template template ON template.id = product.product_tmpl_id
  JOIN uom_uom own_uom ON own_uom.id = template.uom_id
  JOIN uom_uom uom ON uom.id = COALESCE(line.product_uom_id, template.uom_id)
  CROSS JOIN LATERAL (
       SELECT line.price_unit * (1 - COALESCE(line.discount, 0) / 100) AS price_unit
  ) net
  CROSS JOIN LATERAL (
       SELECT {NET_PRICE.format(quantity="line.product_uom_qty")}
            * own_uom.factor / uom.factor AS price
  ) per_unit
 WHERE orders.state IN ('draft', 'sent', 'sale')
   AND line.display_type IS NULL
   AND line.is_downpayment IS NOT TRUE
   AND line.price_unit >= 0
   AND line.product_uom_qty >= 0
   AND template.type != 'combo'
"""

# What was never in force gave no price. A price ends with its agreement, or on the day
# before a later version begins.
AGREEMENT_ROWS = """
SELECT line.id::int8 * 4 + 1 AS id,
       1 AS row_table,
       line.id AS line_id,
       agreement.name || ' v' || agreement.version AS name,
       'agreement' AS kind,
       agreement.date_start AS date,
       LEAST(agreement.date_end, later.date_before) AS date_end,
       agreement.state != 'active' AS is_ended,
       agreement.company_id AS company_id,
       agreement.account_id AS account_id,
       account.partner_id AS partner_id,
       line.product_id AS product_id,
       template.id AS product_tmpl_id,
       COALESCE(template.categ_id, line.categ_id) AS categ_id,
       template.uom_id AS uom_id,
       NULL::numeric AS quantity,
       line.quantity_min AS quantity_min,
       line.price / COALESCE(NULLIF(agreement.currency_rate, 0), 1) AS price,
       line.price / COALESCE(NULLIF(agreement.currency_rate, 0), 1) AS price_min,
       line.price / COALESCE(NULLIF(agreement.currency_rate, 0), 1) AS price_max,
       line.price AS price_document,
       agreement.currency_id AS currency_id,
       company.currency_id AS company_currency_id,
       NULL AS price_source,
       agreement.user_id AS user_id,
       NULL::int4 AS order_id,
       agreement.id AS agreement_id,
       NULL::int4 AS move_id,
       'key.account.agreement' AS res_model,
       agreement.id AS res_id
  FROM key_account_agreement_line line
  JOIN key_account_agreement agreement ON agreement.id = line.agreement_id
  JOIN key_account account ON account.id = agreement.account_id
  JOIN res_company company ON company.id = agreement.company_id
  LEFT JOIN product_product product ON product.id = line.product_id
  LEFT JOIN product_template template
         ON template.id = COALESCE(line.product_tmpl_id, product.product_tmpl_id)
  LEFT JOIN LATERAL (
       SELECT MIN(GREATEST(version.date_start - 1, agreement.date_start)) AS date_before
         FROM key_account_agreement version
        WHERE version.name = agreement.name
          AND version.company_id = agreement.company_id
          AND version.version > agreement.version
          AND version.state IN ('active', 'expired', 'terminated')
  ) later ON TRUE
 WHERE agreement.state IN ('active', 'expired', 'terminated')
   AND line.price_kind = 'fixed'
"""

# An invoice that a credit note has cancelled gives no price; other credit notes correct
# amounts, often by a difference, and are no prices themselves.
INVOICE_ROWS = f"""
SELECT line.id::int8 * 4 + 2 AS id,
       2 AS row_table,
       line.id AS line_id,
       move.name AS name,
       'invoice' AS kind,
       COALESCE(move.invoice_date, move.date) AS date,
       NULL::date AS date_end,
       FALSE AS is_ended,
       move.company_id AS company_id,
       account.id AS account_id,
       move.commercial_partner_id AS partner_id,
       line.product_id AS product_id,
       product.product_tmpl_id AS product_tmpl_id,
       template.categ_id AS categ_id,
       template.uom_id AS uom_id,
       line.quantity * uom.factor / own_uom.factor AS quantity,
       NULL::numeric AS quantity_min,
       per_unit.price / COALESCE(NULLIF(move.invoice_currency_rate, 0), 1) AS price,
       per_unit.price / COALESCE(NULLIF(move.invoice_currency_rate, 0), 1) AS price_min,
       per_unit.price / COALESCE(NULLIF(move.invoice_currency_rate, 0), 1) AS price_max,
       per_unit.price AS price_document,
       move.currency_id AS currency_id,
       company.currency_id AS company_currency_id,
       NULL AS price_source,
       move.invoice_user_id AS user_id,
       NULL::int4 AS order_id,
       NULL::int4 AS agreement_id,
       move.id AS move_id,
       'account.move' AS res_model,
       move.id AS res_id
  FROM account_move_line line
  JOIN account_move move ON move.id = line.move_id
  JOIN res_company company ON company.id = move.company_id
  JOIN res_currency currency ON currency.id = move.currency_id
  LEFT JOIN key_account account
         ON account.partner_id = move.commercial_partner_id
        AND account.company_id = move.company_id
  JOIN product_product product ON product.id = line.product_id
  JOIN product_template template ON template.id = product.product_tmpl_id
  JOIN uom_uom own_uom ON own_uom.id = template.uom_id
  JOIN uom_uom uom ON uom.id = COALESCE(line.product_uom_id, template.uom_id)
  CROSS JOIN LATERAL (
       SELECT line.price_unit * (1 - COALESCE(line.discount, 0) / 100) AS price_unit
  ) net
  CROSS JOIN LATERAL (
       SELECT {NET_PRICE.format(quantity="line.quantity")}
            * own_uom.factor / uom.factor AS price
  ) per_unit
 WHERE move.move_type IN ('out_invoice', 'out_receipt')
   AND move.state = 'posted'
   AND move.payment_state != 'reversed'
   AND line.display_type = 'product'
   AND line.is_downpayment IS NOT TRUE
   AND line.price_unit >= 0
   AND line.quantity >= 0
   AND template.type != 'combo'
"""
