from collections import defaultdict

from odoo import api, models
from odoo.fields import Command
from odoo.tools import SQL, float_compare, float_is_zero, formatLang

from odoo.addons.key_account.tools.remember import remember

from ..exceptions import SplitError, SplitLockedError
from ..tools.tax_shares import share_base_line
from .sale_order_followers import TOGETHER

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
            line: line.product_uom_qty - sum(line.recipient_line_ids.mapped("quantity"))
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
        # The unique index must know the children of an earlier split as cancelled.
        self.child_order_ids.flush_recordset(["state"])
        vals_list = self._prepare_child_vals_list()
        with remember(self.env, TOGETHER, True):
            # sudo: only the split may link a child to its parent, see _assert_own_links.
            children = self.sudo().create(vals_list).with_env(self.env)
        children._subscribe_together(vals_list[0])
        # The parent's confirmation is mailed once, not again for each child.
        children.with_context(send_email=False).action_confirm()
        # Judged as the parent is, which has passed a moment ago.
        children.filtered(lambda child: child.state != "sale")._gate_assert()
        self.state = "split"  # write() asserts that the children are complete
        return children

    def _prepare_child_vals_list(self):
        """Return the values of all children, in the order of the recipients."""
        header = self._prepare_child_header_vals()
        line_vals = {
            line: line._prepare_child_line_vals() for line in self._get_split_lines()
        }
        tax_data = self._get_child_tax_data()
        recipients = self.recipient_ids
        first = self.child_order_count + 1
        width = max(3, len(str(first + len(recipients))))
        return [
            {
                **header,
                "name": f"{self.name}-{number:0{width}d}",
                **recipient._prepare_child_vals(),
                "order_line": [
                    Command.create(
                        {
                            **line_vals[line.order_line_id],
                            "product_uom_qty": line.quantity,
                            "extra_tax_data": tax_data.get(line, False),
                        }
                    )
                    for line in recipient.line_ids
                    if line.quantity
                ],
            }
            for number, recipient in enumerate(recipients, start=first)
        ]

    def _prepare_child_header_vals(self):
        vals = self.copy_data({"order_line": []})[0]
        vals.pop("order_line", None)
        vals.update(
            parent_order_id=self.id,
            origin=self.name,
            client_order_ref=self.client_order_ref,
            commitment_date=self.commitment_date,
            require_signature=False,
            require_payment=False,
        )
        return vals

    def _get_child_tax_data(self):
        """Return ``{recipient line: extra_tax_data}`` for the children whose amounts
        plain multiplication would not make add up to the parent's.

        Untaxed amounts and taxes of each parent line are shared by quantity with the
        largest remainder method; core carries them on to the invoice, as it does for
        down payments.
        """
        AccountTax = self.env["account.tax"]
        lines = self._get_split_lines()
        base_lines = [line._prepare_base_line_for_taxes_computation() for line in lines]
        AccountTax._add_tax_details_in_base_lines(base_lines, self.company_id)
        AccountTax._round_base_lines_tax_details(base_lines, self.company_id)
        roundings = {
            "_currency": self.currency_id.rounding,
            "": self.company_id.currency_id.rounding,
        }
        found = defaultdict(dict)
        inexact = set()
        for line, base_line in zip(lines, base_lines, strict=True):
            parts = line.recipient_line_ids.filtered("quantity").sorted(
                lambda part: (part.recipient_id.sequence, part.recipient_id.id)
            )
            if not parts:  # nothing was ordered, nobody gets anything
                continue
            quantities = parts.mapped("quantity")
            for part, share in zip(
                parts, share_base_line(base_line, quantities, roundings), strict=True
            ):
                found[part.recipient_id][part] = (base_line, share)
                if not share["exact"]:
                    inexact.add(part.recipient_id)
        # Core rounds an order as a whole: fix all lines of a child, or none.
        return {
            part: self._export_share(part, base_line, share)
            for recipient in inexact
            for part, (base_line, share) in found[recipient].items()
        }

    def _export_share(self, part, base_line, share):
        return self.env["account.tax"]._export_base_line_extra_tax_data(
            {
                **base_line,
                "computation_key": None,
                "quantity": part.quantity,
                "manual_total_excluded_currency": share["total"]["_currency"],
                "manual_total_excluded": share["total"][""],
                # Core ignores a fixed base without any tax entry: give untaxed lines
                # one that no tax matches.
                "manual_tax_amounts": share["taxes"] or {"0": {}},
            }
        )

    def _get_live_children_sums(self):
        """Return what the children that are not cancelled add up to, in the database:
        ``({parent: [untaxed, tax, total]}, {parent line: quantity})``."""
        self.env.flush_all()
        amounts = self._read_group(
            [("parent_order_id", "in", self.ids), ("state", "!=", "cancel")],
            ["parent_order_id"],
            ["amount_untaxed:sum", "amount_tax:sum", "amount_total:sum"],
        )
        quantities = self.env["sale.order.line"]._read_group(
            [
                ("parent_line_id.order_id", "in", self.ids),
                ("order_id.state", "!=", "cancel"),
            ],
            ["parent_line_id"],
            ["product_uom_qty:sum"],
        )
        return {parent: sums for parent, *sums in amounts}, dict(quantities)

    def _assert_split_complete(self):
        """Raise unless, in the database, the children are the parent: quantities,
        untaxed amount, taxes and total."""
        amounts, quantities = self._get_live_children_sums()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        for parent in self:
            wanted = (parent.amount_untaxed, parent.amount_tax, parent.amount_total)
            got = amounts.get(parent, (0.0, 0.0, 0.0))
            same = bool(parent.child_order_ids) and all(
                parent.currency_id.compare_amounts(*pair) == 0
                for pair in zip(wanted, got, strict=True)
            )
            for line in parent._get_split_lines():
                quantity = quantities.get(line, 0.0)
                same &= not float_compare(
                    quantity, line.product_uom_qty, precision_digits=digits
                )
            if not same:
                raise SplitError(
                    self.env._(
                        "The children of %(order)s do not add up to it (%(got)s instead "
                        "of %(wanted)s), so nothing was split: ask the administrator to check "
                        "the rounding of its taxes.",
                        order=parent.name,
                        got=parent.currency_id.format(got[2]),
                        wanted=parent.currency_id.format(parent.amount_total),
                    )
                )

    def _assert_no_live_children(self):
        """Raise when an order that is no longer split leaves children behind."""
        for order in self:
            if any(child.state != "cancel" for child in order.child_order_ids):
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
