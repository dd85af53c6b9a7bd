import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.key_account.models.key_account_lifecycle import CREDIT

_logger = logging.getLogger(__name__)

ACTIVITY = "key_account_credit.mail_activity_type_limit"
# What ended longer ago is history, when warnings have a shorter period.
HISTORY_DAYS = 7


class KeyAccountCreditLimit(models.Model):
    """Limits in time: where they stand today, and who is told that one ends."""

    _inherit = "key.account.credit.limit"

    request_id = fields.Many2one(
        "key.account.credit.request",
        string="Came from",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The approved request that it came from; empty: set-up or migration.",
    )
    end_request_id = fields.Many2one(
        "key.account.credit.request",
        string="Ended by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The approved request that ended it, or that replaced it.",
    )
    standing = fields.Selection(
        [
            ("future", "To Come"),
            ("in_force", "In Force"),
            ("over", "Expired"),
            ("ended", "Ended"),
        ],
        string="Today",
        compute="_compute_standing",
        search="_search_standing",
        help="Ended: it was taken back before its first day.",
    )
    is_ending = fields.Boolean(
        string="Ends Soon",
        compute="_compute_standing",
        search="_search_is_ending",
        help="It ends within the company's warning period, and no later limit follows it.",
    )
    date_warned = fields.Date(
        readonly=True, copy=False, help="The last day that was warned of."
    )
    date_told = fields.Date(
        readonly=True, copy=False, help="The last day after which its end was told."
    )

    # ---------------------------------------------------------------- computes

    @api.depends("state", "date_start", "date_end", "company_id.credit_limit_warn_days")
    def _compute_standing(self):
        companies = self.company_id | self.env.company
        days = {company: company._get_today() for company in companies}
        followed = self._filtered_followed()
        for limit in self:
            # A new one may not have its account yet.
            company = limit.company_id or self.env.company
            today = days[company]
            last = limit.date_end
            if limit.state == "ended":
                standing = "ended"
            elif limit.date_start > today:
                standing = "future"
            else:
                standing = "over" if last and last < today else "in_force"
            limit.standing = standing
            warned = today + timedelta(days=company.credit_limit_warn_days)
            limit.is_ending = (
                standing == "in_force"
                and bool(last)
                and last <= warned
                and limit not in followed
            )

    def _search_standing(self, operator, value):
        if operator != "in":
            return NotImplemented
        active = Domain("state", "=", "active")
        future, over = Domain.FALSE, Domain.FALSE
        for own, today in self._get_days():
            future |= own & Domain("date_start", ">", today)
            over |= own & Domain("date_end", "<", today)
        terms = {
            "ended": Domain("state", "=", "ended"),
            "future": active & future,
            "over": active & over,
            "in_force": active & ~future & ~over,
        }
        return Domain.OR(terms[name] for name in value if name in terms)

    def _search_is_ending(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: as in _get_days; whoever searches sees those that are theirs to see.
        limits = self.sudo().search(self._get_ending_domain())
        ids = limits.filtered("is_ending").ids
        return Domain("id", "in" if True in value else "not in", ids)

    @api.model
    def _get_days(self):
        """Return ``[(domain, today)]`` of each company."""
        # sudo: which limits are found does not depend on the user's companies.
        companies = self.env["res.company"].sudo().search(Domain.TRUE)
        return [
            (Domain("company_id", "=", company.id), company._get_today())
            for company in companies
        ]

    @api.model
    def _get_ending_domain(self):
        """Return the domain of the limits that end within the warning period of their
        company, or have ended that recently."""
        domain = Domain.FALSE
        # sudo: as in _get_days.
        for company in self.env["res.company"].sudo().search(Domain.TRUE):
            today, days = company._get_today(), company.credit_limit_warn_days
            first = today - timedelta(days=max(days, HISTORY_DAYS))
            domain |= (
                Domain("company_id", "=", company.id)
                & Domain("date_end", ">=", first)
                & Domain("date_end", "<=", today + timedelta(days=days))
            )
        return Domain("state", "=", "active") & domain

    def _filtered_followed(self):
        """Return those of these limits that nobody has to be told of: a limit that was
        decided on, or begins, later counts on the day after their last, or they were
        ended on purpose. One query."""
        ending = self.filtered("date_end")
        if not ending:
            return ending
        # sudo: limits count for those who may not read them.
        others = self.sudo().search_fetch(
            [
                ("key_account_id", "in", ending.key_account_id.ids),
                ("state", "=", "active"),
            ]
        )
        by_account = others.grouped(
            lambda limit: (limit.key_account_id.id, limit.scope)
        )
        return ending.filtered(
            lambda limit: (
                limit.end_request_id
                or any(
                    limit._is_followed_by(other)
                    for other in by_account.get(
                        (limit.key_account_id.id, limit.scope), ()
                    )
                )
            )
        )

    def _is_followed_by(self, other):
        # What comes on top is no limit to stand on.
        if other.kind == "temporary" and self.kind != "temporary":
            return False
        is_later = other._origin.id > self._origin.id or (
            other.date_start > self.date_start
        )
        return (
            is_later
            and other.date_start <= self.date_end + timedelta(days=1)
            and (not other.date_end or other.date_end > self.date_end)
        )

    # -------------------------------------------------------------------- CRUD

    def _on_changed(self):
        # EXTENDS 'key_account_credit'
        result = super()._on_changed()
        self.key_account_id._close_limit_activities()
        return result

    # -------------------------------------------------------------------- tell

    @api.model
    def _cron_warn_ending(self):
        """Tell salespeople and credit controllers of limits that end and of those that
        have ended, once each, account by account, each in a transaction of its own."""
        accounts = self.search(self._get_ending_domain()).key_account_id
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(accounts))
        for account in accounts:
            try:
                self._warn_account(account)
            except Exception:  # pylint: disable=broad-exception-caught
                # Whatever is wrong with one account does not keep the others waiting.
                self.env.cr.rollback()
                _logger.exception("The limits of account %s were not told", account.id)
            if not cron._commit_progress(1):
                break

    @api.model
    def _warn_account(self, account):
        account._close_limit_activities()
        if account.state == "closed":
            return
        domain = Domain("key_account_id", "=", account.id) & self._get_ending_domain()
        limits = self.search(domain, order="date_end, id")
        for limit in limits - limits._filtered_followed():
            is_over = limit.standing == "over"
            known = limit.date_told if is_over else limit.date_warned
            if limit.standing in ("over", "in_force") and known != limit.date_end:
                limit._tell_ending()
                limit.write({"date_told" if is_over else "date_warned": limit.date_end})

    def _tell_ending(self):
        """Give the account's salesperson and the credit controllers an activity; the
        one that warned them is brought up to date."""
        account = self.key_account_id
        for user in self._get_users_to_tell():
            vals = {
                "summary": self.with_context(lang=user.lang)._get_ending_summary(),
                "date_deadline": self.date_end,
            }
            known = account.activity_search([ACTIVITY], user_id=user.id).filtered(
                lambda activity: activity.date_deadline == self.date_end
            )
            if known:
                known.write(vals)
            else:
                # Quick: one mail for each limit would be more than anybody reads.
                account.with_context(mail_activity_quick_update=True).activity_schedule(
                    ACTIVITY, user_id=user.id, **vals
                )

    def _get_ending_summary(self):
        """Return a sentence without amounts: salespeople read it, too."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        values = {
            "kind": kinds[self.kind],
            "date": format_date(self.env, self.date_end),
        }
        if self.standing == "over":
            return self.env._(
                "Credit limit (%(kind)s) ended on %(date)s: request a new one", **values
            )
        return self.env._(
            "Credit limit (%(kind)s) ends on %(date)s: request a new one in time",
            **values,
        )

    def _get_users_to_tell(self):
        """Return the account's salesperson and the credit controllers of the company: of
        the account's team those with the role, else all who have it."""
        account = self.key_account_id
        controllers = self.env["res.users"].search(
            [
                ("all_group_ids", "in", self.env.ref(CREDIT).ids),
                ("company_ids", "in", account.company_id.ids),
                ("share", "=", False),
            ]
        )
        team = controllers & account.member_ids.user_id
        return account.user_id.filtered("active") | (team or controllers)


class KeyAccount(models.Model):
    _inherit = "key.account"

    def _close_limit_activities(self):
        """Close the warnings of accounts of whose limits none ends any more without a
        later one."""
        # sudo: whoever decides may not read the activities of others.
        accounts = self.sudo()
        activities = accounts.activity_search([ACTIVITY])
        if not activities:
            return
        told = accounts.browse(activities.mapped("res_id"))
        limits = told.credit_limit_ids.filtered(
            lambda limit: (
                limit.state == "active" and (limit.date_warned or limit.date_told)
            )
        )
        waiting = limits - limits._filtered_followed()
        for account in told - waiting.key_account_id:
            account.activity_feedback(
                [ACTIVITY], feedback=account.env._("A later limit has been decided on.")
            )
