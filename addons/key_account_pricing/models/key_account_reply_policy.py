from odoo import api, fields, models

from odoo.addons.key_account.exceptions import DutyError
from odoo.addons.key_account.models.key_account_lifecycle import CREDIT, MANAGER


class KeyAccount(models.Model):
    """Which accounts' orders wait for the customer's signed reply."""

    _inherit = "key.account"

    is_reply_required = fields.Boolean(
        string="Orders Need a Signed Reply",
        tracking=True,
        help="Quotations of this account are confirmed once the customer has signed "
        "them, whether or not an agreement asks for it.",
    )

    def write(self, vals):
        if "is_reply_required" in vals:
            self._assert_may_set_reply(vals["is_reply_required"])
        result = super().write(vals)
        if "is_reply_required" in vals:
            # Orders that waited for it may go on.
            self.env["sale.order"]._gate_wake()
        return result

    def _assert_may_set_reply(self, value):
        """Raise when a salesperson changes what has been reviewed: they would let their
        own orders through."""
        if self.env.su or self.env.user.has_groups(f"{MANAGER},{CREDIT}"):
            return
        for account in self.filtered(lambda a: a.state not in ("prospect", "review")):
            if account.is_reply_required != bool(value):
                raise DutyError(
                    self.env._(
                        "Whether orders of %s need a signed reply has been reviewed: ask "
                        "a manager or a credit controller to change it.",
                        account.display_name,
                    )
                )


class KeyAccountAgreement(models.Model):
    _inherit = "key.account.agreement"

    is_reply_required = fields.Boolean(
        string="Orders Need a Signed Reply",
        tracking=True,
        help="Quotations that this agreement prices are confirmed once the customer has "
        "signed them.",
    )

    @api.model
    def _get_snapshot_fields(self):
        # EXTENDS 'key_account_pricing': an approval is about it, too.
        return [*super()._get_snapshot_fields(), "is_reply_required"]
