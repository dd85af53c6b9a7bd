from odoo import api, models

# What stands for one and the same ceiling.
LIMIT_CODES = {
    "credit_limit": ("credit_limit", "credit_expired"),
    "credit_expired": ("credit_limit", "credit_expired"),
    "credit_group_limit": ("credit_group_limit",),
}


class SaleOrder(models.Model):
    """Credit where goods leave, and the order in which held orders come."""

    _inherit = "sale.order"

    @api.depends(
        "partner_id.commercial_partner_id.key_account_ids.company_id",
        "partner_invoice_id.commercial_partner_id.key_account_ids.company_id",
    )
    def _compute_debtor_account_id(self):
        # EXTENDS 'key_account_credit': contacts move to other companies, and customers
        # become accounts; where nobody is left, a confirmed order stays whose it was.
        before = {
            order: order._origin.debtor_account_id
            for order in self
            if order.state == "sale"
        }
        result = super()._compute_debtor_account_id()
        for order, account in before.items():
            if not order.debtor_account_id:
                order.debtor_account_id = account
        return result

    def write(self, vals):
        # EXTENDS 'key_account_credit': a quotation is whoever's it is for now.
        result = super().write(vals)
        if vals.get("state") == "draft":
            self.env.add_to_compute(self._fields["debtor_account_id"], self)
        return result

    # ------------------------------------------------------------- where goods leave

    def _gate_get_delivery_issues(self):
        # EXTENDS 'key_account'
        issues = super()._gate_get_delivery_issues()
        # sudo: the gate judges amounts that the user may not see.
        orders = self.sudo().filtered(
            lambda o: (
                o.debtor_account_id
                and not o._is_prepaid()
                and o._credit_has_rules("is_on_transfer")
            )
        )
        if not orders:
            return issues
        groups = orders._credit_lock_groups()
        self.env.cr.cache.pop("key_account_credit.groups", None)
        orders.debtor_account_id._credit_lock()
        found = {}
        self.browse(orders.ids)._credit_judge(found, groups, "is_on_transfer")
        self._credit_spare_released(found)
        for order, own in found.items():
            issues.setdefault(order, []).extend(own)
        return issues

    def _credit_has_rules(self, stage):
        rules = self.env["key.account.credit.rule"]._get_rules(self.company_id)
        return any(rule[stage] and rule.effect == "hold" for rule in rules)

    def _credit_check(self, standing, amount, stage):
        # EXTENDS 'key_account_credit': goods that leave before they were due do not count
        # yet, as long as the order is beyond the horizon.
        if stage == "is_on_transfer" and self._is_beyond_horizon():
            amount += self.amount_undelivered
        return super()._credit_check(standing, amount, stage)

    def _gate_get_committed(self):
        # EXTENDS 'key_account'
        committed = super()._gate_get_committed()
        # sudo: as in _gate_get_delivery_issues
        for order in self.sudo().filtered("debtor_account_id"):
            amount = order.amount_unbilled
            if not order._is_beyond_horizon():
                amount += order.amount_undelivered
            record = self.browse(order.id)
            committed[record] = committed.get(record, 0.0) + amount
        return committed

    # --------------------------------------------------------- released before

    def _credit_spare_released(self, found):
        """Lower what is missing by what somebody has let other orders pass the limit
        with: that is on record, and does not stop the goods of those that were within it.

        :param found: ``{order: [issue values]}``, changed in place
        """
        over = [
            (order, issue)
            for order, issues in found.items()
            for issue in issues
            if issue["code"] in LIMIT_CODES
        ]
        if not over:
            return
        # sudo: as in _gate_get_delivery_issues
        Account = self.env["key.account"].sudo()
        heads = Account.browse(
            {int(i["subject"]) for _o, i in over if i["code"] == "credit_group_limit"}
        )
        covered = {
            str(head.id): own for head, own in heads._get_group_members().items()
        }
        # sudo: as above
        debtors = {order: order.sudo().debtor_account_id for order in found}
        released = Account.union(
            *debtors.values(), *covered.values()
        )._credit_get_released()
        for order, issue in over:
            own = covered.get(issue["subject"], debtors[order])
            spared = sum(
                amount
                for family, account, code, subject, amount in released
                if order not in family
                and account in own
                and code in LIMIT_CODES[issue["code"]]
                and (subject or None) == issue["subject"]
            )
            missing = issue["amount_missing"] - order._credit_convert(spared)
            issue["amount_missing"] = order.currency_id.round(max(missing, 0.0))
        for order, issues in found.items():
            found[order] = [
                i for i in issues if i["code"] not in LIMIT_CODES or i["amount_missing"]
            ]

    def _credit_get_unpaid(self):
        """Return what these orders, as superuser, still expose us to, in the company's
        currency: to be delivered, to be invoiced, invoiced and not paid."""
        total = sum(self.mapped("amount_undelivered")) + sum(
            self.mapped("amount_unbilled")
        )
        for invoice in self.invoice_ids:
            if invoice.state == "posted":
                total += invoice.amount_residual_signed
            elif invoice.state == "draft":
                total += invoice.amount_total_signed
        return max(total, 0.0)

    # ------------------------------------------------------------ who comes first

    def _gate_sort_waiting(self):
        # EXTENDS 'key_account': by the company's policy the most valuable order takes the
        # credit that has become free; otherwise who has waited longest.
        orders = super()._gate_sort_waiting()
        # sudo: the policy and the amounts count whoever runs this.
        by_value = orders.sudo().filtered(
            lambda o: o.company_id.credit_waiting_order == "value"
        )
        if not by_value:
            return orders
        ranked = by_value.sorted(
            lambda o: o.amount_total / (o.currency_rate or 1.0), reverse=True
        )
        return (orders - orders.browse(by_value.ids)) + orders.browse(ranked.ids)

    def _gate_record(self, blocking, is_request=False):
        # EXTENDS 'key_account': a check after this one has stopped what the credit was
        # counted for, others that were judged beside it may have room.
        result = super()._gate_record(blocking, is_request)
        on_credit = [
            order
            for order, issues in blocking.items()
            if any(issue["kind"] == "credit" for issue in issues)
        ]
        if is_request and on_credit and len(on_credit) < len(blocking):
            self._gate_wake()
        return result

    def _compute_amount_undelivered(self):
        # EXTENDS: an order that was lowered or cancelled leaves room for others.
        before = {o: o.amount_undelivered + o.amount_unbilled for o in self}
        result = super()._compute_amount_undelivered()
        # sudo: whose credit it is does not depend on who lowers it.
        lowered = self.sudo().filtered(
            lambda o: (
                o.id
                and o.debtor_account_id
                and o.amount_undelivered + o.amount_unbilled < before[o]
            )
        )
        if lowered:
            lowered.debtor_account_id._credit_wake()
        return result
