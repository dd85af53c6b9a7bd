from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.key_account.exceptions import DutyError

from ..tools.amount import is_amount

LIMIT_KINDS = [
    ("permanent", "Permanent"),
    ("seasonal", "Seasonal"),
    ("temporary", "Temporary"),
]
LIMIT_SCOPES = [("account", "This Account"), ("group", "The Whole Group")]
# What changes no limit: nothing is judged again.
UNCOUNTED_FIELDS = {"request_id", "end_request_id", "date_warned", "date_told"}

# What has to be known to tell which limit is in force.
IN_FORCE = [
    *("key_account_id", "company_id", "kind", "scope", "state"),
    *("date_start", "date_end", "amount", "currency_id"),
]


class KeyAccountCreditLimit(models.Model):
    """How much a customer may owe, from one day to another.

    On a day the seasonal limit counts, else the permanent one, and temporary limits are
    added on top. A limit of the group covers the account and all its subsidiaries
    together, beside their own. Limits are written by approved requests alone; set-up and
    migrations create them as superuser.
    """

    _name = "key.account.credit.limit"
    _description = "Credit Limit"
    _inherit = ["mail.thread"]
    _order = "key_account_id, scope, date_start desc, id desc"
    _check_company_auto = True

    key_account_id = fields.Many2one(
        "key.account", required=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        related="key_account_id.partner_id", store=True, string="Customer"
    )
    company_id = fields.Many2one(
        related="key_account_id.company_id", store=True, index=True
    )
    kind = fields.Selection(
        LIMIT_KINDS,
        required=True,
        default="permanent",
        help="Permanent: what counts as a rule. Seasonal: counts instead of it while it "
        "runs. Temporary: comes on top while it runs.",
    )
    scope = fields.Selection(
        LIMIT_SCOPES,
        string="Covers",
        required=True,
        default="account",
        help="The whole group: the account and its subsidiaries together, beside the "
        "limits of their own.",
    )
    amount = fields.Monetary(required=True, help="Taxes included.")
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        ondelete="restrict",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_start = fields.Date(
        string="From",
        required=True,
        default=lambda self: self.env.company._get_today(),
    )
    date_end = fields.Date(
        string="Until", help="The last day; empty: until further notice."
    )
    state = fields.Selection(
        [("active", "Active"), ("ended", "Ended")],
        required=True,
        index=True,
        default="active",
        help="An active limit counts from its first to its last day.",
    )
    insurer = fields.Char(help="Who insures the debt, if anybody does.")
    amount_insured = fields.Monetary(string="Insured Amount")
    reason = fields.Text()

    # Few limits, and often none, are of groups; each order asks.
    _group_idx = models.Index("(key_account_id) WHERE scope = 'group'")

    _amount_positive = models.Constraint(
        # Not a number would be the greatest of all.
        "CHECK(amount >= 0 AND amount < 1e15 "
        "AND (amount_insured IS NULL OR amount_insured >= 0 AND amount_insured < 1e15))",
        "A credit limit is an amount of zero or more: correct the amount.",
    )
    _dates_in_order = models.Constraint(
        "CHECK(date_end IS NULL OR date_end >= date_start)",
        "A credit limit ends after it starts: correct the dates.",
    )

    @api.depends("key_account_id")
    def _compute_currency_id(self):
        for limit in self:
            limit.currency_id = limit.currency_id or limit.key_account_id.currency_id

    @api.depends("key_account_id", "kind", "scope", "amount", "currency_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for limit in self:
            parts = (
                limit.key_account_id.display_name,
                kinds.get(limit.kind),
                limit.currency_id and limit.currency_id.format(limit.amount),
            )
            limit.display_name = " · ".join(part for part in parts if part)

    # ------------------------------------------------------------------ checks

    @api.model
    def _assert_amounts(self, vals_list):
        """Raise when one of the amounts is none: negative, not a number or endless. The
        ORM would fail to round it, without a sentence."""
        for vals in vals_list:
            for name in ("amount", "amount_insured"):
                if name in vals and not is_amount(vals[name]):
                    raise ValidationError(
                        self.env._(
                            "A credit limit is an amount of zero or more: correct %s.",
                            self._fields[name]._description_string(self.env),
                        )
                    )

    @api.constrains(
        "key_account_id", "kind", "scope", "date_start", "date_end", "state"
    )
    def _check_overlap(self):
        for limit in self.filtered(
            lambda each: each.state == "active" and each.kind != "temporary"
        ):
            if other := self.search(limit._get_overlap_domain(), limit=1):
                raise ValidationError(
                    self.env._(
                        "%(account)s has a limit of this kind at that time already "
                        "(%(other)s, from %(start)s): end that one first, or choose "
                        "other dates.",
                        account=limit.key_account_id.display_name,
                        other=other.display_name,
                        start=other.date_start,
                    )
                )

    def _get_overlap_domain(self):
        """Return the domain of the active limits that this one runs into."""
        domain = Domain(
            [
                ("id", "!=", self.id),
                ("key_account_id", "=", self.key_account_id.id),
                ("kind", "=", self.kind),
                ("scope", "=", self.scope),
                ("state", "=", "active"),
            ]
        )
        if self.date_end:
            domain &= Domain("date_start", "<=", self.date_end)
        return domain & (
            Domain("date_end", "=", False) | Domain("date_end", ">=", self.date_start)
        )

    @api.constrains("currency_id", "company_id")
    def _check_currency(self):
        for limit in self:
            limit._assert_currency(limit.currency_id, limit.company_id)

    @api.model
    def _assert_currency(self, currency, company):
        """Raise when amounts in ``currency`` cannot be compared with the exposure."""
        if currency == company.currency_id:
            return
        Rate = self.env["res.currency.rate"].sudo()  # sudo: whoever writes the limit
        if not Rate.search_count(
            [
                ("currency_id", "=", currency.id),
                ("company_id", "in", (False, company.root_id.id)),
            ],
            limit=1,
        ):
            raise ValidationError(
                self.env._(
                    "%(currency)s has no exchange rate in %(company)s: enter one, or "
                    "decide on the limit in %(own)s.",
                    currency=currency.name,
                    company=company.name,
                    own=company.currency_id.name,
                )
            )

    # -------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        self._assert_by_request()
        self._assert_amounts(vals_list)
        limits = super().create(vals_list)
        limits._on_changed()
        return limits

    def write(self, vals):
        if all(name.startswith(("message_", "activity_")) for name in vals):
            return super().write(vals)
        self._assert_by_request()
        self._assert_amounts([vals])
        result = super().write(vals)
        if not vals.keys() <= UNCOUNTED_FIELDS:
            self._on_changed()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_record(self):
        self._assert_by_request()

    def _assert_by_request(self):
        if not self.env.su:
            raise DutyError(
                self.env._(
                    "Credit limits change through approved requests alone: make a credit "
                    "request for the account."
                )
            )

    def _on_changed(self):
        """Two who decide on one account at the same moment run into each other, as do
        orders being judged; what waits for credit is judged again."""
        self.key_account_id._credit_lock()
        if any(limit.scope == "group" for limit in self):
            self._forget_groups()
        self.env["sale.order"]._gate_wake()

    def _forget_groups(self):
        """What is known of groups is not true any more, now and after the commit: until
        then others find the old state and keep it."""
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)

    # ---------------------------------------------------------------- business

    @api.model
    @tools.ormcache()
    def _get_group_company_ids(self):
        """Return the ids of the companies where a group has, or had, a limit: elsewhere
        nobody asks for groups."""
        # sudo: the limit counts for those who may not read it.
        groups = self.sudo()._read_group([("scope", "=", "group")], ["company_id"])
        return frozenset(company.id for (company,) in groups)

    def _get_amount_company(self, day):
        """Return the amount in the company's currency, at the rate of ``day``."""
        self.ensure_one()
        own = self.company_id.currency_id
        if self.currency_id == own:
            return self.amount
        return self.currency_id._convert(self.amount, own, self.company_id, day)

    def _is_in_force(self, day):
        self.ensure_one()
        return (
            self.state == "active"
            and self.date_start <= day
            and (not self.date_end or self.date_end >= day)
        )

    def _sum_in_force(self, day):
        """Return ``(limit, has base)`` of the limits of one account and scope on
        ``day``: the seasonal or else the permanent one, and temporary ones on top."""
        current = self.filtered(lambda limit: limit._is_in_force(day))
        seasonal = current.filtered(lambda limit: limit.kind == "seasonal")
        base = seasonal or current.filtered(lambda limit: limit.kind == "permanent")
        on_top = current.filtered(lambda limit: limit.kind == "temporary")
        total = sum(limit._get_amount_company(day) for limit in base | on_top)
        return total, bool(current)

    @api.model
    def _get_of_accounts(self, accounts):
        """Return ``{(account, scope): limits}`` that were ever decided on, in one query;
        for those who judge, whoever they are."""
        # sudo: the limit counts for those who may not read it.
        found = self.sudo().search_fetch(
            [("key_account_id", "in", accounts.ids)], IN_FORCE
        )
        return found.grouped(lambda limit: (limit.key_account_id.id, limit.scope))

    def _end(self, date):
        """End limits: ``date`` is the last day on which they count; those that would
        not have begun yet never count, those that end before stay as they are."""
        # sudo: verbs write these, users never do.
        for limit in self.sudo():
            if limit.date_start > date:
                limit.state = "ended"
            elif not limit.date_end or limit.date_end > date:
                limit.date_end = date
