from odoo import api, fields, models

from odoo.addons.key_account.exceptions import GateError
from odoo.addons.key_account.models.price_visibility import COST_READERS
from odoo.addons.key_account_approval.exceptions import ApprovalError
from odoo.addons.key_account_approval.models.sale_order import get_margin

GUIDE_READERS = "key_account_pricing.group_guide_reader"


class SaleOrder(models.Model):
    """Below the guide price: a reason and an approval."""

    _inherit = "sale.order"

    has_price_below_guide = fields.Boolean(
        compute="_compute_has_price_below_guide", groups=GUIDE_READERS
    )
    margin_current = fields.Float(
        string="Margin (%)",
        compute="_compute_margin_current",
        compute_sudo=True,
        groups=COST_READERS,
        help="(Price − current average cost) / price.",
    )

    @api.depends("order_line.guide_distance")
    def _compute_has_price_below_guide(self):
        for order in self:
            order.has_price_below_guide = any(
                line.guide_distance > 0 for line in order.order_line
            )

    @api.depends("order_line.product_id", "amount_untaxed")
    def _compute_margin_current(self):
        for order in self:
            order.margin_current = order._get_margins()[0]

    def _get_order_measures(self, references):
        # EXTENDS 'key_account_approval'
        measures = super()._get_order_measures(references)
        lines = self._get_snapshot_lines("order_line").filtered("guide_price")
        if lines:
            measures["guide_distance"] = max(lines.mapped("guide_distance"))
        return measures

    def action_open_ask_approval(self):
        # EXTENDS 'key_account_approval': whoever approves a price reads why it is below
        # guide, without anybody writing it twice.
        action = super().action_open_ask_approval()
        if self.env.user.has_group(GUIDE_READERS):
            below = self.order_line.filtered(lambda line: line.guide_distance > 0)
            reasons = [
                f"{line.product_id.display_name}: {line.guide_reason}"
                for line in below
                if line.guide_reason
            ]
            if reasons:
                action["context"]["default_reason"] = "\n".join(reasons)
        return action

    def _get_guide_issues(self):
        """Return ``[(order, issue values)]``: a price below guide needs a reason, and
        an approval by a rule that asks for just that, or a release."""
        found = []
        # sudo: the gate judges prices that the user may not see.
        lines = self.sudo().order_line
        # As it is today: a guide price may have come since.
        lines.filtered(lambda x: x.state in ("draft", "sent"))._refresh_guide_price()
        for line in lines:
            if line.guide_distance > 0:
                order = line.order_id
                if not (line.guide_reason and order._is_guide_approved()):
                    found.append((order, line._prepare_guide_issue()))
        return found

    def _is_guide_approved(self):
        """Return whether what is below guide here has been approved as it is now."""
        request = self._get_latest_request()
        measures = request.rule_ids.threshold_ids.mapped("measure")
        return (
            request.state == "approved"
            and request.fingerprint == self.fingerprint
            and "guide_distance" in measures
        )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    _GUARDED_FIELDS = ("guide_price", "guide_distance")

    guide_price = fields.Float(
        compute="_compute_guide_price",
        store=True,
        digits="Product Price",
        groups=GUIDE_READERS,
        help="For one of the line's unit, in the order's currency, without taxes.",
    )
    guide_distance = fields.Float(
        string="Below Guide (%)",
        compute="_compute_guide_distance",
        store=True,
        digits=(16, 2),
        aggregator="max",
        groups=GUIDE_READERS,
        help="How far the price, after its discount, is below the guide price.",
    )
    guide_reason = fields.Char(
        string="Reason for the Price",
        groups=GUIDE_READERS,
        help="Why the price is below guide; whoever approves it reads it.",
    )
    margin_current = fields.Float(
        string="Margin (%)",
        compute="_compute_margin_current",
        compute_sudo=True,
        groups=COST_READERS,
        help="(Price − current average cost) / price.",
    )

    @api.depends(
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "order_id.partner_id",
        "order_id.partner_shipping_id",
        "order_id.price_basis",
    )
    def _compute_guide_price(self):
        open_lines = self.filtered(lambda line: line.state in ("draft", "sent", False))
        guides = self.env["key.account.price"]._get_guides(open_lines)
        for line in self:
            if line in open_lines:
                line.guide_price = guides.get(line, 0.0)
            else:
                line.guide_price = line.guide_price

    @api.depends("guide_price", "price_unit", "discount", "product_uom_qty")
    def _compute_guide_distance(self):
        for line in self:
            net = line.price_unit * (1 - line.discount / 100.0)
            guide = line.guide_price
            is_below = guide and line.currency_id.compare_amounts(net, guide) < 0
            # Never nothing: a cent below is below.
            line.guide_distance = (
                max(100.0 * (guide - net) / guide, 0.01) if is_below else 0.0
            )

    @api.depends("price_subtotal", "product_id", "product_uom_qty")
    def _compute_margin_current(self):
        for line in self:
            if line.display_type or not line.product_id:
                line.margin_current = 0.0
                continue
            price = line.price_subtotal * line.order_id._get_rate_to_company()
            line.margin_current = get_margin(price, line._get_current_cost())

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'key_account': what is added to a confirmed order has no guide price
        # yet when it is judged there.
        lines = super().create(vals_list)
        # sudo: the gate judges prices that the user may not see.
        added = lines.sudo().filtered(lambda line: line._is_order_raised({}))
        added._refresh_guide_price()
        below = added.filtered(lambda line: line.guide_distance > 0)
        self.env["sale.order"].browse(below.order_id.ids)._gate_assert_raise()
        return lines

    def write(self, vals):
        # sudo: what was approved counts for those who may not see it, too.
        lines = self.sudo()
        reasons, distances = {}, {}
        if "guide_reason" in vals:
            reasons = {line: line.guide_reason for line in lines}
        if not self.env.su and {"price_unit", "discount"}.intersection(vals):
            confirmed = lines.filtered(lambda line: line.state == "sale")
            distances = {line: line.guide_distance for line in confirmed}
        result = super().write(vals)
        self._assert_reasons_kept(reasons)
        self._assert_not_further_below(distances)
        return result

    def _assert_reasons_kept(self, reasons):
        """Raise when a reason has changed that somebody is asked to approve, or has
        approved; a change that makes the request void gives way to another reason.

        :param reasons: ``{line: reason before}``
        """
        # sudo: what was approved is known whoever writes the line.
        changed = self.browse(
            line.id
            for line, reason in reasons.items()
            if (line.guide_reason or "") != (reason or "")
        ).sudo()
        subjects = changed.order_id._gate_get_subjects()
        for line in changed:
            subject = subjects[line.order_id]
            # First, as a change of it makes the request void.
            fingerprint = subject.fingerprint
            request = subject._get_latest_request()
            if request.state not in ("pending", "approved"):
                continue
            if request.fingerprint == fingerprint:
                raise ApprovalError(
                    self.env._(
                        "%(order)s, %(product)s: approval was asked for with this reason "
                        "for the price; withdraw the request, or revise the quotation, "
                        "to give another.",
                        order=line.order_id.name,
                        product=line.product_id.display_name,
                    )
                )

    def _assert_not_further_below(self, distances):
        """Raise when the price of a confirmed line is further below guide than it was.

        :param distances: ``{line: percent before}``
        """
        for line, distance in distances.items():
            if line.guide_distance > distance:
                raise GateError(
                    self.env._(
                        "%(order)s is confirmed: a lower price of %(product)s needs an "
                        "approval, put it on a new quotation.",
                        order=line.order_id.name,
                        product=line.product_id.display_name,
                    )
                )

    def copy_data(self, default=None):
        # EXTENDS 'base': whoever may not see the reason copies the order without it.
        if self._has_field_access(self._fields["guide_reason"], "read"):
            return super().copy_data(default)
        vals_list = super().copy_data({"guide_reason": False, **(default or {})})
        return [
            {name: vals[name] for name in vals if name != "guide_reason"}
            for vals in vals_list
        ]

    def _refresh_guide_price(self):
        guides = self.env["key.account.price"]._get_guides(self)
        for line in self:
            if line.currency_id.compare_amounts(
                line.guide_price, guides.get(line, 0.0)
            ):
                line.guide_price = guides.get(line, 0.0)

    def _prepare_guide_issue(self):
        product = self.product_id.display_name
        if self.guide_reason:
            text = self.env._("The price of %s needs an approval.", product)
        else:
            text = self.env._(
                "The price of %s needs an approval: enter the reason for the price on "
                "its line.",
                product,
            )
        return {
            "code": "below_guide",
            "kind": "price",
            "subject": str(self.id),
            "text": text,
        }
