from odoo import models


class KeyAccountCreditRule(models.Model):
    """What each check looks at. A check is a method ``_check_<name>`` that yields
    ``(code, subject, text, missing)``: missing in the company's currency, zero where it
    is not about money."""

    _inherit = "key.account.credit.rule"

    def _get_issues(self, order, standing, amount):
        """Return what this rule finds about an order, a list of gate issues."""
        self.ensure_one()
        check = getattr(self, f"_check_{self.check}")
        return [
            {
                "code": code,
                "kind": "credit",
                "subject": subject,
                "text": text,
                "amount_missing": missing,
            }
            for code, subject, text, missing in check(order, standing, amount)
        ]

    def _get_exceeded(self, order, standing, amount):
        """Yield ``(ceiling, missing)`` of the limits that ``amount`` more would pass; an
        order that adds nothing passes none."""
        if order.state in ("draft", "sent") and amount <= 0:
            return
        currency = order.company_id.currency_id
        for ceiling, increase in standing.get_increases(amount):
            missing = currency.round(ceiling.get_missing(increase))
            if missing > 0:
                yield ceiling, missing

    def _check_limit(self, order, standing, amount):
        for ceiling, missing in self._get_exceeded(order, standing, amount):
            if ceiling.is_group:
                # sudo: the group is named to those who may not open it.
                head = self.env["key.account"].sudo().browse(ceiling.account_id)
                text = self.env._(
                    "The credit limit of the group %s would be exceeded: wait for a "
                    "payment, request a higher limit, or ask for a release.",
                    head.display_name,
                )
                yield "credit_group_limit", str(ceiling.account_id), text, missing
            else:
                text = self.env._(
                    "The customer's credit limit would be exceeded: wait for a payment, "
                    "request a higher limit, or ask for a release."
                )
                yield "credit_limit", None, text, missing

    def _check_expired(self, order, standing, amount):
        if not standing.own.is_expired:
            return
        for ceiling, missing in self._get_exceeded(order, standing, amount):
            if ceiling is standing.own:
                text = self.env._(
                    "The customer's credit limit has ended: request a new one."
                )
                yield "credit_expired", None, text, missing

    def _check_overdue(self, order, standing, _amount):
        overdue = order.company_id.currency_id.round(standing.get_overdue(self.days))
        if overdue > self.amount:
            text = self.env._(
                "The customer has invoices that are overdue for more than %s days: "
                "collect them first.",
                self.days,
            )
            yield "credit_overdue", None, text, overdue

    def _check_oldest(self, _order, standing, _amount):
        if standing.get_oldest() > self.days:
            text = self.env._(
                "The customer's oldest open item is overdue for more than %s days: "
                "collect it first.",
                self.days,
            )
            yield "credit_oldest", None, text, 0.0

    def _check_terms(self, order, _standing, _amount):
        agreed = self.days or order._get_agreed_days()
        if agreed is not None and order._get_term_days() > agreed:
            text = self.env._(
                "The payment terms are longer than the %s days agreed: choose shorter "
                "ones.",
                agreed,
            )
            yield "credit_terms", None, text, 0.0

    def _check_order_value(self, order, _standing, _amount):
        currency = order.company_id.currency_id
        value = currency.round(order.amount_total / order._credit_get_rate())
        missing = currency.round(value - self.amount)
        if missing > 0:
            text = self.env._(
                "The order is over a higher value than is let through without a "
                "decision: ask for a release."
            )
            yield "credit_order_value", None, text, missing

    def _check_suspended(self, order, _standing, _amount):
        account = order.debtor_account_id
        if account.state in ("suspended", "closed"):
            text = self.env._(
                "%s takes no orders at present: reactivate the account first.",
                account.display_name,
            )
            yield "credit_suspended", None, text, 0.0

    def _check_utilisation(self, order, standing, amount):
        for ceiling, increase in standing.get_increases(amount):
            if ceiling.get_percent(increase) > self.percent:
                text = self.env._(
                    "More than %s %% of the customer's credit limit would be used: ask "
                    "for a payment or for a higher limit.",
                    f"{self.percent:g}",
                )
                yield "credit_utilisation", str(ceiling.account_id), text, 0.0


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_agreed_days(self):
        """Return after how many days whoever pays has agreed to pay, None where nothing
        was agreed."""
        partner = self.debtor_account_id.partner_id.with_company(self.company_id)
        term = partner.property_payment_term_id
        if not term:
            return None
        date = self._get_order_day()
        return max(
            ((line._get_due_date(date) - date).days for line in term.line_ids),
            default=0,
        )
