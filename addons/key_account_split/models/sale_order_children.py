from collections import defaultdict

from odoo import models
from odoo.fields import Command
from odoo.tools import float_compare

from odoo.addons.key_account.tools.remember import remember

from ..exceptions import SplitError
from ..tools.tax_shares import get_rest, get_share_sums, share_base_line
from .sale_order_followers import TOGETHER


class SaleOrder(models.Model):
    """The child orders of a parent: how they are made, and the proof that they are it."""

    _inherit = "sale.order"

    def _create_children(self, recipients):
        """Create the child orders of these recipients, as quotations; those of a group
        share one, see `_group_recipients`.

        :return: the child orders, in the order of the recipients
        """
        self.ensure_one()
        if not recipients:
            return self.browse()
        # The unique index must know the children of an earlier split as cancelled.
        self.child_order_ids.flush_recordset(["state"])
        groups = self._group_recipients(recipients)
        recipients._set_leading(groups)
        vals_list = self._prepare_child_vals_list(recipients)
        with remember(self.env, TOGETHER, True):
            # sudo: only the split may link a child to its parent, see _assert_own_links.
            children = self.sudo().create(vals_list).with_env(self.env)
        children._subscribe_together(vals_list[0])
        return children

    def _clear_leading(self):
        """Forget the groups of an earlier split: who has no child order leads, and is
        led by, nobody."""
        left = self._get_recipients_left().filtered("leading_id")
        # sudo: only the split says who is served together.
        left.sudo().leading_id = False

    def _group_recipients(self, recipients):
        """Return ``{leading recipient: all of its group}``: who gets one child order
        together, in the order of the recipients. The first of a group leads it."""
        if self.split_by == "recipient":
            return {recipient: recipient for recipient in recipients}
        recipients = recipients._sort_by_place()
        groups = recipients.grouped(lambda one: one._get_split_group_key())
        return {members[0]: members for members in groups.values()}

    def _prepare_child_vals_list(self, recipients):
        """Return the values of these recipients' children, in their order."""
        header = self._prepare_child_header_vals()
        line_vals = {
            line: line._prepare_child_line_vals() for line in self._get_split_lines()
        }
        groups = self._group_recipients(recipients)
        tax_data = self._get_child_tax_data(groups)
        first = self.child_order_count + 1
        width = max(3, len(str(first + len(recipients))))
        return [
            {
                **header,
                "name": f"{self.name}-{number:0{width}d}",
                **leading._prepare_group_vals(members),
                "order_line": [
                    Command.create(
                        {
                            **line_vals[line],
                            "product_uom_qty": quantity,
                            "extra_tax_data": tax_data.get((leading, line), False),
                        }
                    )
                    for line, quantity in members._get_quantities().items()
                ],
            }
            for number, (leading, members) in enumerate(groups.items(), start=first)
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

    def _get_child_tax_data(self, groups):
        """Return ``{(leading recipient, order line): extra_tax_data}`` for the children
        whose amounts plain multiplication would not make add up to the parent's.

        Untaxed amounts and taxes of each parent line are shared by quantity with the
        largest remainder method; core carries them on to the invoice, as it does for
        down payments.

        :param groups: those to be served, as from `_group_recipients`
        """
        shares = self._get_shares(groups)
        # Core rounds an order as a whole: fix all lines of a child, or none.
        return {
            (leading, line): self._export_share(base_line, share, quantity)
            for leading in groups
            if not all(share["exact"] for _b, share, _q in shares[leading].values())
            for line, (base_line, share, quantity) in shares[leading].items()
        }

    def _export_share(self, base_line, share, quantity):
        return self.env["account.tax"]._export_base_line_extra_tax_data(
            {
                **base_line,
                "computation_key": None,
                "quantity": quantity,
                "manual_total_excluded_currency": share["total"]["_currency"],
                "manual_total_excluded": share["total"][""],
                # Core ignores a fixed base without any tax entry: give untaxed lines
                # one that no tax matches.
                "manual_tax_amounts": share["taxes"] or {"0": {}},
            }
        )

    def _get_shares(self, served=None):
        """Share the order's lines among all recipients, in one computation, so that it
        does not matter who of them is served when.

        Of an order that is being changed, confirmed children keep what they have, and
        the others share what is left.

        :param served: groups about to be served, as from `_group_recipients`
        :return: ``{leading recipient: {order line: (base line, share, quantity)}}`` of
            all who share, see `share_base_line`
        """
        groups = self._get_sharing_groups(served or {})
        quantities = {
            leading: members._get_quantities() for leading, members in groups.items()
        }
        found = {leading: {} for leading in groups}
        roundings = self._get_share_roundings()
        for line, (_whole, rest) in self._get_base_lines_left().items():
            parts = [each for each in groups if line in quantities[each]]
            amounts = [quantities[each][line] for each in parts]
            shares = share_base_line(rest, amounts, roundings)
            for each, share, quantity in zip(parts, shares, amounts, strict=True):
                found[each][line] = (rest, share, quantity)
        return found

    def _get_share_roundings(self):
        return {
            "_currency": self.currency_id.rounding,
            "": self.company_id.currency_id.rounding,
        }

    def _get_sharing_groups(self, served):
        """Return all groups that share, those who are served and those who are not, in
        the order of the recipients."""
        if self.split_by == "recipient" and not self.is_recipient_change:
            return {each: each for each in self.recipient_ids._sort_by_place()}
        kept = self._get_kept_children()
        serving = self.browse().recipient_ids.union(*served.values())
        sharing = self.recipient_ids.filtered(
            lambda one: one.child_order_id not in kept
        )
        groups = sharing._sort_by_place().grouped(
            lambda one: (
                one in serving,
                one._get_leading()
                if one.child_order_id
                else one._get_split_group_key(),
            )
        )
        return {members[0]: members for members in groups.values()}

    def _get_kept_children(self):
        """Return the children that keep their amounts while the order is changed."""
        if not self.is_recipient_change:
            return self.browse()
        return self.child_order_ids.filtered(lambda child: child.state == "sale")

    def _get_base_lines_left(self, **values):
        """Return ``{order line: (its rounded base line, what is left of it)}``, after
        what children keep.

        :param values: of base lines, instead of the order lines'
        """
        lines = self._get_split_lines()
        base_lines = [
            line._prepare_base_line_for_taxes_computation(**values) for line in lines
        ]
        self._round_base_lines(base_lines)
        taken = self._get_base_lines_kept()
        found = {}
        for line, base_line in zip(lines, base_lines, strict=True):
            rest = base_line
            if own := taken.get(line):
                whole = line.product_uom_qty
                left = whole - sum(other["quantity"] for other in own)
                rest = get_rest(base_line, own, left / whole if whole else 0.0)
            found[line] = (base_line, rest)
        return found

    def _get_base_lines_kept(self):
        """Return ``{order line: [rounded base lines of the children that keep them]}``."""
        found = defaultdict(list)
        kept = self._get_kept_children()
        kept.order_line.fetch(["tax_ids"])  # of all at once
        for child in kept:
            lines = child._get_split_lines()
            base_lines = [
                line._prepare_base_line_for_taxes_computation() for line in lines
            ]
            self._round_base_lines(base_lines)
            for line, base_line in zip(lines, base_lines, strict=True):
                found[line.parent_line_id].append(base_line)
        return found

    def _round_base_lines(self, base_lines):
        AccountTax = self.env["account.tax"]
        AccountTax._add_tax_details_in_base_lines(base_lines, self.company_id)
        AccountTax._round_base_lines_tax_details(base_lines, self.company_id)

    # ------------------------------------------------------------ who is left

    def _get_recipients_left(self):
        """Return the recipients who have no living child order."""
        return self.recipient_ids.filtered(lambda one: not one.child_order_id)

    def _get_left_sums(self):
        """Return what the recipients without a child have of this order: ``([untaxed,
        tax, total], {order line: quantity})``, in its currency."""
        self.ensure_one()
        left = self._get_recipients_left()
        sums, quantities = [0.0, 0.0, 0.0], {}
        if not left:
            return sums, quantities
        for leading, shares in self._get_shares().items():
            if leading.child_order_id:
                continue
            for line, (_base_line, share, quantity) in shares.items():
                untaxed, tax = get_share_sums(share)
                quantities[line] = quantities.get(line, 0.0) + quantity
                for place, amount in enumerate((untaxed, tax, untaxed + tax)):
                    sums[place] += amount
        return sums, quantities

    def _gate_get_amount_left(self):
        # EXTENDS 'key_account'
        amount = super()._gate_get_amount_left()
        if not any(part.state != "cancel" for part in self.child_order_ids):
            return amount
        return self.currency_id.round(self._get_left_sums()[0][2])

    def _get_live_children_sums(self):
        """Return what the children that are not cancelled add up to, in the database:
        ``({parent: [untaxed, tax, total]}, {parent line: quantity})``."""
        self.env.flush_all()
        # sudo: the sum is that of all, whoever may see them.
        everything = self.sudo()
        amounts = everything._read_group(
            [("parent_order_id", "in", self.ids), ("state", "!=", "cancel")],
            ["parent_order_id"],
            ["amount_untaxed:sum", "amount_tax:sum", "amount_total:sum"],
        )
        quantities = everything.order_line._read_group(
            [
                ("parent_line_id.order_id", "in", self.ids),
                ("order_id.state", "!=", "cancel"),
            ],
            ["parent_line_id"],
            ["product_uom_qty:sum"],
        )
        return {parent: sums for parent, *sums in amounts}, dict(quantities)

    def _assert_split_complete(self):
        """Raise unless, in the database, the children and the shares of those who are
        left on the parent are the parent: quantities, untaxed amount, taxes and total."""
        amounts, quantities = self._get_live_children_sums()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        for parent in self:
            wanted = (parent.amount_untaxed, parent.amount_tax, parent.amount_total)
            left, quantities_left = parent._get_left_sums()
            living = amounts.get(parent, (0.0, 0.0, 0.0))
            got = [sum(pair) for pair in zip(living, left, strict=True)]
            same = bool(parent.child_order_ids) and all(
                parent.currency_id.compare_amounts(*pair) == 0
                for pair in zip(wanted, got, strict=True)
            )
            for line in parent._get_split_lines():
                quantity = quantities.get(line, 0.0) + quantities_left.get(line, 0.0)
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
