from odoo import api, fields, models

from odoo.addons.key_account.models.sale_order_gate import RELEASERS

from .key_account import CREDIT_READERS


class SaleOrder(models.Model):
    """What a quotation warns of before it is confirmed, in the form alone."""

    _inherit = "sale.order"

    credit_warning = fields.Text(
        compute="_compute_credit_warning",
        groups=RELEASERS,
        help="What the credit checks that only warn find, without amounts.",
    )
    is_debtor_controlled = fields.Boolean(
        compute="_compute_credit_warning",
        groups=RELEASERS,
        help="Somebody has decided on the limit that this order counts against.",
    )
    amount_credit_needed = fields.Monetary(
        string="This Order",
        currency_field="exposure_currency_id",
        compute="_compute_credit_warning",
        groups=CREDIT_READERS,
        help="What the order adds to the exposure when it is confirmed.",
    )
    amount_credit_left = fields.Monetary(
        string="Left with It",
        currency_field="exposure_currency_id",
        compute="_compute_credit_warning",
        groups=CREDIT_READERS,
        help="What the customer's limits, own and of the group, leave after this order; "
        "negative where it passes them.",
    )

    @api.depends(
        "state",
        "partner_id",
        "partner_invoice_id",
        "amount_total",
        "currency_id",
        "payment_term_id",
        "commitment_date",
    )
    @api.depends_context("lang")
    def _compute_credit_warning(self):
        # sudo: the warning is told to those who may not read what it is about.
        orders = self.sudo()
        quoted = orders.filtered(
            lambda o: (
                o.state in ("draft", "sent")
                and o.debtor_account_id
                and not o._is_prepaid()
            )
        )
        accounts = quoted.debtor_account_id
        standings = accounts._get_standings(with_overdue=True) if accounts else {}
        for order in orders:
            order.credit_warning = False
            order.is_debtor_controlled = False
            order.amount_credit_needed = order.amount_credit_left = 0.0
        for order in quoted:
            standing = standings[order.debtor_account_id]
            amount = order._credit_get_amount()
            left = [
                -ceiling.get_missing(increase)
                for ceiling, increase in standing.get_increases(amount)
                if ceiling.is_controlled
            ]
            order.credit_warning = order._credit_get_warning(standing, amount)
            order.is_debtor_controlled = bool(left)
            order.amount_credit_needed = amount
            order.amount_credit_left = min(left, default=0.0)

    def _credit_get_warning(self, standing, amount):
        """Return what the checks that only warn say, a sentence a line, or False.

        :param amount: what the order adds, in the company's currency
        """
        self.ensure_one()
        texts = []
        for rule in self.env["key.account.credit.rule"]._get_rules(self.company_id):
            if (
                rule.effect == "warn"
                and rule.is_on_order
                and rule._applies_to(self.debtor_account_id)
            ):
                issues = rule._get_issues(self, standing, amount)
                texts += [issue["text"] for issue in issues]
        return "\n".join(dict.fromkeys(texts)) or False

    @api.depends("debtor_account_id")
    def _compute_partner_credit_warning(self):
        # EXTENDS 'sale': key accounts have limits of their own, and warnings.
        ours = self.filtered("debtor_account_id")
        ours.partner_credit_warning = ""
        return super(SaleOrder, self - ours)._compute_partner_credit_warning()


class AccountMove(models.Model):
    _inherit = "account.move"

    def _compute_partner_credit_warning(self):
        # EXTENDS 'account': as for orders.
        drafts = self.filtered(
            lambda m: (
                m.state == "draft"
                and m.move_type == "out_invoice"
                and m.company_id.account_use_credit_limit
            )
        )
        # sudo: which customers are key accounts does not depend on who looks.
        Account = self.env["key.account"].sudo()
        accounts = Account._get_by_partner(drafts.partner_id) if drafts else {}
        ours = drafts.filtered(
            lambda m: (
                (m.partner_id.commercial_partner_id._origin, m.company_id) in accounts
            )
        )
        ours.partner_credit_warning = ""
        return super(AccountMove, self - ours)._compute_partner_credit_warning()
