from odoo import fields, models


class KeyAccountFundEntry(models.Model):
    """Entries that follow from a decision name the request it was made on."""

    _inherit = "key.account.fund.entry"

    request_id = fields.Many2one(
        "key.account.fund.request", index="btree_not_null", ondelete="restrict"
    )

    def _describe_owner(self):
        # EXTENDS 'key_account_fund': what was decided is undone by another decision.
        if not self.request_id or self.invoice_id:
            return super()._describe_owner()
        return self.env._(
            "%(entry)s follows from %(request)s, which has been decided: ask for the "
            "opposite instead of taking it back.",
            entry=self.move_id.display_name,
            request=self.request_id.display_name,
        )

    def action_open_document(self):
        # EXTENDS 'key_account_fund'
        self.ensure_one()
        if self.request_id and not self.invoice_id:
            return self.request_id._get_records_action()
        return super().action_open_document()
