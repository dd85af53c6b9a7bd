from odoo import models
from odoo.tools import SQL

# Whether any order is held for credit that these customers, or their groups, use.
WAITING = """
SELECT EXISTS (
    SELECT FROM key_account_gate_issue issue
      JOIN sale_order orders ON orders.id = issue.order_id
      LEFT JOIN key_account account ON account.id = orders.debtor_account_id
     WHERE issue.state = 'open'
       AND issue.kind = 'credit'
       AND (account.partner_id = ANY(%(partners)s)
            OR issue.code = 'credit_group_limit'))
"""


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        # EXTENDS 'key_account': orders and invoices move with their contacts, companies
        # with all that they owe into another group.
        if not self._credit_is_moved(vals):
            return super().write(vals)
        accounts = self._credit_get_accounts(vals)
        before = accounts._credit_get_ceilings() if accounts else {}
        result = super().write(vals)
        if accounts:
            accounts._credit_assert_gain(before)
        self._credit_wake()
        return result

    def _credit_is_moved(self, vals):
        if "is_company" in vals:
            return any(bool(p.is_company) != bool(vals["is_company"]) for p in self)
        return "parent_id" in vals and any(
            partner.parent_id.id != (vals["parent_id"] or False) for partner in self
        )

    def _credit_get_accounts(self, vals=None):
        """Return the accounts, as superuser, that these contacts belong to, and to which
        they would with ``vals``: their own and all above them."""
        ids = [*self.ids, *filter(None, [(vals or {}).get("parent_id")])]
        # sudo: accounts that the user may not see are owed, too.
        Account = self.env["key.account"].sudo()
        return Account.search([("partner_id", "parent_of", ids)])

    def _credit_wake(self):
        """Have held orders judged again when any waits for the credit of these customers
        or of a group: something of them was paid, credited or cancelled. One query."""
        # sudo: held orders count for those who may not read them.
        partners = self.sudo().commercial_partner_id
        if not partners:
            return
        Issue = self.env["key.account.gate.issue"]
        Issue.flush_model(["state", "kind", "code", "order_id"])
        query = SQL(WAITING, partners=partners.ids)
        if self.env.execute_query(query)[0][0]:
            self.env["sale.order"]._gate_wake()
