from odoo import fields, models

from odoo.addons.key_account.models.price_visibility import PRICE_READERS
from odoo.addons.key_account.tools.remember import recall, remember

from ..exceptions import SplitLockedError
from ..tools.tax_shares import fix_amounts, is_fair
from .sale_order_split import PARENT_FIELDS

# Ids of the orders whose change raises nothing, while they are confirmed again.
CALM = "key_account_split.calm"
# Ids of the changed orders that the button Split Order is confirming.
SPLITTING = "key_account_split.splitting"
# Ids of the children that are about to be replaced, while amounts are settled.
REPLACED = "key_account_split.replaced"


class SaleOrder(models.Model):
    """A split order that is changed: it becomes a quotation again while its children
    stay what they are, delivered and invoiced orders. The next split compares, replaces
    the children that are not right any more and makes those that are missing."""

    _inherit = "sale.order"

    # Written by the verbs of this file alone.
    _VERB_FIELDS = {"is_recipient_change": False, "change_origin": False}

    is_recipient_change = fields.Boolean(
        string="Recipients Are Being Changed",
        readonly=True,
        copy=False,
        help="The order has been split, and its recipients are being changed: its child "
        "orders stay as they are until it is split again.",
    )
    change_origin = fields.Json(
        readonly=True,
        copy=False,
        groups=PRICE_READERS,
        export_string_translation=False,
        help="The lines and recipients as they were when the change began.",
    )

    # ---------------------------------------------------------------- actions

    def action_change_recipients(self):
        """Open a split order for changes of its lines and recipients.

        It is a quotation until it is split again or the changes are discarded; its
        child orders live on. Updates the order's row: of two users one opens it.

        :raise SplitLockedError: the order is not split
        :raise AccessError: for those who may not change both order and recipients
        """
        self._assert_may_change()
        for order in self:
            if order.state != "split":
                raise SplitLockedError(
                    self.env._(
                        "%s is not split: there is nothing to change after a split.",
                        order.name,
                    )
                )
            order._open_change()
        return True

    def action_discard_changes(self):
        """Put the lines and recipients back as they were when the change began; the
        orders are split again, their children untouched.

        :raise SplitLockedError: there is no change, or a child was cancelled meanwhile
        :raise AccessError: as for `action_change_recipients`
        """
        self._assert_may_change()
        for order in self:
            if not order.is_recipient_change:
                raise SplitLockedError(
                    self.env._(
                        "%s is not being changed: there is nothing to discard.",
                        order.name,
                    )
                )
            order._discard_change()
        return True

    def action_split(self):
        # EXTENDS 'key_account_split': who was left on a split parent is served.
        for order in self.filtered(lambda order: order.state == "split"):
            if order._get_recipients_left() and order._get_recipients_to_serve():
                order._assert_may_change()
                order._open_change()
        return super().action_split()

    def action_confirm(self):
        # EXTENDS 'key_account_split'
        changed = self.filtered("is_recipient_change")
        if not changed:
            return super().action_confirm()
        changed._assert_ready_to_split()
        for order in changed:
            order._settle_amounts()
        calm = changed.filtered(lambda order: not order._is_raised_by_change())
        with (
            remember(self.env, CALM, set(calm.ids)),
            remember(self.env, SPLITTING, set(changed.ids)),
        ):
            return super().action_confirm()

    def action_open_recipients_left(self):
        """Return the action that lists the recipients without a child order."""
        action = self._get_recipient_action("sale_order_recipient_order_action")
        action["context"] = {"search_default_filter_left": 1}
        return action

    def _assert_may_change(self):
        # Core lets the warehouse write on orders, for their transfers.
        self.check_access("write")
        self.env["sale.order.recipient"].check_access("create")
        self.recipient_ids.check_access("write")

    # ------------------------------------------------------------ open, close

    def _open_change(self):
        self.ensure_one()
        self.recipient_ids._touch_orders()
        # sudo: only the verbs write that an order is being changed.
        self.sudo().write(
            {
                "is_recipient_change": True,
                "change_origin": self._prepare_change_origin(),
                "locked": False,
            }
        )
        self.state = "draft"
        # What was fixed so that earlier children add up is found out anew.
        self.order_line.filtered("extra_tax_data").extra_tax_data = False

    def _close_change(self):
        # sudo: as in _open_change.
        self.sudo().write({"is_recipient_change": False, "change_origin": False})

    def write(self, vals):
        # EXTENDS 'key_account_split'
        watched = {"state", "split_by", *PARENT_FIELDS}.intersection(vals)
        changed = self.filtered("is_recipient_change") if watched else self.browse()
        if "split_by" in vals:
            self._assert_may_regroup(vals["split_by"])
        if vals.get("state") == "sale":
            changed._assert_splitting()
        result = super().write(vals)
        if not changed:
            return result
        if vals.get("state") == "cancel":
            changed._assert_no_live_children()
        if PARENT_FIELDS.intersection(vals):
            children = changed.child_order_ids
            children.filtered(lambda c: c.state != "cancel")._assert_like_parent()
        if vals.get("state") in ("split", "cancel"):
            changed._close_change()
        return result

    def _assert_no_live_children(self):
        # EXTENDS 'key_account_split': the verb that opens an order for changes is the
        # only door.
        orders = self.filtered(
            lambda order: not (order.is_recipient_change and order.state == "draft")
        )
        return super(SaleOrder, orders)._assert_no_live_children()

    def _assert_splitting(self):
        """Raise unless these changed orders are being split by their button."""
        splitting = recall(self.env, SPLITTING) or ()
        for order in self:
            if order.id not in splitting:
                raise SplitLockedError(
                    self.env._(
                        "%s is being changed after a split: split it again, or discard "
                        "the changes.",
                        order.name,
                    )
                )

    def _assert_may_regroup(self, split_by):
        for order in self.filtered(lambda order: order.split_by != split_by):
            if any(child.state != "cancel" for child in order.child_order_ids):
                raise SplitLockedError(
                    self.env._(
                        "%s has child orders already: how they are made stays as it is.",
                        order.name,
                    )
                )

    # ------------------------------------------------------------------- gate

    def _gate_judge(self):
        # EXTENDS 'key_account': a change that raises nothing was let through before.
        calm_ids = recall(self.env, CALM)
        if not calm_ids:
            return super()._gate_judge()
        subjects = self._gate_get_subjects()
        calm = self.filtered(lambda order: subjects[order].id in calm_ids)
        if calm:
            # What they freeze or give back is settled under the lock nevertheless.
            self.browse().union(*map(subjects.get, calm))._gate_lock_accounts()
        return super(SaleOrder, self - calm)._gate_judge()

    def _is_raised_by_change(self):
        """Return whether there is more to be let through than the children were: the
        total, the quantity of a line or its terms."""
        self.ensure_one()
        order = self.sudo()  # sudo: the gate judges amounts the user may not see.
        living = order.child_order_ids.filtered(lambda child: child.state == "sale")
        total = sum(living.mapped("amount_total"))
        if order.currency_id.compare_amounts(order.amount_total, total) > 0:
            return True
        before = order.change_origin["lines"]
        return any(
            line._is_raised_by_change(before.get(str(line.id)))
            for line in order._get_split_lines()
        )

    # ------------------------------------------------------------------ split

    def _get_split_problems(self):
        # EXTENDS 'key_account_split'
        problems = super()._get_split_problems()
        for child in self._get_replaced_children():
            if any(line.qty_delivered for line in child.order_line):
                sentence = self.env._(
                    "%s has been delivered and cannot be replaced or cancelled: put its "
                    "recipient and prices back as they were."
                )
            elif any(line.qty_invoiced for line in child.order_line):
                sentence = self.env._(
                    "%s has been invoiced and cannot be replaced or cancelled: put its "
                    "recipient and prices back as they were."
                )
            else:
                continue
            problems.append(sentence % child.name)
        return problems

    def _split(self):
        # EXTENDS 'key_account_split': children that are not right any more go first.
        if replaced := self._get_replaced_children():
            replaced.locked = False
            replaced._action_cancel()
        return super()._split()

    def _get_replaced_children(self):
        """Return the living children that are not what their recipients are to get any
        more: removed, changed, or at other prices."""
        self.ensure_one()
        if not self.is_recipient_change:
            return self.browse()
        # sudo: what children cost is compared whoever looks.
        origin = self.sudo().change_origin["recipients"]
        members = self.recipient_ids.grouped(lambda one: one._get_leading())
        replaced = self.browse()
        living = self.child_order_ids.filtered(lambda child: child.state != "cancel")
        living.order_line.fetch(["tax_ids"])  # of all at once
        for child in living:
            own = members.get(child.recipient_id, self.recipient_ids.browse())
            if not own or own._is_changed(origin) or child._differs_from(own):
                replaced += child
        return replaced

    def _differs_from(self, recipients):
        """Return whether this child has other quantities or terms than these recipients
        are to get; what was shipped on top is not compared."""
        wanted = recipients._get_quantities()
        lines = self.order_line.filtered("parent_line_id")
        got = {line.parent_line_id: line.product_uom_qty for line in lines}
        return (
            got.keys() != wanted.keys()
            or any(line.product_uom_id.compare(got[line], wanted[line]) for line in got)
            or any(
                line._get_change_terms() != line.parent_line_id._get_change_terms()
                for line in lines
            )
        )

    def _settle_amounts(self):
        """Where the children that stay do not leave a share that would be fair for those
        who are to be served, give the order's lines the amounts that the children add up
        to: a few cents beside what multiplication gives."""
        self.ensure_one()
        replaced = self._get_replaced_children()
        with remember(self.env, REPLACED, set(replaced.ids)):
            # As multiplication has it, whatever was fixed for an earlier try.
            found = self._get_base_lines_left(extra_tax_data={})
            groups = self._get_sharing_groups({})
            quantities = [members._get_quantities() for members in groups.values()]
        roundings = self._get_share_roundings()
        is_exact = all(
            is_fair(rest, sum(line in each for each in quantities), roundings)
            for line, (_base_line, rest) in found.items()
        )
        for line, (base_line, rest) in found.items():
            data = False
            if not is_exact:
                share = fix_amounts(base_line, rest, self._round_share)
                data = self._export_share(base_line, share, line.product_uom_qty)
            if (line.extra_tax_data or False) != data:
                line.extra_tax_data = data

    def _round_share(self, amount, suffix):
        currency = self.currency_id if suffix else self.company_id.currency_id
        return currency.round(amount)

    def _get_kept_children(self):
        # EXTENDS 'key_account_split'
        replaced = recall(self.env, REPLACED) or ()
        return super()._get_kept_children().filtered(lambda c: c.id not in replaced)
