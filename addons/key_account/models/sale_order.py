from odoo import api, fields, models

from ..exceptions import DutyError, GateError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    key_account_id = fields.Many2one(
        "key.account",
        compute="_compute_key_account_id",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    key_account_state = fields.Selection(related="key_account_id.state")

    @api.depends("partner_id", "company_id")
    def _compute_key_account_id(self):
        # sudo: which account an order belongs to does not depend on who looks.
        accounts = self.env["key.account"].sudo()._get_by_partner(self.partner_id)
        for order in self:
            key = (order.partner_id.commercial_partner_id._origin, order.company_id)
            order.key_account_id = accounts.get(key)

    def action_confirm(self):
        # EXTENDS 'sale'
        self._gate_assert()
        return super().action_confirm()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._assert_account_not_given(vals)
        orders = super().create(vals_list)
        if not self.env.su:
            # A default may have given another account, or none.
            self.env.add_to_compute(self._fields["key_account_id"], orders)
        orders.filtered(lambda order: order.state == "sale")._gate_assert()
        return orders

    def write(self, vals):
        self._assert_account_not_given(vals)
        result = super().write(vals)
        if vals.get("state") == "sale" or {"partner_id", "company_id"} & set(vals):
            # Whichever door led here, not only the button: also a confirmed order that
            # is handed to another customer.
            self.filtered(lambda order: order.state == "sale")._gate_assert()
        return result

    def _assert_account_not_given(self, vals):
        # An order without its account would pass the gate unseen.
        if "key_account_id" in vals and not self.env.su:
            raise DutyError(
                self.env._(
                    "The key account of an order follows from its customer: choose the "
                    "customer instead."
                )
            )

    # -------------------------------------------------------------------- gate

    def _gate_assert(self):
        """Raise when anything stops one of the orders.

        :raise GateError: one sentence for each issue, the order named.
        """
        # The contact may have moved to another company since the order was written.
        self.env.add_to_compute(self._fields["key_account_id"], self)
        sentences = [
            f"{order.name}: {issue['text']}"
            for order, issues in self._gate_get_issues().items()
            for issue in issues
        ]
        if sentences:
            raise GateError("\n".join(sentences))

    def _gate_get_issues(self):
        """Return what stops the orders, ``{order: [issue values]}``; orders that
        nothing stops are absent.

        This is the hook for a new check: call ``super()``, append values, return.
        An issue is a dict with ``code`` (stable, for tests and statistics), ``kind``
        (``account``, ``document``, ``price``, ``fund``, ``credit``, ``stock``), which
        decides who may settle it, and ``text``, one sentence that names the cause and
        the fix.
        """
        # sudo: the gate judges the account whether or not the user may open it.
        accounts = self.key_account_id.sudo()
        found = {account: account._get_order_issues() for account in accounts}
        return {
            order: [dict(issue) for issue in found[order.key_account_id]]
            for order in self
            if found.get(order.key_account_id)
        }
