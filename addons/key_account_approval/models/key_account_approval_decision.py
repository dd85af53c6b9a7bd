from odoo import fields, models


class KeyAccountApprovalDecision(models.Model):
    """One person's decision at one step, kept for good, whatever becomes of the
    document."""

    _name = "key.account.approval.decision"
    _description = "Approval Decision"
    _inherit = ["key.account.append.only"]
    _order = "date desc, id desc"
    _log_access = False

    request_id = fields.Many2one(
        "key.account.approval.request", required=True, index=True, ondelete="restrict"
    )
    step_id = fields.Many2one(
        "key.account.approval.request.step", required=True, ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users", string="Decided by", required=True, index=True, ondelete="restrict"
    )
    delegator_id = fields.Many2one(
        "res.users", string="On behalf of", ondelete="restrict"
    )
    kind = fields.Selection(
        [("approve", "Approved"), ("reject", "Rejected")],
        string="Decision",
        required=True,
    )
    reason = fields.Char()
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    fingerprint = fields.Char(
        required=True,
        export_string_translation=False,
        help="The content of the document that was decided on.",
    )

    _decided_once = models.Constraint(
        "UNIQUE(request_id, user_id)",
        "This person has decided on the document already: somebody else has to.",
    )
