from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..models.key_account_credit_ageing import BUCKETS

# So many overdue items, and so many decisions, are on the paper, the oldest first and
# the latest first; what else is overdue is told as a number and a sum.
MAX_ITEMS = 40
MAX_DECISIONS = 10
MONTHS = 12


class KeyAccountCreditFile(models.AbstractModel):
    """The printed credit file: what whoever decides on an account's credit goes by."""

    _name = "report.key_account_credit.report_key_account_credit_file"
    _description = "Credit File"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return what the pages of the accounts say, as of today, in the companies'
        currencies; the number of queries does not depend on how many accounts.

        :raise AccessError: who may not read amounts, or another's account
        """
        self.env["key.account.credit.snapshot"].check_access("read")
        accounts = self.env["key.account"].browse(docids)
        accounts.check_access("read")
        return {
            "doc_model": "key.account",
            "doc_ids": docids,
            "docs": accounts,
            "now": fields.Datetime.now(),
            "files": self._get_files(accounts),
            "buckets": self._get_bucket_labels(),
        }

    def _get_bucket_labels(self):
        field = self.env["key.account.credit.ageing"]._fields["bucket"]
        labels = dict(field._description_selection(self.env))
        return [(code, labels[code]) for code, _label in BUCKETS]

    def _get_files(self, accounts):
        """Return ``{account: what its page says}``."""
        self.env.flush_all()
        exposure = accounts._get_exposure()
        components = accounts._get_exposure_components()
        ageing, dso = accounts._get_ageing(), accounts._get_dso()
        limits, groups = self._get_limits(accounts), self._get_groups(accounts)
        items = self._get_overdue_items(accounts)
        decisions, history = self._get_decisions(accounts), self._get_history(accounts)
        late = accounts._get_days_late()
        return {
            account: {
                "limits": limits[account],
                "group": groups[account],
                "components": [
                    (part.label, exposure[account].get(part.code, 0.0))
                    for part in components
                ],
                "ageing": ageing[account],
                **self._get_payment(exposure[account], dso[account], late[account]),
                "items": items.get(account, []),
                "more": self._get_more(ageing[account], items.get(account, [])),
                "decisions": decisions.get(account, []),
                "history": history.get(account, []),
            }
            for account in accounts
        }

    def _get_payment(self, parts, dso, late):
        overdue = parts.get("overdue", 0.0)
        owed = overdue + parts.get("receivable", 0.0)
        return {
            "dso": dso[0],
            "dso_group": dso[1],
            "turnover": dso[2],
            "late": late,
            "share_overdue": 100.0 * overdue / owed if owed else 0.0,
        }

    def _get_limits(self, accounts):
        """Return ``{account: limits}`` that count or will count, those of the groups
        above it last."""
        heads = accounts._get_group_heads()
        involved = accounts.union(*heads.values())
        limits = self.env["key.account.credit.limit"].search(
            [("key_account_id", "in", involved.ids), ("state", "=", "active")]
        )
        today = {company: company._get_today() for company in accounts.company_id}
        limits = limits.filtered(
            lambda each: not each.date_end or each.date_end >= today[each.company_id]
        )
        own = limits.grouped("key_account_id")
        none = limits.browse()
        return {
            account: own.get(account, none)
            | none.union(
                *(
                    own.get(head, none).filtered(lambda each: each.scope == "group")
                    for head in heads[account]
                )
            )
            for account in accounts
        }

    def _get_groups(self, accounts):
        """Return ``{account: the accounts of its group}``, none where it is alone."""
        roots = accounts._get_group_roots()
        members = accounts.browse().union(*roots.values())._get_group_members()
        # Read together: all figures of the groups in a few queries.
        involved = accounts.union(*members.values())
        found = {}
        for account in accounts:
            group = members[roots[account]]
            found[account] = (
                group.with_prefetch(involved.ids) if len(group) > 1 else group.browse()
            )
        return found

    def _get_overdue_items(self, accounts):
        domain = [
            ("key_account_id", "in", accounts.ids),
            ("bucket", "=like", "overdue_%"),
        ]
        rows = self._get_firsts(
            "key.account.credit.ageing",
            domain,
            "%(row)s.key_account_id",
            "%(row)s.date_due, %(row)s.id",
            MAX_ITEMS,
        )
        return rows.grouped("key_account_id")

    def _get_more(self, ageing, items):
        """Return what is overdue beside the items on the paper."""
        overdue = sum(
            amount for code, amount in ageing.items() if code.startswith("overdue_")
        )
        return overdue - sum(item.amount for item in items)

    def _get_decisions(self, accounts):
        rows = self._get_firsts(
            "key.account.gate.issue",
            [("account_id", "in", accounts.ids), ("kind", "=", "credit")],
            "%(row)s.account_id",
            "%(row)s.date DESC, %(row)s.id DESC",
            MAX_DECISIONS,
        )
        return rows.grouped("account_id")

    def _get_history(self, accounts):
        """Return ``{account: what was written down at the end of each month}``, or on
        the last day before it, the latest month first."""
        rows = self.env["key.account.credit.snapshot"]
        for company in accounts.company_id:
            start = company._get_today() + relativedelta(months=1 - MONTHS, day=1)
            own = accounts.filtered(lambda a, c=company: a.company_id == c)
            rows |= self._get_firsts(
                rows._name,
                [("key_account_id", "in", own.ids), ("date", ">=", start)],
                "%(row)s.key_account_id, date_trunc('month', %(row)s.date)",
                "%(row)s.date DESC",
                1,
            )
        return rows.sorted("date", reverse=True).grouped("key_account_id")

    def _get_firsts(self, model, domain, each, order, limit):
        """Return of each group of the records that the user may read the first few, in
        one query.

        :param each: SQL of what makes up a group, in which ``%(row)s`` is the table
        :param order: SQL of which come first, likewise
        """
        Model = self.env[model]
        table = SQL.identifier(Model._table)
        ranked = Model._search(domain).select(
            SQL("%s.id", table),
            SQL(
                "row_number() OVER (PARTITION BY %s ORDER BY %s) AS place",
                SQL(each, row=table),
                SQL(order, row=table),
            ),
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM (%s) ranked WHERE place <= %s ORDER BY place",
                ranked,
                limit,
            )
        )
        return Model.browse([record_id for (record_id,) in rows])
