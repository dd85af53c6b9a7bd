from odoo import api, fields, models

PAY_MODES = [
    ("prepaid", "Prepaid"),
    ("credit", "On Credit"),
    ("mixed", "Mixed"),
]


class KeyAccountGrade(models.Model):
    _name = "key.account.grade"
    _description = "Key Account Grade"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short sign, for example A.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    pay_mode = fields.Selection(
        PAY_MODES,
        required=True,
        default="prepaid",
        help="The pay mode that this grade proposes for its accounts.",
    )
    description = fields.Text(translate=True)

    _code_unique = models.Constraint(
        "UNIQUE(code)", "Another grade has this code: choose a different one."
    )

    @api.depends("name", "code")
    def _compute_display_name(self):
        for grade in self:
            grade.display_name = f"{grade.code} · {grade.name}" if grade.code else ""
