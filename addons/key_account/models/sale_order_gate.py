from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

RELEASERS = (
    "key_account.group_key_account_credit,account.group_account_invoice,"
    "account.group_account_readonly,sales_team.group_sale_salesman"
)
# A confirmed order that is handed to somebody else, or whose numbers mean another
# currency, is judged again.
CUSTOMER_FIELDS = {"partner_id", "partner_invoice_id", "company_id", "currency_id"}


class SaleOrder(models.Model):
    """The gate and its doors: every order passes it, by whichever door."""

    _name = "sale.order"
    _inherit = ["sale.order", "key.account.snapshot.mixin"]

    _GUARDED_FIELDS = ("amount_untaxed", "amount_tax", "amount_total")
    # Written by the gate alone.
    _VERB_FIELDS = {
        "gate_state": "clear",
        "gate_requested_by_id": False,
        "gate_date_requested": False,
        "has_gate_mail": False,
        "gate_round": False,
        "gate_owner_ids": False,
    }

    gate_state = fields.Selection(
        [("clear", "Clear"), ("held", "Held"), ("released", "Released")],
        string="Gate",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default="clear",
        help="Held: a check stopped the order when it was to be confirmed, or the goods of "
        "a confirmed order when they were to leave. Released: somebody let it through.",
    )
    gate_requested_by_id = fields.Many2one(
        "res.users",
        string="Confirmation Asked by",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The order confirms itself once nothing stops it any more.",
    )
    gate_date_requested = fields.Datetime(
        string="Confirmation Asked on", readonly=True, copy=False
    )
    gate_round = fields.Integer(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Counted up when the order is cancelled: releases of an earlier round are "
        "worth nothing any more.",
    )
    gate_owner_ids = fields.Many2many(
        "res.users",
        "sale_order_gate_owner_rel",
        string="Former Salespeople",
        readonly=True,
        copy=False,
        help="They neither release nor approve the order, even after handing it over.",
    )
    has_gate_mail = fields.Boolean(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The customer is mailed when the order confirms itself.",
    )
    gate_issue_ids = fields.One2many(
        "key.account.gate.issue", "order_id", readonly=True, groups=RELEASERS
    )
    gate_summary = fields.Html(
        string="What Stops the Order", compute="_compute_gate_summary", groups=RELEASERS
    )
    can_release_gate = fields.Boolean(compute="_compute_gate_summary", groups=RELEASERS)

    @api.depends_context("uid")
    @api.depends("gate_issue_ids.state")
    def _compute_gate_summary(self):
        for order in self:
            issues = order.gate_issue_ids.filtered(lambda i: i.state == "open")
            items = Markup().join(Markup("<li>%s</li>") % i.text for i in issues)
            order.gate_summary = Markup("<ul class='mb-0'>%s</ul>") % items
            order.can_release_gate = any(issues.mapped("can_release"))

    @api.model
    def _get_snapshot_fields(self):
        # EXTENDS 'key_account': what a release, or an approval, is worth.
        return [
            *super()._get_snapshot_fields(),
            "partner_id",
            "partner_invoice_id",
            "company_id",
            "currency_id",
            "payment_term_id",
            "order_line.product_id",
            "order_line.product_uom_qty",
            "order_line.product_uom_id",
            "order_line.price_unit",
            "order_line.discount",
            "order_line.tax_ids",
            "order_line.extra_tax_data",
        ]

    def _get_snapshot_lines(self, name):
        # EXTENDS 'key_account': texts, down payments and extras that nobody ordered
        # are not what was decided on.
        lines = super()._get_snapshot_lines(name)
        if name == "order_line":
            lines = lines.filtered(
                lambda line: not line.display_type and line.product_uom_qty
            )
        return lines

    # ------------------------------------------------------------------- doors

    def action_confirm(self):
        # EXTENDS 'sale': what the gate stops stays a quotation, the others go on.
        passed = self._gate_evaluate()
        return super(SaleOrder, passed).action_confirm() if passed else True

    def action_open_gate_release(self):
        """Return the dialog that releases what the user may release.

        :raise UserError: nothing of these orders
        """
        issues = self.gate_issue_ids.filtered("can_release")
        if not issues:
            raise self._gate_get_refusal()
        return issues.action_open_release()

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        if confirmed := orders.filtered(lambda order: order.state == "sale"):
            confirmed._gate_assert()
            confirmed._gate_commit()
        return orders

    def write(self, vals):
        if "user_id" in vals:
            self._gate_note_owners(vals["user_id"])
        ended = self.browse()
        if "state" in vals:
            ended = self.filtered(lambda o: o._gate_is_round_over(vals["state"]))
        days = self._gate_get_days(vals)
        result = super().write(vals)
        ended._gate_end_round()
        self.filtered(
            lambda o: o in days and o._get_term_days() > days[o]
        )._gate_assert_raise()
        if vals.get("state") == "sale" or CUSTOMER_FIELDS.intersection(vals):
            # Whichever door led here, not only the button: also a confirmed order that
            # is handed to another customer.
            confirmed = self.filtered(lambda o: o.state == "sale")
            confirmed._gate_assert_once()
            held = confirmed.filtered(lambda o: o.gate_state == "held")
            # Whoever takes the order over is asked whether its goods may leave, too.
            held._gate_record({} if "state" in vals else held._gate_judge_delivery())
            confirmed._gate_commit()
        return result

    def _gate_get_days(self, vals):
        """Return ``{confirmed order: days of its terms}`` where ``vals`` change those:
        to pay later raises an order, to pay sooner does not."""
        if "payment_term_id" not in vals:
            return {}
        return {
            o: o._get_term_days() for o in self.filtered(lambda o: o.state == "sale")
        }

    def _get_term_days(self):
        """Return after how many days the last instalment is due."""
        self.ensure_one()
        date = self._get_order_day()
        # sudo: whoever writes the order may not read payment terms.
        lines = self.sudo().payment_term_id.line_ids
        return max(
            ((line._get_due_date(date) - date).days for line in lines), default=0
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_gated(self):
        # sudo: the history counts for those who may not read it, too.
        if kept := self.sudo().filtered("gate_issue_ids"):
            raise UserError(
                self.env._(
                    "%s cannot be deleted, the gate's decisions on it are kept: cancel "
                    "it instead.",
                    kept[0].name,
                )
            )
