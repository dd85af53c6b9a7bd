from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from .key_account import CREDIT_READERS

# What is due next, the first days on which anything is.
DUE_NEXT = """
SELECT id, day, amount
  FROM (
    SELECT scope.id, open.date_due AS day, SUM(open.amount) AS amount,
           ROW_NUMBER() OVER (PARTITION BY scope.id ORDER BY open.date_due) AS place
      FROM (%(scope)s) scope
      JOIN res_partner partner ON partner.commercial_partner_id = scope.partner_id
      JOIN key_account_open_item open
        ON open.partner_id = partner.id AND open.company_id = scope.company_id
     WHERE open.date_due >= scope.today
       AND open.account_id = ANY(ARRAY(
           SELECT id FROM account_account WHERE account_type = 'asset_receivable'))
  GROUP BY 1, 2
    HAVING SUM(open.amount) <> 0
  ) due
 WHERE place <= %(count)s
 ORDER BY id, day
"""
INCOMING_SHOWN = 2


class KeyAccount(models.Model):
    """How an account stands with its credit, for screens: what is overdue, what comes
    in next, and the parts of the exposure with the way to their documents."""

    _inherit = "key.account"

    credit_standing = fields.Selection(search="_search_credit_standing")
    credit_overdue = fields.Monetary(
        string="Overdue",
        compute="_compute_credit_overdue",
        search="_search_credit_overdue",
        groups=CREDIT_READERS,
        help="What should have been paid by now, in the company's currency.",
    )
    credit_overdue_days = fields.Integer(
        string="Oldest Overdue (Days)",
        compute="_compute_credit_overdue",
        groups=CREDIT_READERS,
        help="For how many days the oldest open item has been overdue.",
    )
    credit_incoming = fields.Text(
        string="Next Incoming",
        compute="_compute_credit_incoming",
        groups=CREDIT_READERS,
        help="Payments on their way, and what is due next.",
    )
    credit_current_limit_ids = fields.Many2many(
        "key.account.credit.limit",
        compute="_compute_credit_current_limit_ids",
        string="Limits in Force",
        groups=CREDIT_READERS,
        help="The account's own limits and those of the groups it belongs to.",
    )
    credit_exposure_parts = fields.Json(
        string="What the Exposure Is Made of",
        compute="_compute_credit_exposure_parts",
        groups=CREDIT_READERS,
        help="The components of the exposure, and of its groups' exposure the members.",
    )

    @api.depends("partner_id")
    def _compute_credit_overdue(self):
        self.env.flush_all()
        items = self._origin._get_overdue_items()
        for account in self:
            own = items.get(account._origin, [])
            total = sum(amount for _days, amount in own)
            account.credit_overdue = account.currency_id.round(total) if own else 0.0
            account.credit_overdue_days = max((days for days, _a in own), default=0)

    @api.depends("partner_id")
    @api.depends_context("lang")
    def _compute_credit_incoming(self):
        lines = self._origin._get_incoming()
        for account in self:
            account.credit_incoming = "\n".join(
                self._get_incoming_text(*line)
                for line in lines.get(account._origin, ())
            )

    def _get_incoming_text(self, day, amount, currency, is_payment):
        values = {
            "date": format_date(self.env, day),
            "amount": currency.format(amount),
        }
        if is_payment:
            return self.env._("%(date)s: %(amount)s on its way", **values)
        return self.env._("%(date)s: %(amount)s due", **values)

    def _get_incoming(self):
        """Return ``{account: [(day, amount, currency, is payment)]}``: customers'
        payments on their way and the next days on which something is due; a constant
        number of queries."""
        found = {account: [] for account in self}
        if not self.ids:
            return found
        self.env.flush_all()
        # sudo: how much is on its way is told to those who may not open payments.
        payments = (
            self.env["account.payment"]
            .sudo()
            .search(
                [
                    ("partner_id.commercial_partner_id", "in", self.partner_id.ids),
                    ("company_id", "in", self.company_id.ids),
                    ("payment_type", "=", "inbound"),
                    ("partner_type", "=", "customer"),
                    ("state", "in", ("draft", "in_process")),
                ],
                order="date, id",
            )
        )
        by_owner = payments.grouped(
            lambda p: (p.partner_id.commercial_partner_id.id, p.company_id.id)
        )
        for account in self:
            key = (account.partner_id.id, account.company_id.id)
            for payment in by_owner.get(key, payments.browse())[:INCOMING_SHOWN]:
                found[account].append(
                    (payment.date, payment.amount, payment.currency_id, True)
                )
        query = SQL(DUE_NEXT, scope=self._get_exposure_scope(), count=INCOMING_SHOWN)
        for account_id, day, amount in self.env.execute_query(query):
            account = self.browse(account_id)
            found[account].append((day, float(amount), account.currency_id, False))
        return found

    @api.depends("credit_limit_ids.state", "credit_limit_ids.date_end")
    def _compute_credit_current_limit_ids(self):
        accounts = self._origin
        heads = accounts._get_group_heads()
        limits = self.env["key.account.credit.limit"]._get_of_accounts(
            accounts.union(*heads.values())
        )
        for account in self:
            own = account._origin
            found = limits.get(
                (own.id, "account"), self.env["key.account.credit.limit"]
            )
            for head in heads.get(own, ()):
                found |= limits[head.id, "group"]
            today = account.company_id._get_today()
            current = found.filtered(lambda limit, day=today: limit._is_in_force(day))
            account.credit_current_limit_ids = current.ids

    @api.depends("partner_id")
    @api.depends_context("lang")
    def _compute_credit_exposure_parts(self):
        accounts = self._origin
        exposures = accounts._get_exposure()
        labels = {part.code: part.label for part in accounts._get_exposure_components()}
        groups = accounts._get_exposure_groups()
        for account in self:
            own = account._origin
            parts = exposures.get(own, {})
            account.credit_exposure_parts = {
                "rows": [
                    {
                        "code": code,
                        "label": label,
                        "amount": own.currency_id.round(parts[code]),
                    }
                    for code, label in labels.items()
                    if code in parts
                ],
                "total": own.currency_id.round(sum(parts.values())) if own else 0.0,
                "groups": groups.get(own, []),
            }

    def _get_exposure_groups(self):
        """Return ``{account: [{name, limit, exposure, members}]}`` of the groups whose
        limits cover the accounts; a constant number of queries."""
        heads = self._get_group_heads()
        all_heads = self.browse().union(*heads.values())
        if not all_heads:
            return {}
        # sudo: whoever reads the exposure of one account reads its group's.
        members = all_heads.sudo()._get_group_members()
        totals = self.sudo().browse().union(*members.values())._get_exposure_total()
        standings = all_heads._get_standings(heads={head: head for head in all_heads})
        found = {}
        for head in all_heads:
            ceiling = standings[head].groups[0]
            rows = [
                {"id": each.id, "label": each.display_name, "amount": totals[each]}
                for each in members[head.sudo()]  # sudo: as above
            ]
            found[head] = {
                "name": head.sudo().display_name,  # sudo: as above
                "limit": ceiling.limit,
                "exposure": ceiling.exposure,
                "members": sorted(rows, key=lambda row: -row["amount"]),
            }
        return {account: [found[head] for head in heads[account]] for account in self}

    # ------------------------------------------------------------------ search

    def _search_credit_standing(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: how accounts stand is no secret; who finds which is for the rules.
        Account = self.env["key.account"].sudo()
        accounts = Account.search([("company_id", "in", self.env.companies.ids)])
        standings = accounts._get_standings()
        found = [
            account.id
            for account, standing in standings.items()
            if account._get_credit_standing(standing) in value
        ]
        return Domain("id", "in", found)

    def _search_credit_overdue(self, operator, value):
        if (operator, value) not in ((">", 0), ("!=", 0)):
            return NotImplemented
        # The ORM asks for no rights where a method searches.
        self._check_field_access(self._fields["credit_overdue"], "read")
        # sudo: as in _search_credit_standing.
        accounts = (
            self.env["key.account"]
            .sudo()
            .search([("company_id", "in", self.env.companies.ids)])
        )
        self.env.flush_all()
        items = accounts._get_overdue_items()
        return Domain(
            "id", "in", [account.id for account in accounts if items[account]]
        )
