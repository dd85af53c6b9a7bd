from odoo import api, fields, models
from odoo.tools import float_compare, formatLang

# Measure, its label, and whether it is reached from the value on or below it.
MEASURES = [
    ("amount", "Untaxed amount from"),
    ("discount", "Highest discount from (%)"),
    ("margin", "Margin below (%)"),
    ("margin_line", "Lowest line margin below (%)"),
    ("guide_distance", "Below guide price by (%)"),
    ("term_days", "Payment terms longer than (days)"),
]


class KeyAccountApprovalThreshold(models.Model):
    """A figure from which on a rule asks.

    Which figures a document has is said by its `_get_approval_measures`; one that it
    does not have is never reached.
    """

    _name = "key.account.approval.threshold"
    _description = "Approval Threshold"
    _order = "rule_id, id"

    _BELOW = ("margin", "margin_line")
    _MORE = ("term_days",)

    rule_id = fields.Many2one(
        "key.account.approval.rule", required=True, index=True, ondelete="cascade"
    )
    measure = fields.Selection(MEASURES, required=True, default="amount")
    value = fields.Float(
        required=True,
        digits=(16, 2),
        help="Amounts in the company's currency; margins are (price − current average "
        "cost) / price.",
    )

    _value_not_negative = models.Constraint(
        # Not a number would be the greatest of all.
        "CHECK(value >= 0 AND value < 1e15)",
        "A threshold cannot be below zero: enter zero or more.",
    )

    @api.depends("measure", "value")
    def _compute_display_name(self):
        labels = dict(self._fields["measure"]._description_selection(self.env))
        for threshold in self:
            value = formatLang(self.env, threshold.value, digits=2)
            threshold.display_name = f"{labels.get(threshold.measure)} {value}"

    def _is_reached(self, measures):
        """Return whether a document with ``{measure: figure}`` reaches the threshold."""
        figure = measures.get(self.measure)
        if figure is None:
            return False
        order = float_compare(figure, self.value, precision_digits=2)
        if self.measure in self._BELOW:
            return order < 0
        return order > 0 if self.measure in self._MORE else order >= 0

    def _get_reason(self, measures):
        return self.env._(
            "%(threshold)s: it has %(figure)s",
            threshold=self.display_name,
            figure=formatLang(self.env, measures[self.measure], digits=2),
        )
