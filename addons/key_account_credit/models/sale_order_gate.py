from odoo import fields, models
from odoo.tools import SQL, float_round

# The groups, limited as a whole, that orders belong to by whom they are for and by whoever
# pays; those of who pays, or counts in place of it, are what an order is judged by. Their rows are updated before any account's, in the order of ids: everybody who
# judges a member of the group runs into the others.
LOCK_GROUPS = """
WITH RECURSIVE chain AS (
    SELECT orders.id, orders.company_id, partner.id AS partner_id,
           partner.id = orders.partner_invoice_id
           OR partner.commercial_partner_id = debtor.partner_id AS is_payer
      FROM sale_order orders
      JOIN res_partner partner
        ON partner.id IN (orders.partner_id, orders.partner_invoice_id)
 LEFT JOIN key_account debtor ON debtor.id = orders.debtor_account_id
     WHERE orders.id = ANY(%(orders)s)
     UNION
    SELECT chain.id, chain.company_id, partner.parent_id, chain.is_payer
      FROM chain
      JOIN res_partner partner ON partner.id = chain.partner_id
     WHERE partner.parent_id IS NOT NULL
), found AS (
    SELECT chain.id, head.id AS head_id, bool_or(chain.is_payer) AS is_payer
      FROM chain
      JOIN key_account head
        ON head.partner_id = chain.partner_id AND head.company_id = chain.company_id
     WHERE EXISTS (SELECT FROM key_account_credit_limit bound
                    WHERE bound.key_account_id = head.id AND bound.scope = 'group')
  GROUP BY chain.id, head.id
), locked AS (
    SELECT id FROM key_account WHERE id IN (SELECT head_id FROM found)
  ORDER BY id FOR UPDATE
), updated AS (
    UPDATE key_account SET gate_seq = COALESCE(gate_seq, 0) + 1
     WHERE id IN (SELECT id FROM locked) RETURNING id
)
SELECT found.id, found.head_id FROM found JOIN updated ON updated.id = found.head_id
 WHERE found.is_payer
"""


class SaleOrder(models.Model):
    """Credit at the gate: an order passes when whoever pays it stays within the limits,
    the own one and those of the groups, and the other checks find nothing."""

    _inherit = "sale.order"

    def _gate_lock_accounts(self):
        # EXTENDS 'key_account': groups first, accounts after them, everywhere.
        self._credit_lock_groups()
        return super()._gate_lock_accounts()

    def _credit_lock_groups(self):
        """Update the rows of the groups that these orders belong to.

        :return: ``{order id: accounts whose group limits count for whoever pays}``
        """
        Limit = self.env["key.account.credit.limit"]
        if not Limit._get_group_company_ids().intersection(self.company_id.ids):
            return {}
        self.flush_model(
            ["partner_id", "partner_invoice_id", "company_id", "debtor_account_id"]
        )
        self.env["res.partner"].flush_model(["parent_id", "commercial_partner_id"])
        Limit.flush_model()
        # sudo: the gate judges groups that the user may not see.
        Account = self.env["key.account"].sudo()
        found = {}
        rows = self.env.execute_query(SQL(LOCK_GROUPS, orders=self.ids))
        for order_id, head_id in rows:
            found[order_id] = found.get(order_id, Account) | Account.browse(head_id)
        self.env.cr.cache["key_account_credit.groups"] = found
        return found

    def _gate_get_issues(self):
        # EXTENDS 'key_account'
        issues = super()._gate_get_issues()
        groups = self.env.cr.cache.pop("key_account_credit.groups", {})
        self._credit_judge(issues, groups, "is_on_order")
        return issues

    def _credit_judge(self, issues, groups, stage):
        """Append what the credit checks find to ``issues``, order after order: each that
        passes counts for the next.

        :param groups: as from `_credit_lock_groups`
        :param stage: the field of the rules that says whether they apply here
        The accounts are locked.
        """
        # sudo: the gate judges amounts that the user may not see.
        orders = self.sudo()
        made_of_parts = orders.filtered(
            lambda o: o.state == "sale" and o._gate_get_parts()
        )
        for name in ("amount_undelivered", "amount_unbilled"):
            self.env.add_to_compute(self._fields[name], made_of_parts)
        orders._credit_fetch()
        standings, released = None, None
        for order in orders:
            found = order._credit_get_strangers(groups)
            account = order.debtor_account_id
            amount = order._credit_get_amount()
            if account and not found:
                if standings is None:
                    standings = orders._credit_get_standings(groups, stage)
                    released = self._gate_get_released()
                if not order._is_prepaid():
                    found = order._credit_check(standings[account], amount, stage)
            record = self.browse(order.id)
            if found:
                issues.setdefault(record, []).extend(found)
            if (
                account
                and standings
                and all(
                    order._gate_is_covered(issue, released.get(record, {}))
                    for issue in issues.get(record, ())
                )
            ):
                standings[account].add(amount)

    def _credit_fetch(self):
        # What is asked of partners and accounts, in a query each: whole ones are large.
        partners = self.partner_invoice_id | self.company_id.partner_id
        partners.fetch(["commercial_partner_id", "tz"])
        self.debtor_account_id.fetch(["partner_id", "company_id", "grade_id"])

    def _credit_get_standings(self, groups, stage):
        accounts = self.debtor_account_id
        heads = {account: accounts.browse() for account in accounts}
        for order in self.filtered("debtor_account_id"):
            heads[order.debtor_account_id] |= groups.get(order.id, accounts.browse())
        Rule = self.env["key.account.credit.rule"]
        with_overdue = any(
            rule[stage] and rule.check in ("overdue", "oldest")
            for company in accounts.company_id
            for rule in Rule._get_rules(company)
        )
        return accounts._get_standings(heads, with_overdue=with_overdue)

    def _is_prepaid(self):
        """Return whether nothing of the order goes on credit: it never waits for it."""
        return self.pay_mode == "prepaid" or self.prepaid_percent >= 100

    def _credit_get_amount(self):
        """Return what the order adds to the exposure when it is confirmed today, in the
        company's currency; nothing when it is confirmed and counts already, or is to be
        delivered after the horizon. What it had delivered or billed before it was taken
        back counts already, too, and an order never makes room for others."""
        self.ensure_one()
        if self.state not in ("draft", "sent"):
            return 0.0
        undelivered, unbilled = self._convert_open_amounts(
            self._credit_get_rate(), is_confirmed=True
        )
        if self._is_beyond_horizon():
            undelivered = 0.0
        before = self.amount_undelivered + self.amount_unbilled
        # Orders that were made from it are owed already: it adds what goes beyond them.
        parts = self._gate_get_parts().filtered(lambda part: part.state == "sale")
        before += sum(parts.mapped("amount_total")) / self._credit_get_rate()
        added = self.company_id.currency_id.round(undelivered + unbilled - before)
        return max(added, 0.0)

    def _credit_get_rate(self):
        """Return how much of the order's currency one of the company's buys: for a
        quotation today, for it is dated anew when it is confirmed."""
        company = self.company_id
        if self.currency_id == company.currency_id:
            return 1.0
        if self.state not in ("draft", "sent"):
            return self.currency_rate or 1.0
        return self.env["res.currency"]._get_conversion_rate(
            company.currency_id, self.currency_id, company, fields.Date.today()
        )

    def write(self, vals):
        # EXTENDS 'key_account': a confirmed order that counts from now on, because it is
        # brought forward into the horizon, is judged like one that is raised.
        later = self.browse()
        if "commitment_date" in vals:
            later = self.filtered(
                lambda o: o.state == "sale" and o._is_beyond_horizon()
            )
        result = super().write(vals)
        later.filtered(lambda o: not o._is_beyond_horizon())._gate_assert(
            self.env._(
                "%(order)s cannot be brought forward: %(text)s",
                order="%(order)s",
                text="%(text)s",
            )
        )
        return result

    def _is_beyond_horizon(self):
        days = self.company_id.credit_horizon_days
        due = days and self._gate_get_due_date()
        if not due:
            return False
        wait = self.company_id._get_day(due) - self.company_id._get_today()
        return wait.days > days

    # ------------------------------------------------------------------ checks

    def _credit_get_strangers(self, groups):
        """Return the issue that whoever pays has no account that could count it."""
        account = self.debtor_account_id
        payer = self.partner_invoice_id.commercial_partner_id
        if account.partner_id == payer or self._is_prepaid():
            return []
        if not account.credit_limit_ids and not groups.get(self.id):
            return []
        return [
            {
                "code": "credit_payer",
                "kind": "credit",
                "text": self.env._(
                    "%s is to pay and is no key account: make it one, or have another "
                    "company pay.",
                    payer.display_name,
                ),
            }
        ]

    def _credit_check(self, standing, amount, stage):
        """Return the issues that the rules for this account find, the worst of each
        check.

        :param amount: what the order adds, in the company's currency
        """
        account = self.debtor_account_id
        found = {}
        for rule in self.env["key.account.credit.rule"]._get_rules(self.company_id):
            if (
                rule.effect != "hold"
                or not rule[stage]
                or not rule._applies_to(account)
            ):
                continue
            for issue in rule._get_issues(self, standing, amount):
                key = (issue["code"], issue.get("subject"))
                known = found.get(key)
                if not known or known["amount_missing"] < issue["amount_missing"]:
                    found[key] = issue
        if "credit_expired" in {code for code, _subject in found}:
            # One reason is enough: the limit that has ended is a limit of nothing.
            found = {key: i for key, i in found.items() if key[0] != "credit_limit"}
        return [
            {**issue, "amount_missing": self._credit_convert(issue["amount_missing"])}
            for issue in found.values()
        ]

    def _credit_convert(self, amount):
        """Return an amount of the company's currency in the order's, rounded up: what
        is missing is never told too low."""
        if self.currency_id == self.company_id.currency_id:
            return self.currency_id.round(amount)
        return float_round(
            amount * self._credit_get_rate(),
            precision_rounding=self.currency_id.rounding,
            rounding_method="UP",
        )
