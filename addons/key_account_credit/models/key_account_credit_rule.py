from odoo import api, fields, models, tools

CHECKS = [
    ("limit", "Over the Limit"),
    ("expired", "Limit Has Ended"),
    ("overdue", "Overdue Amount"),
    ("oldest", "Oldest Open Item"),
    ("terms", "Payment Terms"),
    ("order_value", "Order Value"),
    ("utilisation", "Use of the Limit"),
    ("suspended", "Account Suspended"),
]

# What a check needs to know of its rule, beside to whom it applies.
CHECKED = (
    "check",
    "effect",
    "is_on_order",
    "is_on_transfer",
    "days",
    "amount",
    "percent",
)


class KeyAccountCreditRule(models.Model):
    """Which check applies where, to whom, and whether it warns or holds. All rules that
    fit an account apply."""

    _name = "key.account.credit.rule"
    _description = "Credit Check"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="All companies when left empty."
    )
    check = fields.Selection(CHECKS, required=True, default="limit")
    effect = fields.Selection(
        [("hold", "Hold"), ("warn", "Warn")],
        required=True,
        default="hold",
        help="Hold: the order or the transfer waits until somebody with the right "
        "releases it. Warn: it goes on, and the quotation shows a warning.",
    )
    is_on_order = fields.Boolean(
        string="When Confirmed",
        default=True,
        help="When an order is confirmed or raised.",
    )
    is_on_transfer = fields.Boolean(
        string="When Goods Leave",
        help="When the transfer to the customer is validated.",
    )
    grade_ids = fields.Many2many(
        "key.account.grade", string="Grades", help="All grades when left empty."
    )
    excluded_account_ids = fields.Many2many(
        "key.account", string="Except", help="The check never applies to these."
    )
    days = fields.Integer(
        help="Overdue amount and oldest open item: more days overdue than these. Payment "
        "terms: due later than after so many days; zero: later than was agreed with the "
        "customer."
    )
    amount = fields.Float(
        help="In the company's currency. Overdue amount: more than this. Order value: a "
        "single order over more than this."
    )
    percent = fields.Float(
        string="Used (%)", default=90.0, help="Use of the limit: more than this."
    )

    _thresholds_positive = models.Constraint(
        "CHECK(days >= 0 AND amount >= 0 AND percent >= 0)",
        "Days, amount and percentage of a credit check are zero or more: correct them.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self._forget()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self._forget()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget()
        return result

    def _forget(self):
        # Until the commit others find the old rules and keep them. Held orders are
        # judged by the new ones.
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)
        self.env["sale.order"]._gate_wake()

    @api.model
    @tools.ormcache("company_id")
    def _get_rule_values(self, company_id):
        """Return the ids of a company's rules and the values that the checks go by."""
        # sudo: the rules count for those who may not read them.
        rules = self.sudo().search([("company_id", "in", (False, company_id))])
        values = {name: [rule[name] for rule in rules] for name in CHECKED}
        return rules.ids, values

    @api.model
    def _get_rules(self, company):
        """Return the active rules of a company; its checks need no query once known."""
        ids, values = self._get_rule_values(company.id)
        rules = self.sudo().browse(ids)  # sudo: as above
        for name, known in values.items():
            self._fields[name]._insert_cache(rules, known)
        return rules

    def _applies_to(self, account):
        grades, excluded = self._get_scope(self.id)
        if account.id in excluded:
            return False
        return not grades or account.grade_id.id in grades

    @api.model
    @tools.ormcache("rule_id")
    def _get_scope(self, rule_id):
        """Return the ids of the grades, none: all, and of the accounts left out."""
        rule = self.sudo().browse(rule_id)  # sudo: as in _get_rule_values
        return frozenset(rule.grade_ids.ids), frozenset(rule.excluded_account_ids.ids)
