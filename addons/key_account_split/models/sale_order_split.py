from odoo import api, models
from odoo.tools import SQL, float_is_zero, formatLang

from ..exceptions import SplitError, SplitLockedError

# What a child order has from its parent and keeps.
PARENT_FIELDS = {
    "partner_id",
    "partner_invoice_id",
    "company_id",
    "currency_id",
    "payment_term_id",
}


class SaleOrder(models.Model):
    """The split: from a parent order to one child order for each recipient."""

    _inherit = "sale.order"

    def action_split(self):
        """Confirm parent orders by splitting them, all or nothing.

        Each recipient gets a confirmed child order with the parent's prices, taxes and
        terms; quantities, untaxed amount, taxes and total of the children add up to
        the parent's to the cent. Splitting an order twice changes nothing.

        An order that the gate stops is held and stays a quotation.

        :return: the action that lists the children, or True
        :raise SplitError: one sentence for each thing that is missing
        """
        todo = self.filtered(lambda order: order.state != "split")
        for order in todo:
            if not order.recipient_ids:
                raise SplitError(
                    self.env._(
                        "%s has no recipients: add at least one in the tab Recipients, "
                        "or confirm it as an ordinary order.",
                        order.name,
                    )
                )
        if todo:
            todo.action_confirm()
        is_one = len(self) == 1 and self.state == "split"
        return self.action_open_children() if is_one else True

    def action_confirm(self):
        # EXTENDS 'key_account': a parent order is confirmed by splitting it.
        parents = self.filtered("recipient_ids")
        if parents and parents != self:
            (self - parents).action_confirm()
            return parents.action_confirm()
        parents._assert_ready_to_split()
        return super().action_confirm()

    def _action_confirm(self):
        # EXTENDS 'sale': the children go to the warehouse, their parent does not.
        parents = self.filtered("recipient_ids")
        others = self - parents
        result = super(SaleOrder, others)._action_confirm() if others else True
        for parent in parents:
            parent._split()
        return result

    # ------------------------------------------------------------------ checks

    def _get_split_lines(self):
        """Return the lines whose quantities the recipients share."""
        return self.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )

    def _get_quantities_missing(self):
        """Return ``{order line: quantity that no recipient gets yet}``, negative where
        the recipients get more than was ordered."""
        return {
            line: line.product_uom_qty
            - sum(line.recipient_line_ids.filtered("is_active").mapped("quantity"))
            for line in self._get_split_lines()
        }

    def _assert_ready_to_split(self):
        """Raise unless every recipient can be served and the quantities add up.

        Locks the orders: of two users who split at once the second waits, and is told
        by a serialization failure, which Odoo retries, that the first was there.
        """
        if not self:
            return
        self.env.cr.execute(
            SQL("SELECT id FROM sale_order WHERE id = ANY(%s) FOR UPDATE", self.ids)
        )
        problems = []
        for order in self.filtered(lambda order: order.state in ("draft", "sent")):
            problems += [
                f"{order.name}: {problem}" for problem in order._get_split_problems()
            ]
        if problems:
            raise SplitError("\n".join(problems))

    def _get_split_problems(self):
        self.ensure_one()
        problems = []
        for row, recipient in enumerate(self.recipient_ids, start=1):
            problems += recipient._get_problems(row)
        if self.order_line.filtered("is_downpayment"):
            problems.append(
                self.env._(
                    "An order with a down payment cannot be split: remove the down "
                    "payment and invoice the child orders after the split."
                )
            )
        if self._add_base_lines_for_early_payment_discount():
            # Core taxes each order on its own discounted base and rounds there: the
            # children's taxes would not add up to the parent's.
            problems.append(
                self.env._(
                    "Payment terms %s reduce the tax by an early payment discount, which "
                    "cannot be shared to the cent: choose other payment terms.",
                    self.payment_term_id.name,
                )
            )
        return problems + self._get_quantity_problems()

    def _get_quantity_problems(self):
        problems = []
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        for row, (line, missing) in enumerate(
            self._get_quantities_missing().items(), start=1
        ):
            if float_is_zero(missing, precision_digits=digits):
                continue
            values = {
                "row": row,
                "product": line.product_id.display_name,
                "ordered": self._format_quantity(line.product_uom_qty, digits),
                "given": self._format_quantity(line.product_uom_qty - missing, digits),
                "difference": self._format_quantity(abs(missing), digits),
            }
            if missing > 0:
                sentence = self.env._(
                    "Line %(row)s, %(product)s: %(ordered)s ordered but the recipients "
                    "get %(given)s; give them %(difference)s more.",
                    **values,
                )
            else:
                sentence = self.env._(
                    "Line %(row)s, %(product)s: %(ordered)s ordered but the recipients "
                    "get %(given)s; give them %(difference)s less.",
                    **values,
                )
            problems.append(sentence)
        return problems

    def _format_quantity(self, quantity, digits):
        text = formatLang(self.env, quantity, digits=digits)
        point = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        return text.rstrip("0").rstrip(point.decimal_point) if digits else text

    # ------------------------------------------------------------------- split

    def _split(self):
        """Create and confirm the children, then prove that they are the parent."""
        self.ensure_one()
        self._clear_leading()
        self._create_children(self._get_recipients_to_serve())
        self._confirm_children()
        self.state = "split"  # write() asserts that the children are complete

    def _get_recipients_to_serve(self):
        """Return the recipients who are to have a child order by this split. A hook."""
        self.ensure_one()
        return self.recipient_ids.filtered(lambda one: not one.child_order_id)

    def _confirm_children(self):
        """Confirm the children that are not yet, all of them or none."""
        children = self.child_order_ids.filtered(
            lambda child: child.state in ("draft", "sent")
        )
        # The parent's confirmation is mailed once, not again for each child.
        children.with_context(send_email=False).action_confirm()
        # Judged as the parent is, which has passed a moment ago.
        children.filtered(lambda child: child.state != "sale")._gate_assert()

    def _assert_no_live_children(self):
        """Raise when an order that is no longer split leaves children behind."""
        if not self:
            return
        # sudo: colleagues' child orders count as well; only parents are named.
        parents = self._get_living_children().sudo().parent_order_id
        for order in self:
            if order in parents:
                raise SplitLockedError(
                    self.env._(
                        "%s has been split and stays so while a child order lives: "
                        "cancel it, that cancels its child orders too.",
                        order.name,
                    )
                )

    # -------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        # Judged by the result: values may also come from defaults.
        if any(order.state == "split" for order in orders):
            raise SplitError(
                self.env._("The state Split is reached with the button Split only.")
            )
        if any(order.parent_order_id or order.recipient_id for order in orders):
            self._assert_own_links()
        return orders

    def write(self, vals):
        if "parent_order_id" in vals or "recipient_id" in vals:
            self._assert_own_links()
        split = self.filtered(lambda order: order.state == "split")
        result = super().write(vals)
        if PARENT_FIELDS.intersection(vals):
            self._assert_like_parent()
        if "user_id" in vals:
            # sudo: whoever takes over the parent takes over its child orders.
            self._get_living_children().sudo().user_id = vals["user_id"]
        if vals.get("state") == "split":
            self._assert_split_complete()
        elif "state" in vals:
            split._assert_no_live_children()
        return result

    def _assert_like_parent(self):
        """Raise when a child order is not its parent's any more in what was decided
        about the parent: customer, company, currency, terms."""
        for child in self.filtered("parent_order_id"):
            parent = child.parent_order_id
            if any(child[name] != parent[name] for name in PARENT_FIELDS):
                raise SplitLockedError(
                    self.env._(
                        "%(child)s is part of %(parent)s and keeps its customer and "
                        "terms: cancel it and write another order.",
                        child=child.name,
                        parent=parent.name,
                    )
                )

    def _assert_own_links(self):
        # A forged link to a parent would let an order pass the gate unseen.
        if not self.env.su:
            raise SplitError(
                self.env._(
                    "Child orders cannot be linked by hand: split their parent order."
                )
            )
