from odoo import models

from odoo.addons.key_account.exceptions import DutyError

from ..exceptions import FundError

ACCOUNTANT = "account.group_account_invoice"


class AccountBankStatementLine(models.Model):
    """A bank statement line that is a customer's prepayment. Any screen that reconciles
    statement lines may choose the fund's account for it; this is the short way, which
    needs none."""

    _inherit = "account.bank.statement.line"

    def action_put_into_fund(self):
        """Reconcile these lines with the prepayment funds of their customers, which are
        opened if need be.

        :raise DutyError: by whom is no accountant
        :raise FundError: no customer, no key account, money out, reconciled already
        """
        if not self.env.user.has_group(ACCOUNTANT):
            raise DutyError(
                self.env._("Bank statement lines are for accountants to reconcile.")
            )
        self.check_access("write")
        Fund = self.env["key.account.fund"]
        accounts = self.env["key.account"]._get_by_partner(self.partner_id)
        for line in self:
            partner = line.partner_id.commercial_partner_id
            account = accounts.get((partner, line.company_id))
            suspense = line._fund_get_suspense_line(account)
            currency = line.foreign_currency_id or line.currency_id
            fund = Fund._find_or_open(account, currency)
            suspense.write({"account_id": fund.account_id.id, "partner_id": partner.id})
        return True

    def _fund_get_suspense_line(self, account):
        """Return the item of this statement line that is still to be reconciled."""
        _liquidity, suspense, other = self._seek_for_lines()
        if not self.partner_id:
            problem = self.env._("choose its customer first")
        elif not account:
            problem = self.env._(
                "make %s a key account first", self.partner_id.display_name
            )
        elif self.amount <= 0:
            problem = self.env._("only money that comes in is a prepayment")
        elif other or len(suspense) != 1:
            problem = self.env._("it is reconciled already: undo that first")
        else:
            return suspense
        raise FundError(
            self.env._(
                "%(line)s cannot go into a fund: %(problem)s.",
                line=self.payment_ref or self.display_name,
                problem=problem,
            )
        )
