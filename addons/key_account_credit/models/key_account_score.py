from odoo import api, fields, models

from odoo.addons.key_account.exceptions import DutyError
from odoo.addons.key_account.models.key_account_lifecycle import CREDIT, MANAGER

from .key_account_score_criterion import CRITERIA


class KeyAccountScore(models.Model):
    """What a rating found about an account and what it proposes: score, its parts, grade,
    pay mode and limit. Somebody else than who ran the rating decides; the limit goes on
    its way as a request of its own."""

    _name = "key.account.score"
    _description = "Credit Score"
    _inherit = ["key.account.computed.guard", "key.account.guarded.state"]
    _order = "id desc"
    _rec_name = "key_account_id"

    _VERB_FIELDS = {
        "state": "proposed",
        "decided_by_id": False,
        "score": 0.0,
        "turnover": 0.0,
        "limit_proposed": 0.0,
    }
    _TRANSITIONS = {
        "proposed": {"approved": (MANAGER, CREDIT), "rejected": (MANAGER, CREDIT)},
    }

    run_id = fields.Many2one(
        "key.account.score.run", required=True, index=True, ondelete="cascade"
    )
    date = fields.Date(related="run_id.date", store=True)
    key_account_id = fields.Many2one(
        "key.account", required=True, index=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="key_account_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(related="key_account_id.user_id", string="Salesperson")
    score = fields.Float(readonly=True, digits=(5, 1), aggregator="avg")
    line_ids = fields.One2many(
        "key.account.score.line", "score_id", string="Parts", readonly=True
    )
    turnover = fields.Monetary(string="Turnover of 12 Months", readonly=True)
    grade_before_id = fields.Many2one(
        "key.account.grade", string="Grade Then", readonly=True
    )
    grade_id = fields.Many2one(
        "key.account.grade", string="Proposed Grade", readonly=True
    )
    pay_mode = fields.Selection(related="grade_id.pay_mode", string="Proposed Pay Mode")
    limit_before = fields.Monetary(string="Limit Then", readonly=True)
    limit_proposed = fields.Monetary(string="Proposed Limit", readonly=True)
    is_changed = fields.Boolean(
        string="Proposes a Change", compute="_compute_is_changed", store=True
    )
    state = fields.Selection(
        [
            ("proposed", "To Decide"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
        ],
        required=True,
        readonly=True,
        index=True,
        default="proposed",
    )
    decided_by_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, copy=False
    )

    _once = models.UniqueIndex(
        "(run_id, key_account_id)", "An account is rated once in each run."
    )

    @api.depends("grade_before_id", "grade_id", "limit_before", "limit_proposed")
    def _compute_is_changed(self):
        for score in self:
            is_other_grade = score.grade_id and score.grade_id != score.grade_before_id
            score.is_changed = is_other_grade or bool(
                score.currency_id.compare_amounts(
                    score.limit_proposed, score.limit_before
                )
            )

    # ----------------------------------------------------------------- actions

    def action_approve(self):
        """Take the proposals over: the account gets the grade and its pay mode, and a
        change of the limit is asked for in the name of who ran the rating.

        :raise DutyError: by whom the rating comes from, or without the right
        :raise TransitionError: already decided
        """
        self._decide("approved")
        for score in self:
            account = score.key_account_id
            if score.grade_id and score.grade_id != account.grade_id:
                account.grade_id = score.grade_id
            score._ask_for_limit()
        return True

    def action_reject(self):
        """Leave the accounts as they are."""
        self._decide("rejected")
        return True

    def _decide(self, state):
        for score in self:
            if score.run_id.user_id == self.env.user and not self.env.su:
                raise DutyError(
                    self.env._(
                        "You ran the rating of %s yourself: somebody else has to decide "
                        "on it.",
                        score.key_account_id.display_name,
                    )
                )
        self._assert_transition(state)
        self.check_access("read")
        # sudo: verbs write these, users never do.
        self.sudo().write({"state": state, "decided_by_id": self.env.uid})

    def _ask_for_limit(self):
        """Have the proposed limit asked for by who ran the rating, where it differs from
        the present one; a limit of nothing ends what there is."""
        change = self.currency_id.compare_amounts(
            self.limit_proposed, self.limit_before
        )
        if not change:
            return
        Request = self.env["key.account.credit.request"]
        request = Request.with_user(self.run_id.user_id).create(
            {
                "key_account_id": self.key_account_id.id,
                "kind": "permanent" if self.limit_proposed else "end",
                "amount": self.limit_proposed,
                "reason": self.env._(
                    "%(run)s: score %(score)s, grade %(grade)s.",
                    run=self.run_id.name,
                    score=f"{self.score:.1f}",
                    grade=self.grade_id.display_name,
                ),
            }
        )
        request.action_ask()


class KeyAccountScoreLine(models.Model):
    """A part of a score: what was measured, its points and what they add."""

    _name = "key.account.score.line"
    _description = "Part of a Credit Score"
    _order = "score_id, sequence, id"

    score_id = fields.Many2one(
        "key.account.score", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer()
    name = fields.Char(string="Criterion", required=True)
    measure = fields.Selection(CRITERIA, required=True)
    is_measured = fields.Boolean(help="There was something to measure.")
    value = fields.Float(aggregator=None)
    points = fields.Float(digits=(5, 1), aggregator=None)
    share = fields.Float(string="Share (%)", digits=(5, 1))
    contribution = fields.Float(
        string="Adds",
        digits=(5, 2),
        help="Points times share; they add up to the score.",
    )
