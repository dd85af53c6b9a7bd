import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

_logger = logging.getLogger(__name__)

# So many accounts are taken, and committed, together.
BATCH = 500
# The parts of the exposure that have a column; all others are summed in one.
COMPONENTS = (
    "undelivered",
    "unbilled",
    "draft_invoice",
    "receivable",
    "overdue",
    "unallocated",
)
STANDINGS = [
    ("free", "No limit decided on"),
    ("good", "Within the limit"),
    ("near", "Nearly used up"),
    ("over", "Used up"),
    ("expired", "Limit has ended"),
]


class KeyAccountCreditSnapshot(models.Model):
    """How an account stood with its credit on a day, as it was written down that day:
    later documents, limits and names change nothing of it. Amounts are in the company's
    currency, taxes included."""

    _name = "key.account.credit.snapshot"
    _description = "Credit of a Day"
    _inherit = ["key.account.append.only"]
    _order = "date desc, amount_exposure desc, id desc"
    _rec_name = "key_account_id"
    _log_access = False

    date = fields.Date(required=True, index=True)
    key_account_id = fields.Many2one("key.account", required=True, ondelete="restrict")
    group_account_id = fields.Many2one(
        "key.account",
        string="Group",
        required=True,
        ondelete="restrict",
        help="The topmost account of the group on that day; the account itself where "
        "there was none above it.",
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    currency_id = fields.Many2one("res.currency", required=True, ondelete="restrict")
    grade_id = fields.Many2one("key.account.grade", ondelete="restrict")
    user_id = fields.Many2one("res.users", string="Salesperson", ondelete="restrict")

    amount_limit = fields.Monetary(string="Credit Limit")
    amount_exposure = fields.Monetary(string="Exposure")
    amount_available = fields.Monetary(string="Available Credit")
    utilisation = fields.Float(
        string="Credit Used (%)", digits=(16, 1), aggregator="avg"
    )
    standing = fields.Selection(STANDINGS, required=True)
    share = fields.Float(
        string="Share (%)",
        digits=(16, 4),
        help="Of what all accounts of the company owed or were committed to that day; "
        "what some had paid ahead does not lower the whole.",
    )

    amount_undelivered = fields.Monetary(string="Confirmed, Not Delivered")
    amount_unbilled = fields.Monetary(string="Delivered, Not Invoiced")
    amount_draft_invoice = fields.Monetary(string="Draft Invoices")
    amount_receivable = fields.Monetary(string="Invoiced, Not Due")
    amount_overdue = fields.Monetary(string="Overdue")
    amount_unallocated = fields.Monetary(string="Received, Not Allocated")
    amount_other = fields.Monetary(
        string="Paid Ahead and Other",
        help="What other parts of the exposure come to, prepayments for example.",
    )

    amount_overdue_30 = fields.Monetary(string="Overdue 1-30 Days")
    amount_overdue_60 = fields.Monetary(string="Overdue 31-60 Days")
    amount_overdue_90 = fields.Monetary(string="Overdue 61-90 Days")
    amount_overdue_more = fields.Monetary(string="Overdue More than 90 Days")

    amount_turnover = fields.Monetary(
        string="Invoiced in 90 Days", help="Less credit notes, taxes included."
    )
    dso = fields.Float(string="DSO (Days)", digits=(16, 1), aggregator="avg")
    dso_group = fields.Float(
        string="DSO of the Group (Days)", digits=(16, 1), aggregator="avg"
    )
    is_latest = fields.Boolean(
        string="Latest Day",
        compute="_compute_is_latest",
        search="_search_is_latest",
        help="Of the last day that was written down for the company.",
    )

    _day_unique = models.Constraint(
        "UNIQUE(key_account_id, date)",
        "The credit of this account has been written down for this day already.",
    )
    _company_day_idx = models.Index("(company_id, date)")

    def _compute_is_latest(self):
        latest = self._get_latest_days()
        for row in self:
            row.is_latest = row.date == latest.get(row.company_id.id)

    def _search_is_latest(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return Domain.OR(
            Domain("company_id", "=", company_id) & Domain("date", "=", day)
            for company_id, day in self._get_latest_days().items()
        )

    @api.model
    def _get_latest_days(self):
        """Return ``{company id: last day written down}``, from the index alone."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT company.id, (SELECT MAX(date) FROM key_account_credit_snapshot
                                     WHERE company_id = company.id) AS day
                  FROM res_company company
                """
            )
        )
        return {row["id"]: row["day"] for row in rows if row["day"]}

    # ------------------------------------------------------------------- write

    @api.model
    def _cron_take(self):
        """Write down today's credit of all accounts, company by company, where today is
        each company's own; days that were missed stay missing."""
        cron = self.env["ir.cron"]
        groups = self.env["key.account"]._read_group([], ["company_id"])
        companies = [company for (company,) in groups]
        cron._commit_progress(remaining=len(companies))
        for company in companies:
            try:
                if not self._take(company):
                    return
            except Exception:  # pylint: disable=broad-exception-caught
                # Whatever is wrong with one company does not keep the others waiting.
                self.env.cr.rollback()
                _logger.exception("No credit snapshot of %s today", company.name)
            cron._commit_progress(1)

    @api.model
    def _take(self, company):
        """Write down today's credit of the company's accounts that have none yet, and
        commit every batch; prospects that owe nothing are left out.

        :return: whether there was time for all of them
        """
        day = company._get_today()
        missing = self._get_missing(company, day)
        if not missing:
            return True
        exposures = missing._get_exposure_total()
        known = self._read_group(
            [
                ("company_id", "=", company.id),
                ("date", "=", day),
                ("amount_exposure", ">", 0),
            ],
            [],
            ["amount_exposure:sum"],
        )
        total = sum(max(amount, 0.0) for amount in exposures.values())
        total += known[0][0] or 0.0
        due = missing.filtered(lambda a: a.state != "prospect" or exposures[a])
        for ids in split_every(BATCH, due.ids):
            # A transaction of its own: what is known of other accounts is old by then.
            self.env.invalidate_all()
            batch = missing.browse(ids)
            self._append(batch._prepare_credit_snapshot_vals(day, total))
            if not self.env["ir.cron"]._commit_progress():
                return False
        return True

    @api.model
    def _get_missing(self, company, day):
        taken = self._search([("company_id", "=", company.id), ("date", "=", day)])
        return self.env["key.account"].search(
            [
                ("company_id", "=", company.id),
                ("id", "not in", taken.subselect("key_account_id")),
            ],
            order="id",
        )

    # ----------------------------------------------------------------- actions

    def action_open_account(self):
        """Return the action that opens the account."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "key.account",
            "res_id": self.key_account_id.id,
            "views": [(False, "form")],
        }


class KeyAccount(models.Model):
    _inherit = "key.account"

    def _prepare_credit_snapshot_vals(self, day, total):
        """Return the rows for ``day``; a constant number of queries.

        :param total: what all accounts of the company owe together
        """
        exposure, ageing, dso = (
            self._get_exposure(),
            self._get_ageing(),
            self._get_dso(),
        )
        roots = self._get_group_roots()
        vals_list = []
        for account in self:
            days, days_group, turnover = dso[account]
            owed = max(account.credit_exposure, 0.0)
            vals_list.append(
                {
                    "date": day,
                    "key_account_id": account.id,
                    "group_account_id": roots[account].id,
                    "company_id": account.company_id.id,
                    "currency_id": account.currency_id.id,
                    "grade_id": account.grade_id.id,
                    "user_id": account.user_id.id,
                    "amount_limit": account.credit_limit,
                    "amount_exposure": account.credit_exposure,
                    "amount_available": account.credit_available,
                    "utilisation": account.credit_utilisation,
                    "standing": account.credit_standing,
                    "share": 100.0 * owed / total if total else 0.0,
                    "amount_turnover": turnover,
                    "dso": days,
                    "dso_group": days_group,
                    **account._prepare_exposure_vals(exposure[account]),
                    **account._prepare_ageing_vals(ageing[account]),
                }
            )
        return vals_list

    def _prepare_exposure_vals(self, parts):
        """Return the columns of the components; they add up to the exposure."""
        currency = self.currency_id
        vals = {
            f"amount_{code}": currency.round(parts.get(code, 0.0))
            for code in COMPONENTS
        }
        rest = self.credit_exposure - sum(vals.values())
        return {**vals, "amount_other": currency.round(rest)}

    def _prepare_ageing_vals(self, ageing):
        return {
            "amount_overdue_30": ageing.get("overdue_001", 0.0),
            "amount_overdue_60": ageing.get("overdue_031", 0.0),
            "amount_overdue_90": ageing.get("overdue_061", 0.0),
            "amount_overdue_more": ageing.get("overdue_091", 0.0),
        }

    def action_open_credit_history(self):
        """Return the graph of the accounts' exposure and limit over time."""
        return self._open_action(
            "key_account_credit.key_account_credit_history_action",
            [("key_account_id", "in", self.ids)],
        )

    def action_open_credit_days(self):
        """Return the list of what was written down of the accounts, day by day."""
        return self._open_action(
            "key_account_credit.key_account_credit_snapshot_action",
            [("key_account_id", "in", self.ids)],
        )
