from odoo import api, fields, models
from odoo.exceptions import ValidationError

CRITERIA = [
    ("days_late", "Average Days Late"),
    ("overdue_share", "Overdue Share (%)"),
    ("returned_payments", "Returned Payments"),
    ("turnover", "Turnover of 12 Months"),
    ("relation_years", "Years of Business"),
    ("external_rating", "External Rating"),
    ("capital", "Registered Capital"),
]


class KeyAccountScoreCriterion(models.Model):
    """One thing that a customer is rated by: what is measured, how many points which
    value earns, and how much it weighs."""

    _name = "key.account.score.criterion"
    _description = "Rating Criterion"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    measure = fields.Selection(
        CRITERIA,
        required=True,
        help="Average days late: of what was paid in the last 12 months, weighted by "
        "amount. Overdue share: of what is open today. Returned payments: in the last 12 "
        "months. Turnover: invoiced in the last 12 months, without taxes. Years of "
        "business: since the first invoice. External rating and registered capital: as "
        "entered in the account.",
    )
    weight = fields.Float(
        required=True,
        default=1.0,
        help="How much it counts beside the others; the shares follow from all weights.",
    )
    share = fields.Float(string="Share (%)", compute="_compute_share")
    band_ids = fields.One2many(
        "key.account.score.band", "criterion_id", string="Points", copy=True
    )

    _weight_positive = models.Constraint(
        "CHECK(weight > 0)",
        "A criterion weighs more than nothing: enter a weight, or archive it.",
    )

    @api.depends("weight", "active")
    def _compute_share(self):
        total = sum(self.search([("active", "=", True)]).mapped("weight"))
        for criterion in self:
            is_counted = criterion.active and total
            criterion.share = 100 * criterion.weight / total if is_counted else 0.0

    @api.constrains("band_ids")
    def _check_bands(self):
        for criterion in self:
            starts = criterion.band_ids.mapped("value_from")
            if len(set(starts)) != len(starts):
                raise ValidationError(
                    self.env._(
                        "%s has two bands that start at the same value: change or "
                        "delete one of them.",
                        criterion.name,
                    )
                )

    def _get_points(self, value):
        """Return the points, 0 to 100, of a measured value: those of the band with the
        highest start that the value reaches; none when it reaches no band."""
        self.ensure_one()
        reached = self.band_ids.filtered(lambda band: band.value_from <= value)
        return max(reached, key=lambda band: band.value_from).points if reached else 0.0


class KeyAccountScoreBand(models.Model):
    _name = "key.account.score.band"
    _description = "Points of a Rating Criterion"
    _order = "criterion_id, value_from, id"

    criterion_id = fields.Many2one(
        "key.account.score.criterion", required=True, index=True, ondelete="cascade"
    )
    value_from = fields.Float(
        string="From", required=True, help="The band starts here and ends at the next."
    )
    points = fields.Float(required=True, help="0 to 100.")

    _points_range = models.Constraint(
        "CHECK(points >= 0 AND points <= 100)",
        "Points go from 0 to 100: correct the band.",
    )


class KeyAccountGrade(models.Model):
    """What a grade takes and what it is good for."""

    _inherit = "key.account.grade"

    score_min = fields.Float(
        string="From Score",
        help="An account with at least this score, 0 to 100, is proposed for the grade.",
    )
    is_by_score = fields.Boolean(
        string="Proposed by Score", help="Ratings propose this grade."
    )
    limit_turnover_percent = fields.Float(
        string="Limit (% of Turnover)",
        help="The limit that ratings propose: this share of the turnover of 12 months.",
    )
    limit_max = fields.Float(
        string="Highest Limit",
        help="Ratings never propose more, in the company's currency; zero: no bound.",
    )

    _rating_range = models.Constraint(
        "CHECK(score_min >= 0 AND score_min <= 100 AND limit_turnover_percent >= 0 "
        "AND limit_max >= 0)",
        "The score of a grade goes from 0 to 100, its limits from zero up: correct them.",
    )

    @api.model
    def _get_by_score(self, score):
        """Return the best grade that ``score`` reaches, or none."""
        grades = self.search([("is_by_score", "=", True), ("score_min", "<=", score)])
        return grades.sorted("score_min")[-1:]

    def _get_proposed_limit(self, turnover, currency):
        """Return the limit for a turnover, in its currency, rounded down to hundreds;
        nothing where the grade pays ahead."""
        if not self or self.pay_mode == "prepaid":
            return 0.0
        limit = max(turnover, 0.0) * self.limit_turnover_percent / 100
        if self.limit_max:
            limit = min(limit, self.limit_max)
        return currency.round(limit // 100 * 100)
