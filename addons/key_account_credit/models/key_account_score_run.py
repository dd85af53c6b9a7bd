from odoo import api, fields, models
from odoo.fields import Command, Domain

from ..exceptions import CreditError


class KeyAccountScoreRun(models.Model):
    """A rating of a portfolio: measures all its accounts at once and proposes."""

    _name = "key.account.score.run"
    _description = "Rating Run"
    _inherit = ["key.account.computed.guard", "mail.thread"]
    _order = "id desc"

    _VERB_FIELDS = {"state": "draft"}

    name = fields.Char(
        required=True,
        default=lambda self: self.env._("Rating of %s", self.env.company._get_today()),
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        string="Run by",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
    )
    date = fields.Date(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.company._get_today(),
    )
    grade_ids = fields.Many2many(
        "key.account.grade", string="Grades", help="All grades when left empty."
    )
    salesperson_ids = fields.Many2many(
        "res.users",
        string="Salespeople",
        domain=[("share", "=", False)],
        help="Accounts of everybody when left empty.",
    )
    account_ids = fields.Many2many(
        "key.account",
        string="Accounts",
        domain="[('company_id', '=', company_id)]",
        help="Only these accounts; all that fit when left empty.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("rated", "Rated")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
    )
    score_ids = fields.One2many("key.account.score", "run_id", readonly=True)
    score_count = fields.Integer(compute="_compute_counts")
    open_count = fields.Integer(string="To Decide", compute="_compute_counts")

    @api.depends("score_ids.state", "score_ids.is_changed")
    def _compute_counts(self):
        for run in self:
            run.score_count = len(run.score_ids)
            run.open_count = len(
                run.score_ids.filtered(lambda s: s.state == "proposed" and s.is_changed)
            )

    @api.model_create_multi
    def create(self, vals_list):
        # Who rates does not decide: nobody rates in somebody else's name.
        for vals in vals_list:
            vals.update(user_id=self.env.uid)
            vals.pop("date", None)
        return super().create(vals_list)

    def write(self, vals):
        if {"user_id", "date"}.intersection(vals):
            vals = {k: v for k, v in vals.items() if k not in ("user_id", "date")}
        content = {"company_id", "grade_ids", "salesperson_ids", "account_ids"}
        if content.intersection(vals) and any(run.state != "draft" for run in self):
            raise CreditError(
                self.env._(
                    "%s has been rated and stays as it is: start another rating.",
                    self[0].name,
                )
            )
        return super().write(vals)

    def _get_account_domain(self):
        domain = Domain("company_id", "=", self.company_id.id) & Domain(
            "state", "in", ("active", "suspended", "review")
        )
        if self.account_ids:
            domain &= Domain("id", "in", self.account_ids.ids)
        if self.grade_ids:
            domain &= Domain("grade_id", "in", self.grade_ids.ids)
        if self.salesperson_ids:
            domain &= Domain("user_id", "in", self.salesperson_ids.ids)
        return domain

    def action_rate(self):
        """Measure the accounts and write down what follows, once.

        :raise CreditError: no account fits, no criterion is active, or done before
        """
        self.ensure_one()
        self.check_access("write")
        criteria = self.env["key.account.score.criterion"].search(
            [("active", "=", True)]
        )
        accounts = self.env["key.account"].search(self._get_account_domain())
        problem = self._get_problem(criteria, accounts)
        if problem:
            raise CreditError(problem)
        figures = accounts._get_score_figures()
        # sudo: nobody enters scores by hand; the limit is read for those who rate.
        limits = {account.id: account.credit_limit for account in accounts.sudo()}
        self.env["key.account.score"].sudo().create(
            [
                self._prepare_score_vals(
                    account, figures[account], criteria, limits[account.id]
                )
                for account in accounts
            ]
        )
        self.sudo().state = "rated"  # sudo: verbs write it
        return True

    def _get_problem(self, criteria, accounts):
        if self.state != "draft":
            return self.env._(
                "%s has been rated already: start another one.", self.name
            )
        if not criteria:
            return self.env._("Nothing is measured: activate a rating criterion first.")
        if not accounts:
            return self.env._(
                "No account fits %s: choose other grades, salespeople or accounts.",
                self.name,
            )
        return None

    def _prepare_score_vals(self, account, figures, criteria, limit):
        """Return the values of an account's score; criteria with nothing to measure give
        their weight to the others."""
        measured = criteria.filtered(lambda c: c.measure in figures)
        total = sum(measured.mapped("weight"))
        lines, score = [], 0.0
        for criterion in criteria:
            value = figures.get(criterion.measure)
            points = criterion._get_points(value) if value is not None else 0.0
            share = 100 * criterion.weight / total if criterion in measured else 0.0
            contribution = points * share / 100
            score += contribution
            lines.append(
                Command.create(
                    {
                        "sequence": criterion.sequence,
                        "name": criterion.name,
                        "measure": criterion.measure,
                        "is_measured": value is not None,
                        "value": value or 0.0,
                        "points": points,
                        "share": share,
                        "contribution": contribution,
                    }
                )
            )
        grade = self.env["key.account.grade"]._get_by_score(score)
        turnover = figures["turnover"]
        return {
            "run_id": self.id,
            "key_account_id": account.id,
            "score": score,
            "line_ids": lines,
            "turnover": turnover,
            "grade_before_id": account.grade_id.id,
            "grade_id": grade.id,
            "limit_before": limit,
            "limit_proposed": grade._get_proposed_limit(turnover, account.currency_id),
        }

    def action_open_scores(self):
        """Return the action that lists what the rating proposes."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_credit.key_account_score_action"
        )
        action.update(domain=[("run_id", "in", self.ids)])
        return action
