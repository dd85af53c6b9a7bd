"""Who sees a price.

The fields below are readable by ``PRICE_READERS`` (everybody but warehouse staff)
or, for what the company pays and earns, by ``COST_READERS`` (the same without the
portal); ``res.users._get_group_ids`` says who that is. Odoo then refuses them in every
door of the ORM (read, search, group, order by, export, onchange, write) and
leaves them out of the views.

A price field that a later addon adds to a model the warehouse reads belongs in
that addon, with the same constants; ``test_price_visibility`` names those that
were forgotten. What core reads on behalf of the warehouse is in
``price_visibility_flow``.
"""

from odoo import fields, models

PRICE_READERS = "key_account.group_price_reader"
COST_READERS = "key_account.group_cost_reader"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    amount_untaxed = fields.Monetary(groups=PRICE_READERS)
    amount_tax = fields.Monetary(groups=PRICE_READERS)
    amount_total = fields.Monetary(groups=PRICE_READERS)
    amount_to_invoice = fields.Monetary(groups=PRICE_READERS)
    amount_invoiced = fields.Monetary(groups=PRICE_READERS)
    amount_paid = fields.Float(groups=PRICE_READERS)
    amount_undiscounted = fields.Float(groups=PRICE_READERS)
    tax_totals = fields.Binary(groups=PRICE_READERS)
    partner_credit_warning = fields.Text(groups=PRICE_READERS)
    # The token opens the portal page of the order, which shows every price.
    access_token = fields.Char(groups=PRICE_READERS)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    price_unit = fields.Float(groups=PRICE_READERS)
    technical_price_unit = fields.Float(groups=PRICE_READERS)
    discount = fields.Float(groups=PRICE_READERS)
    price_subtotal = fields.Monetary(groups=PRICE_READERS)
    price_tax = fields.Float(groups=PRICE_READERS)
    price_total = fields.Monetary(groups=PRICE_READERS)
    price_reduce_taxexcl = fields.Monetary(groups=PRICE_READERS)
    price_reduce_taxinc = fields.Monetary(groups=PRICE_READERS)
    untaxed_amount_invoiced = fields.Monetary(groups=PRICE_READERS)
    untaxed_amount_to_invoice = fields.Monetary(groups=PRICE_READERS)
    amount_invoiced = fields.Monetary(groups=PRICE_READERS)
    amount_to_invoice = fields.Monetary(groups=PRICE_READERS)
    amount_to_invoice_at_date = fields.Float(groups=PRICE_READERS)
    extra_tax_data = fields.Json(groups=PRICE_READERS)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    list_price = fields.Float(groups=PRICE_READERS)
    tax_string = fields.Char(groups=PRICE_READERS)
    standard_price = fields.Float(groups=COST_READERS)


class ProductProduct(models.Model):
    _inherit = "product.product"

    lst_price = fields.Float(groups=PRICE_READERS)
    price_extra = fields.Float(groups=PRICE_READERS)
    tax_string = fields.Char(groups=PRICE_READERS)
    standard_price = fields.Float(groups=COST_READERS)
    avg_cost = fields.Monetary(groups=COST_READERS)
    total_value = fields.Monetary(groups=COST_READERS)


class ProductAttributeValue(models.Model):
    _inherit = "product.attribute.value"

    default_extra_price = fields.Float(groups=PRICE_READERS)


class ProductTemplateAttributeValue(models.Model):
    _inherit = "product.template.attribute.value"

    price_extra = fields.Float(groups=PRICE_READERS)


class ProductCombo(models.Model):
    _inherit = "product.combo"

    base_price = fields.Float(groups=PRICE_READERS)


class ProductComboItem(models.Model):
    _inherit = "product.combo.item"

    extra_price = fields.Float(groups=PRICE_READERS)
    lst_price = fields.Float(groups=PRICE_READERS)


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    fixed_price = fields.Float(groups=PRICE_READERS)
    percent_price = fields.Float(groups=PRICE_READERS)
    price = fields.Char(groups=PRICE_READERS)
    price_discount = fields.Float(groups=PRICE_READERS)
    price_markup = fields.Float(groups=PRICE_READERS)
    price_max_margin = fields.Float(groups=PRICE_READERS)
    price_min_margin = fields.Float(groups=PRICE_READERS)
    price_round = fields.Float(groups=PRICE_READERS)
    price_surcharge = fields.Float(groups=PRICE_READERS)
    rule_tip = fields.Char(groups=PRICE_READERS)


class ProductSupplierinfo(models.Model):
    _inherit = "product.supplierinfo"

    price = fields.Float(groups=COST_READERS)
    price_discounted = fields.Float(groups=COST_READERS)
    discount = fields.Float(groups=COST_READERS)


class ProductValue(models.Model):
    _inherit = "product.value"

    value = fields.Monetary(groups=COST_READERS)
    description = fields.Char(groups=COST_READERS)
    current_value = fields.Monetary(groups=COST_READERS)
    current_value_details = fields.Char(groups=COST_READERS)
    current_value_description = fields.Text(groups=COST_READERS)
    computed_value_description = fields.Text(groups=COST_READERS)


class StockMove(models.Model):
    _inherit = "stock.move"

    price_unit = fields.Float(groups=COST_READERS)
    standard_price = fields.Float(groups=COST_READERS)
    # Not copied: a copy is a new move, valued when it is done.
    value = fields.Monetary(groups=COST_READERS, copy=False)
    value_manual = fields.Monetary(groups=COST_READERS)
    value_justification = fields.Text(groups=COST_READERS)
    value_computed_justification = fields.Text(groups=COST_READERS)
    remaining_value = fields.Monetary(groups=COST_READERS)


class StockLot(models.Model):
    _inherit = "stock.lot"

    avg_cost = fields.Monetary(groups=COST_READERS)
    total_value = fields.Monetary(groups=COST_READERS)
    standard_price = fields.Float(groups=COST_READERS)


class StockQuant(models.Model):
    _inherit = "stock.quant"

    value = fields.Monetary(groups=COST_READERS)


class StockAvcoReport(models.AbstractModel):
    _inherit = "stock.avco.report"

    value = fields.Float(groups=COST_READERS)
    added_value = fields.Float(groups=COST_READERS)
    total_value = fields.Float(groups=COST_READERS)
    avco_value = fields.Float(groups=COST_READERS)
    description = fields.Text(groups=COST_READERS)
    justification = fields.Text(groups=COST_READERS)


class AccountAccount(models.Model):
    _inherit = "account.account"

    current_balance = fields.Float(groups=COST_READERS)
    opening_balance = fields.Monetary(groups=COST_READERS)
    opening_credit = fields.Monetary(groups=COST_READERS)
    opening_debit = fields.Monetary(groups=COST_READERS)


class AccountJournal(models.Model):
    _inherit = "account.journal"

    current_statement_balance = fields.Monetary(groups=COST_READERS)
    kanban_dashboard = fields.Text(groups=COST_READERS)
    kanban_dashboard_graph = fields.Text(groups=COST_READERS)


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    amount = fields.Monetary(groups=COST_READERS)
    credit_amount_currency = fields.Monetary(groups=COST_READERS)
    debit_amount_currency = fields.Monetary(groups=COST_READERS)


class AccountAnalyticAccount(models.Model):
    _inherit = "account.analytic.account"

    balance = fields.Monetary(groups=COST_READERS)
    credit = fields.Monetary(groups=COST_READERS)
    debit = fields.Monetary(groups=COST_READERS)


class CrmTeam(models.Model):
    _inherit = "crm.team"

    invoiced = fields.Float(groups=COST_READERS)
    invoiced_target = fields.Float(groups=COST_READERS)


class DigestDigest(models.Model):
    _inherit = "digest.digest"

    kpi_account_total_revenue_value = fields.Monetary(groups=COST_READERS)
    kpi_all_sale_total_value = fields.Monetary(groups=COST_READERS)
