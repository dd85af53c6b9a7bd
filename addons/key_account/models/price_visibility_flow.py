"""What core does with prices on behalf of the warehouse.

Validating a transfer values its moves, and core computes that as the user who
validates. The fields of ``price_visibility`` are closed to them, so the private
methods below go on as superuser: they take no amount from the user and hand
none back. The second half closes the doors that show an order's amounts without
reading a field: its messages, its files and the forecast report.
"""

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .price_visibility import PRICE_READERS


def _check_create(model, vals_list):
    """Make the ORM's own checks for a ``create`` that goes on as superuser."""
    model.check_access("create")
    names = {name for vals in vals_list for name in vals}
    names.update(
        key.removeprefix("default_")
        for key in model.env.context
        if key.startswith("default_")
    )
    for name in names & model._fields.keys():
        model._check_field_access(model._fields[name], "write")


class StockMove(models.Model):
    _inherit = "stock.move"

    def _set_value(self, correction_quantity=None):
        # EXTENDS 'stock_account'
        # sudo: the value follows from quantities that the user may record.
        return super(StockMove, self.sudo())._set_value(correction_quantity)

    def _create_account_move(self):
        # EXTENDS 'stock_account'
        # sudo: core creates the entry as superuser, but reads its amounts before.
        return super(StockMove, self.sudo())._create_account_move()

    def _merge_moves(self, merge_into=False):
        # EXTENDS 'stock'
        # sudo: moves are told apart by their unit price, among others.
        merge_into = merge_into and merge_into.sudo()
        moves = super(StockMove, self.sudo())._merge_moves(merge_into)
        return moves.with_env(self.env)

    def _create_backorder(self):
        # EXTENDS 'stock'
        # sudo: the backorder inherits the unit price of the move it continues.
        return super(StockMove, self.sudo())._create_backorder().with_env(self.env)

    def _split(self, qty, restrict_partner_id=False):
        # EXTENDS 'stock'
        # sudo: as above; a user who may not write the price does not pass it on.
        vals_list = super(StockMove, self.sudo())._split(qty, restrict_partner_id)
        if not self._has_field_access(self._fields["price_unit"], "write"):
            for vals in vals_list:
                vals.pop("price_unit", None)
        return vals_list


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'stock_account'
        if self._has_field_access(self._fields["standard_price"], "read"):
            return super().create(vals_list)
        # sudo: core reads the cost of the product it has just created.
        _check_create(self, vals_list)
        products = super(ProductProduct, self.sudo()).create(vals_list)
        products = products.with_env(self.env)
        products.check_access("create")
        return products

    def _update_standard_price(self, extra_value=None, extra_quantity=None):
        # EXTENDS 'stock_account'
        # sudo: the cost follows from valued moves.
        return super(ProductProduct, self.sudo())._update_standard_price(
            extra_value, extra_quantity
        )


class StockLot(models.Model):
    _inherit = "stock.lot"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'stock_account'
        if self._has_field_access(self._fields["standard_price"], "read"):
            return super().create(vals_list)
        # sudo: a lot valued by itself starts with the cost of its product.
        _check_create(self, vals_list)
        lots = super(StockLot, self.sudo()).create(vals_list).with_env(self.env)
        lots.check_access("create")
        return lots

    def _update_standard_price(self):
        # EXTENDS 'stock_account'
        # sudo: the cost follows from valued moves.
        return super(StockLot, self.sudo())._update_standard_price()


class ProductSupplierinfo(models.Model):
    _inherit = "product.supplierinfo"

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        # EXTENDS 'base'
        # The price is part of the model's own order: who may not read it gets the
        # vendors in the order of the other terms.
        if field_name == "price" and not self._has_field_access(
            self._fields["price"], "read"
        ):
            return SQL()
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)


class ReportStockLabelProduct(models.AbstractModel):
    _inherit = "report.stock.label_product_product_view"

    def _get_report_values(self, docids, data):
        # EXTENDS 'stock'
        data = super()._get_report_values(docids, data)
        if not self.env.user.has_group(PRICE_READERS):
            # sudo: the template computes the price of every label, and prints it on
            # those that include it.
            data["price_included"] = False
            data["pricelist"] = data["pricelist"].sudo()
            # sudo: as above.
            data["quantity"] = {
                product.sudo(): labels for product, labels in data["quantity"].items()
            }
        return data


class StockForecasted(models.AbstractModel):
    _inherit = "stock.forecasted_product_product"

    def _prepare_report_line(
        self,
        quantity,
        move_out=None,
        move_in=None,
        replenishment_filled=True,
        product=False,
        reserved_move=False,
        in_transit=False,
        read=True,
    ):
        # EXTENDS 'sale_stock'
        hide = read and move_out and not self.env.user.has_group(PRICE_READERS)
        line = super()._prepare_report_line(
            quantity,
            # sudo: core reads the untaxed amount of the order, taken out below.
            move_out.sudo() if hide else move_out,
            move_in,
            replenishment_filled,
            product,
            reserved_move,
            in_transit,
            read,
        )
        if hide:
            picking = line["move_out"].get("picking_id")
            if isinstance(picking, dict):
                picking["sale_id"].pop("amount_untaxed")
        return line

    def _get_report_header(self, product_template_ids, product_ids, wh_location_ids):
        # EXTENDS 'stock_account'
        if self.env.user.has_group(PRICE_READERS):
            return super()._get_report_header(
                product_template_ids, product_ids, wh_location_ids
            )
        # sudo: core adds up the value of the stock, taken out below.
        header = super(StockForecasted, self.sudo())._get_report_header(
            product_template_ids, product_ids, wh_location_ids
        )
        header.pop("value", None)
        return header


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_invoiced(self):
        # EXTENDS 'sale'
        # sudo: the form shows the number of invoices, and the warehouse, which may
        # not read them, could not open it.
        reads = self.env.user.has_group(PRICE_READERS)
        orders = self if reads else self.sudo()
        return super(SaleOrder, orders)._get_invoiced()

    def _sign_token(self, pid):
        # EXTENDS 'portal'
        # sudo: notifying the customer signs with the token of the order.
        return super(SaleOrder, self.sudo())._sign_token(pid)

    def _notify_by_email_prepare_rendering_context(self, message, **kwargs):
        # EXTENDS 'sale'
        if self.env.user.has_group(PRICE_READERS):
            return super()._notify_by_email_prepare_rendering_context(message, **kwargs)
        # sudo: core states the total of the order below its name, taken out here:
        # the mail goes to whoever follows the order.
        values = super(
            SaleOrder, self.sudo()
        )._notify_by_email_prepare_rendering_context(message, **kwargs)
        return {**values, "record": self, "subtitles": values["subtitles"][:1]}

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        # EXTENDS 'mail'
        # Mails and logged notes state amounts: who sees no price reads the
        # messages addressed to them only, like anybody without the order.
        operations = super()._mail_get_operation_for_mail_message_operation(
            message_operation
        )
        if message_operation == "read" and not self.env.user.has_group(PRICE_READERS):
            return dict.fromkeys(operations, "create")
        return operations


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _inaccessible_comodel_records(self, model_and_ids, operation):
        # EXTENDS 'base'
        # The files of an order are its quotations and signed copies.
        yield from super()._inaccessible_comodel_records(model_and_ids, operation)
        if not self.env.su and not self.env.user.has_group(PRICE_READERS):
            for res_id in filter(None, model_and_ids.get("sale.order", ())):
                yield "sale.order", res_id

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        # EXTENDS 'base'
        if (
            not self.env.su
            and not bypass_access
            and not self.env.user.has_group(PRICE_READERS)
        ):
            domain = Domain(domain) & Domain("res_model", "!=", "sale.order")
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)
