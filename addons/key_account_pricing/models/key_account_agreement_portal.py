from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.key_account.models.price_visibility import PRICE_READERS

from ..exceptions import AgreementError

OFFERED_STATES = ("active", "expired", "terminated")
# What customers may read. Other fields, also those that addons add later, are internal.
PORTAL_FIELDS = {
    "access_token",
    "access_url",
    "company_id",
    "create_date",
    "currency_id",
    "cut_off_day",
    "date_end",
    "date_start",
    "description",
    "display_name",
    "id",
    "is_offered",
    "is_signature_required",
    "kind",
    "line_ids",
    "name",
    "partner_id",
    "pay_mode",
    "payment_term_id",
    "previous_id",
    "signature",
    "signature_kind",
    "signed_by",
    "signed_file",
    "signed_filename",
    "signed_on",
    "state",
    "user_id",
    "value_committed",
    "value_executed",
    "value_remaining",
    "version",
    "write_date",
}
PORTAL_LINE_FIELDS = {
    "agreement_id",
    "categ_id",
    "company_id",
    "currency_id",
    "discount",
    "freight",
    "freight_kind",
    "id",
    "number",
    "price",
    "price_basis",
    "price_kind",
    "product_id",
    "product_tmpl_id",
    "quantity_committed",
    "quantity_executed",
    "quantity_min",
    "quantity_release_max",
    "quantity_release_min",
    "quantity_remaining",
    "rate_executed",
    "sequence",
    "value_committed",
    "value_executed",
    "value_remaining",
}


class KeyAccountAgreement(models.Model):
    """What the customer sees of an agreement: on the portal, on paper, by email.

    Drafts, and what waits for an approval, customers never see.
    """

    _name = "key.account.agreement"
    _inherit = ["key.account.agreement", "portal.mixin"]

    # The token opens the page of the agreement, which shows every price.
    access_token = fields.Char(groups=PRICE_READERS)
    # Whoever may read agreements may read it, customers aside, see _has_field_access.
    approval_missing = fields.Text(groups=None)
    is_offered = fields.Boolean(
        compute="_compute_is_offered",
        search="_search_is_offered",
        compute_sudo=True,
        export_string_translation=False,
    )

    def _compute_access_url(self):
        # EXTENDS 'portal'
        result = super()._compute_access_url()
        for agreement in self:
            agreement.access_url = f"/my/agreements/{agreement.id}"
        return result

    @api.depends("state", "fingerprint", "approval_state")
    def _compute_is_offered(self):
        offered = self._origin._filter_offerable()
        for agreement in self:
            agreement.is_offered = agreement._origin in offered

    def _search_is_offered(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: rules and decisions count whoever looks.
        waiting = self.sudo().search(
            Domain("state", "=", "approval") & self._get_customer_domain()
        )
        offered = Domain("state", "in", OFFERED_STATES) | Domain(
            "id", "in", waiting._filter_offerable().ids
        )
        return offered if True in value else ~offered

    @api.model
    def _get_customer_domain(self):
        """Return the domain of the agreements that may concern the user, also as
        superuser: a customer's own and those of subsidiaries, as in the record rules.

        Each is judged, so that those of other customers are not even looked at.
        """
        user = self.env.user
        if not user.share:
            return Domain.TRUE
        return Domain("partner_id", "child_of", user.commercial_partner_id.ids)

    def _has_field_access(self, field, operation):
        # EXTENDS 'base'
        if not self.env.su and self.env.user.share and field.name not in PORTAL_FIELDS:
            return False
        return super()._has_field_access(field, operation)

    @api.model
    def _get_thread_with_access(self, thread_id, **kwargs):
        # EXTENDS 'portal': the token opens the conversation, too.
        thread = super()._get_thread_with_access(thread_id, **kwargs)
        if self.env.user.share:
            return thread._filter_offerable()
        return thread

    # ------------------------------------------------------------------- offer

    def _filter_offerable(self):
        """Return those of these agreements that the customer may see as they are."""
        # sudo: rules and decisions count whoever looks.
        agreements = self.sudo()
        waiting = agreements.filtered(lambda a: a.state == "approval")
        missing = waiting._get_approval_missing()
        offered = agreements.filtered(
            lambda a: (
                a.state in OFFERED_STATES
                or (a.state == "approval" and a not in missing)
            )
        )
        return self & offered.with_env(self.env)

    def _assert_may_be_offered(self, purpose):
        """Raise when one of these is not for the customer to see yet.

        :param str purpose: what it cannot be, a word to end a sentence with
        """
        # sudo: whoever prints or sends may not see the rules.
        agreements = self.sudo()
        for agreement in agreements.filtered(lambda a: a.state == "draft"):
            raise AgreementError(
                self.env._(
                    "%(agreement)s is a draft and cannot be %(purpose)s: submit it first.",
                    agreement=agreement.display_name,
                    purpose=purpose,
                )
            )
        waiting = agreements.filtered(lambda a: a.state == "approval")
        waiting._assert_approved(purpose)

    def action_send_by_email(self):
        """Return the dialog that sends agreements to their customers."""
        self._assert_may_be_offered(self.env._("sent"))
        template = self.env.ref(
            "key_account_pricing.mail_template_key_account_agreement", False
        )
        return {
            "name": self.env._("Send"),
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment"
                if len(self) == 1
                else "mass_mail",
                "default_template_id": template.id if template else False,
                "default_email_layout_xmlid": (
                    "mail.mail_notification_layout_with_responsible_signature"
                ),
                "email_notification_allow_footer": True,
                "force_email": len(self) == 1,
            },
        }

    def action_preview(self):
        """Return the action that opens the customer's page."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "target": "self",
            "url": self.get_portal_url(),
        }

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        # EXTENDS 'portal': the customer's button says what it is for.
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        if not self or not self._has_to_be_signed():
            return groups
        for name, _function, options in groups:
            if name == "portal_customer":
                access = options.setdefault("button_access", {})
                access["title"] = self.env._("Read & Sign")
        return groups

    # -------------------------------------------------------------------- page

    def _get_portal_return_action(self):
        """Return the action from which the customer's page was opened."""
        self.ensure_one()
        return self.env.ref("key_account_pricing.key_account_agreement_action")

    def _get_report_base_filename(self):
        self.ensure_one()
        number = self.name.replace("/", "-")
        return self.env._(
            "Agreement %(number)s v%(version)s", number=number, version=self.version
        )

    def _get_earlier_offered(self):
        """Return the earlier versions that customers may see, the latest first."""
        self.ensure_one()
        found, version = self.browse(), self.previous_id
        while version and version not in found:
            found |= version
            version = version.previous_id
        return found._filter_offerable()


class KeyAccountAgreementLine(models.Model):
    _inherit = "key.account.agreement.line"

    def _has_field_access(self, field, operation):
        # EXTENDS 'base'
        if (
            not self.env.su
            and self.env.user.share
            and field.name not in PORTAL_LINE_FIELDS
        ):
            return False
        return super()._has_field_access(field, operation)

    def _get_unit(self):
        """Return the unit of the line's quantities; none for a category."""
        return (self.product_id or self.product_tmpl_id).uom_id
