from odoo import api, models

from ..exceptions import CreditError


class KeyAccountGateIssue(models.Model):
    _inherit = "key.account.gate.issue"

    # Few orders are held for credit at a time.
    _credit_open_idx = models.Index(
        "(order_id) WHERE state = 'open' AND kind = 'credit'"
    )


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        # EXTENDS 'base': what counts, and for whom, is the company's policy.
        result = super().write(vals)
        if {"credit_horizon_days", "credit_without_limit"}.intersection(vals):
            self.env["sale.order"]._gate_wake()
        return result


class KeyAccount(models.Model):
    _inherit = "key.account"

    def _credit_wake(self):
        self.partner_id._credit_wake()

    def write(self, vals):
        # EXTENDS 'key_account': which checks apply, and whether any, is decided by these.
        result = super().write(vals)
        if {"grade_id", "pay_mode", "prepaid_percent"}.intersection(vals):
            self._credit_wake()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_debtor(self):
        # sudo: orders that the user may not see are owed, too.
        Order = self.env["sale.order"].sudo()
        domain = [("debtor_account_id", "in", self.ids), ("state", "=", "sale")]
        if order := Order.search(domain, limit=1):
            raise CreditError(
                self.env._(
                    "%(account)s pays for %(order)s and cannot be deleted: close it "
                    "instead.",
                    account=order.debtor_account_id.display_name,
                    order=order.name,
                )
            )

    # ---------------------------------------------------------------- who gains

    def _credit_get_ceilings(self):
        """Return ``{(account id, is group): Ceiling}`` of these accounts and of their
        groups, which are locked: groups first, in the order of ids."""
        heads = self._get_group_heads()
        self.browse().union(*heads.values())._credit_lock()
        self._credit_lock()
        return {
            (ceiling.account_id, ceiling.is_group): ceiling
            for standing in self._get_standings(heads).values()
            for ceiling in standing.ceilings
        }

    def _credit_assert_gain(self, before):
        """Raise when one of these accounts has come to owe more than it may because
        customers were moved.

        :param before: as from `_credit_get_ceilings`
        :raise CreditError: names the account and the cure
        """
        for key, ceiling in self._credit_get_ceilings().items():
            known = before.get(key)
            gained = ceiling.exposure - (known.exposure if known else 0.0)
            account = self.browse(ceiling.account_id)
            compare = account.currency_id.compare_amounts
            if compare(gained, 0.0) > 0 and compare(ceiling.get_missing(0.0), 0.0) > 0:
                raise CreditError(
                    self.env._(
                        "%s would take over more orders and invoices than its credit "
                        "limit allows: have a higher limit approved first.",
                        account.display_name,
                    )
                )

    # ---------------------------------------------------------------- released

    def _credit_get_released(self):
        """Return what orders of these accounts were let through with, as far as they
        still owe it: ``[(family of orders, account, code, subject, amount)]``, in the
        company's currency. For the few whose goods are stopped."""
        # sudo: the gate judges orders that the user may not see.
        Issue = self.env["key.account.gate.issue"].sudo()
        domain = [
            ("state", "=", "released"),
            ("kind", "=", "credit"),
            ("order_id.debtor_account_id", "in", self.ids),
        ]
        found = []
        for order, amounts in (
            Issue.search(domain).order_id._gate_get_released().items()
        ):
            family = order | order._gate_get_parts()
            unpaid = family._credit_get_unpaid()
            rate = order.currency_rate or 1.0
            for (code, subject), amount in amounts.items():
                spared = min(order.company_id.currency_id.round(amount / rate), unpaid)
                found.append((family, order.debtor_account_id, code, subject, spared))
        return found
