from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.standing import Ceiling, Standing

# Who may know what customers owe; salespeople see how an account stands, no amounts.
CREDIT_READERS = (
    "key_account.group_key_account_manager,key_account.group_key_account_credit,"
    "account.group_account_invoice,account.group_account_readonly"
)

# The accounts above these whose limits, current or not, cover the whole group.
GROUP_HEADS = """
WITH RECURSIVE chain AS (
    SELECT account.id, account.company_id, account.partner_id
      FROM key_account account
     WHERE account.id = ANY(%s)
     UNION
    SELECT chain.id, chain.company_id, partner.parent_id
      FROM chain
      JOIN res_partner partner ON partner.id = chain.partner_id
     WHERE partner.parent_id IS NOT NULL
)
SELECT chain.id, head.id
  FROM chain
  JOIN key_account head
    ON head.partner_id = chain.partner_id AND head.company_id = chain.company_id
 WHERE EXISTS (SELECT FROM key_account_credit_limit bound
                WHERE bound.key_account_id = head.id AND bound.scope = 'group')
"""

GROUP_MEMBERS = """
WITH RECURSIVE tree AS (
    SELECT head.id AS head_id, head.company_id, head.partner_id
      FROM key_account head
     WHERE head.id = ANY(%s)
     UNION
    SELECT tree.head_id, tree.company_id, partner.id
      FROM tree
      JOIN res_partner partner ON partner.parent_id = tree.partner_id
)
SELECT tree.head_id, member.id
  FROM tree
  JOIN key_account member
    ON member.partner_id = tree.partner_id AND member.company_id = tree.company_id
"""


class KeyAccount(models.Model):
    """How an account stands: its limits and what they cover."""

    _inherit = "key.account"

    credit_limit_ids = fields.One2many(
        "key.account.credit.limit",
        "key_account_id",
        string="Credit Limits",
        groups=CREDIT_READERS,
    )
    credit_limit = fields.Monetary(
        string="Credit Limit Today",
        compute="_compute_credit",
        groups=CREDIT_READERS,
        help="The limit of its own that is in force today, in the company's currency.",
    )
    credit_exposure = fields.Monetary(
        string="Exposure",
        compute="_compute_credit",
        groups=CREDIT_READERS,
        help="What the customer owes or is committed to: open receivables, draft "
        "invoices, what is delivered and not invoiced, and what is confirmed and not "
        "delivered, less what was paid ahead.",
    )
    credit_available = fields.Monetary(
        string="Available Credit",
        compute="_compute_credit",
        groups=CREDIT_READERS,
        help="What the account's own limit, and those of its group, leave.",
    )
    credit_utilisation = fields.Float(
        string="Credit Used (%)", compute="_compute_credit", groups=CREDIT_READERS
    )
    credit_standing = fields.Selection(
        [
            ("free", "No limit decided on"),
            ("good", "Within the limit"),
            ("near", "Nearly used up"),
            ("over", "Used up"),
            ("expired", "Limit has ended"),
        ],
        compute="_compute_credit_standing",
        help="How the account stands with its credit, without amounts.",
    )

    @api.depends("credit_limit_ids.state", "credit_limit_ids.amount")
    def _compute_credit(self):
        for account, standing in self._get_standings().items():
            own = standing.own
            account.credit_limit = own.limit
            account.credit_exposure = own.exposure
            left = [
                -ceiling.get_missing(0.0)
                for ceiling in standing.ceilings
                if ceiling.is_controlled
            ]
            account.credit_available = min(left, default=0.0)
            percent = own.get_percent(0.0)
            # Without any limit there is no share of it.
            account.credit_utilisation = percent if own.limit else 0.0

    def _compute_credit_standing(self):
        # sudo: salespeople see how an account stands, not with which amounts.
        standings = self.sudo()._get_standings()
        for account in self:
            standing = standings[account.sudo()]  # sudo: as above
            account.credit_standing = account._get_credit_standing(standing)

    def _get_credit_standing(self, standing):
        controlled = [each for each in standing.ceilings if each.is_controlled]
        if not controlled:
            return "free"
        if any(ceiling.is_expired for ceiling in controlled):
            return "expired"
        percent = max(ceiling.get_percent(0.0) for ceiling in controlled)
        if percent >= 100:
            return "over"
        return "near" if percent >= 80 else "good"

    # ---------------------------------------------------------------- business

    def _credit_lock(self):
        """Update the rows of these accounts, in the order of their ids: whoever judges
        or changes their credit at the same moment runs into it."""
        if not self.ids:
            return
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE key_account SET gate_seq = COALESCE(gate_seq, 0) + 1
                 WHERE id IN (SELECT id FROM key_account WHERE id = ANY(%s)
                           ORDER BY id FOR UPDATE)
                """,
                self.ids,
            )
        )

    def _get_group_heads(self):
        """Return ``{account: the accounts whose group limits cover it}``, one query."""
        self.env["res.partner"].flush_model(["parent_id"])
        self.env["key.account.credit.limit"].flush_model()
        found = {account: self.browse() for account in self}
        if self.ids:
            for account_id, head_id in self.env.execute_query(
                SQL(GROUP_HEADS, self.ids)
            ):
                found[self.browse(account_id)] |= self.browse(head_id)
        return found

    def _get_group_members(self):
        """Return ``{account: the account and all its subsidiaries}``, one query."""
        self.env["res.partner"].flush_model(["parent_id"])
        found = {account: account for account in self}
        if self.ids:
            for head_id, member_id in self.env.execute_query(
                SQL(GROUP_MEMBERS, self.ids)
            ):
                found[self.browse(head_id)] |= self.browse(member_id)
        return found

    def _get_standings(self, heads=None, with_overdue=False):
        """Return ``{account: Standing}`` as of today, in the company's currency.

        A constant number of queries. In a group each account counts with what it owes;
        what one has paid ahead does not lower what another owes.

        :param heads: as from `_get_group_heads`, where that is known already
        """
        # sudo: the limits count for those who may not read them.
        accounts = self._origin.sudo()
        heads = accounts._get_group_heads() if heads is None else heads
        above = (
            accounts.union(*heads.values()) - accounts if heads else accounts - accounts
        )
        all_heads = accounts.browse().union(*heads.values())
        members = all_heads._get_group_members() if all_heads else {}
        involved = accounts.union(above, *members.values())
        limits = self.env["key.account.credit.limit"]._get_of_accounts(
            accounts | all_heads
        )
        overdue = {}
        if with_overdue:
            found = involved._get_exposure_by_day()
            totals = {account: total for account, (total, _items) in found.items()}
            overdue = {account: items for account, (_total, items) in found.items()}
        else:
            totals = involved._get_exposure_total()
        ceilings = {
            head: head._get_ceiling(
                limits, "group", sum(max(totals[each], 0.0) for each in members[head])
            )
            for head in all_heads
        }
        # sudo: as above
        origins = {record: record._origin.sudo() for record in self}
        return {
            record: Standing(
                own=account._get_ceiling(limits, "account", totals.get(account, 0.0)),
                groups=[ceilings[head] for head in heads.get(account, ())],
                overdue=overdue.get(account, []),
            )
            for record, account in origins.items()
        }

    def _get_ceiling(self, limits, scope, exposure):
        """Return the `Ceiling` of one account."""
        if not self:  # somebody is writing a new account
            return Ceiling(account_id=False)
        decided = limits.get((self.id, scope), self.env["key.account.credit.limit"])
        limit, has_base = 0.0, False
        if decided:
            limit, has_base = decided._sum_in_force(self.company_id._get_today())
        is_strict = self.company_id.credit_without_limit == "hold"
        return Ceiling(
            account_id=self.id,
            limit=self.currency_id.round(limit),
            exposure=self.currency_id.round(exposure),
            is_controlled=bool(decided) or (is_strict and scope == "account"),
            is_expired=bool(decided) and not has_base,
            is_group=scope == "group",
        )

    def action_open_credit_limits(self):
        """Return the action that lists the limits of the accounts."""
        return self._open_action(
            "key_account_credit.key_account_credit_limit_action",
            [("key_account_id", "in", self.ids)],
        )

    def action_open_exposure_component(self, code):
        """Return the action that lists the documents behind a part of the exposure.

        :raise AccessError: by who may not know what the customer owes
        """
        self.check_access("read")
        self._check_field_access(self._fields["credit_exposure"], "read")
        component = next(
            part for part in self._get_exposure_components() if part.code == code
        )
        return {
            "type": "ir.actions.act_window",
            "name": component.label,
            "res_model": component.model,
            "views": [(False, "list"), (False, "form")],
            "domain": list(component.domain),
            "context": {"create": False},
        }
