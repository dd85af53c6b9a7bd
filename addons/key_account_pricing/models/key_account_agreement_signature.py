import base64
import logging
from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.key_account.models.content_snapshot import get_comparable
from odoo.addons.key_account.tools.snapshot import digest

from ..exceptions import AgreementError
from ..tools.signed_file import (
    DRAWING,
    LETTER,
    decode,
    find_problem,
    get_ending,
    get_sentences,
)

_logger = logging.getLogger(__name__)

ACTIVITY = "key_account_pricing.mail_activity_type_agreement_signed"
REPORT = "key_account_pricing.key_account_agreement_report"
SIGNATURE_FIELDS = (
    "signature",
    "signed_by",
    "signed_file",
    "signed_filename",
    "signed_fingerprint",
    "signed_on",
)
# The customer signs more than what approvals are about.
SIGNED_FIELDS = ("name", "version", "description")


class KeyAccountAgreement(models.Model):
    """The customer's signature: drawn on the portal, or a signed copy on file.

    It counts for the content that was signed, in this version; back in draft it is
    void, and stays readable in the chatter.
    """

    _inherit = "key.account.agreement"

    _GUARDED_FIELDS = ("signature_kind",)
    # The token opens the page on which the customer signs.
    _VERB_FIELDS = dict.fromkeys((*SIGNATURE_FIELDS, "access_token"), False)

    is_signature_required = fields.Boolean(
        string="Needs the Customer's Signature",
        compute="_compute_is_signature_required",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="The agreement is activated once the customer has signed it.",
    )
    signature = fields.Image(copy=False, readonly=True, max_width=1024, max_height=1024)
    signed_by = fields.Char(copy=False, readonly=True)
    signed_on = fields.Datetime(copy=False, readonly=True)
    signed_file = fields.Binary(string="Signed Copy", copy=False, readonly=True)
    signed_filename = fields.Char(copy=False, readonly=True)
    signed_fingerprint = fields.Char(
        copy=False, readonly=True, export_string_translation=False
    )
    signature_kind = fields.Selection(
        [
            ("none", "Not signed"),
            ("portal", "Signed on the portal"),
            ("file", "Signed copy"),
        ],
        string="Customer's Signature",
        compute="_compute_signature_kind",
        store=True,
        copy=False,
    )

    @api.depends("company_id")
    def _compute_is_signature_required(self):
        for agreement in self:
            agreement.is_signature_required = (
                agreement.company_id.key_account_agreement_signature
            )

    @api.depends("signed_filename", "signed_on")
    def _compute_signature_kind(self):
        for agreement in self:
            kind = "none"
            if agreement.signed_on:
                # Not by the files themselves, which may be large.
                kind = "file" if agreement.signed_filename else "portal"
            agreement.signature_kind = kind

    # ----------------------------------------------------------------- actions

    def action_activate(self):
        # EXTENDS 'key_account_pricing'
        self._assert_signed()
        result = super().action_activate()
        self._close_signature_activities()
        return result

    def action_return_to_draft(self):
        # EXTENDS 'key_account_pricing': what was signed can be changed now.
        result = super().action_return_to_draft()
        self._void_signatures()
        self._close_signature_activities()
        return result

    def action_open_record_signature(self):
        """Return the dialog that takes the signed copy."""
        self.ensure_one()
        self._assert_may_be_signed()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_pricing.key_account_agreement_sign_action"
        )
        action["context"] = {"default_agreement_id": self.id}
        return action

    def action_record_signature(self, signed_by, date_signed, signed_file):
        """Record the copy that the customer has signed on paper.

        :param str signed_by: who signed for the customer
        :param date date_signed: the day on the paper, not after today
        :param signed_file: base64 of a PDF, PNG or JPG file of 10 MB at most
        :raise AgreementError: it cannot be signed now, or one of these will not do
        """
        self.ensure_one()
        self.check_access("write")
        self._assert_may_be_signed()
        signed_by = self._clean_signer(signed_by)
        date_signed = self._clean_day(date_signed)
        content = self._read_upload(signed_file, LETTER)
        ending = get_ending(content, LETTER)
        self._write_signature(
            signed_by=signed_by,
            signed_on=self._get_noon(date_signed),
            signed_file=base64.b64encode(content),
            signed_filename=f"{self._get_report_base_filename()}.{ending}",
        )
        self.message_post(
            body=self.env._(
                "Signed by %(name)s on %(day)s; the signed copy was recorded.",
                name=signed_by,
                day=format_date(self.env, date_signed),
            )
        )
        return True

    # --------------------------------------------------------- what was signed

    def _get_signed_content(self):
        """Return the keyed digest of all that a signature is for: what approvals
        cover, and the terms in words."""
        self.ensure_one()
        # sudo: what was signed does not depend on who looks; without the secret,
        # prices could be guessed from it.
        agreement = self.sudo()
        secret = agreement.env["ir.config_parameter"].get_param("database.secret")
        content = agreement._get_snapshot()
        for name in SIGNED_FIELDS:
            content[name] = get_comparable(agreement, name)
        return digest(content, secret)

    def _is_signed(self):
        """Return whether the customer has signed the agreement as it is."""
        # sudo: a signature counts whoever looks.
        agreement = self.sudo()
        return bool(agreement.signed_on) and (
            agreement.signed_fingerprint == agreement._get_signed_content()
        )

    def _has_to_be_signed(self):
        """Return whether the customer can sign the agreement as it is now."""
        self.ensure_one()
        return (
            self.state in ("approval", "active")
            and not self._is_signed()
            and bool(self._filter_offerable())
        )

    def _assert_signed(self):
        """Raise when one that is ready to be activated waits for its signature."""
        # sudo: as in _is_signed.
        ready = self.sudo().filtered(
            lambda a: a.state == "approval" and a.is_signature_required
        )
        for agreement in ready._filter_offerable():
            if not agreement._is_signed():
                raise AgreementError(
                    self.env._(
                        "%s is not signed by the customer as it is: send it to be signed, "
                        "or record the signed copy.",
                        agreement.display_name,
                    )
                )

    def _assert_may_be_signed(self):
        self._assert_may_be_offered(self.env._("signed"))
        for agreement in self:
            if not agreement._has_to_be_signed():
                name = agreement.display_name
                raise AgreementError(
                    self.env._(
                        "%s is signed already: amend it to agree on other terms.", name
                    )
                    if agreement._is_signed()
                    else self.env._(
                        "%s has ended and is not signed any more: make a new agreement.",
                        name,
                    )
                )

    # ----------------------------------------------------------------- signing

    def _sign_on_portal(self, name, signature, author, content):
        """Take the signature that a customer gave on the portal; called as superuser.

        :param signature: base64 of a PNG or JPG image of 1 MB at most
        :param author: the partner who signs, for the chatter
        :param content: `_get_signed_content` of what the page showed
        :raise AgreementError: it cannot be signed now, it is not what was shown, or the
            image is none
        """
        self.ensure_one()
        self._assert_may_be_signed()
        name = self._clean_signer(name)
        if content != self._get_signed_content():
            raise AgreementError(
                self.env._(
                    "%s has changed since you opened it: load the page again and read it "
                    "before you sign.",
                    self.display_name,
                )
            )
        image = self._read_upload(signature, DRAWING)
        self._write_signature(
            signed_by=name,
            signed_on=fields.Datetime.now(),
            signature=base64.b64encode(image),
        )
        # The document that is rendered shows the signature.
        self.env.flush_all()
        self.message_post(
            body=self.env._("Signed by %s on the portal.", name),
            attachments=self._render_signed(),
            author_id=author.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self._schedule_signature_activity(name)

    def _write_signature(self, **vals):
        # sudo: only written here, see write(). Who signs or changes it at the same
        # moment runs into this row.
        self.sudo().write(
            {
                **dict.fromkeys(SIGNATURE_FIELDS, False),
                **vals,
                "signed_fingerprint": self._get_signed_content(),
            }
        )

    def _clean_signer(self, name):
        name = " ".join(name.split()) if isinstance(name, str) else ""
        if not name or len(name) > 128 or not name.isprintable():
            raise AgreementError(
                self.env._(
                    "Who signs %s? Enter the name, in 128 letters at most.",
                    self.display_name,
                )
            )
        return name

    def _clean_day(self, day):
        try:
            day = fields.Date.to_date(day)
        except (TypeError, ValueError):
            # Over RPC it may be anything.
            day = None
        if not day or day > self.company_id._get_today():
            raise AgreementError(
                self.env._(
                    "%s was not signed in the future: enter the day on which the "
                    "customer signed it.",
                    self.display_name,
                )
            )
        return day

    def _read_upload(self, data, kind):
        """Return the bytes of an upload in base64 that is of an accepted kind."""
        content = decode(data)
        if problem := find_problem(content, kind):
            sentences = get_sentences(self.env, kind, self.display_name)
            raise AgreementError(sentences[problem])
        return content

    def _get_noon(self, day):
        # A day has no time: at noon it is the same day for whoever reads it nearby.
        zone = self.company_id._get_zone()
        noon = zone.localize(datetime.combine(day, time(12)))
        return min(
            noon.astimezone(pytz.utc).replace(tzinfo=None), fields.Datetime.now()
        )

    def _render_signed(self):
        """Return the agreement as ``[(filename, bytes)]``, [] where the server cannot
        make PDF files."""
        # sudo: whoever signs has no rights to reports.
        Report = self.env["ir.actions.report"].sudo()
        try:
            content, kind = Report._render_qweb_pdf(REPORT, self.ids)
        except UserError as error:
            # The signature counts without the paper, which can be printed later.
            _logger.warning("%s is not attached: %s", self.display_name, error)
            return []
        return [(f"{self._get_report_base_filename()}.{kind}", content)]

    # -------------------------------------------------------------- afterwards

    def _schedule_signature_activity(self, name):
        salespeople = self.user_id | self.account_id.user_id
        user = salespeople.filtered(lambda u: u.active and not u.share)[:1]
        if user:
            self.activity_schedule(
                ACTIVITY,
                user_id=user.id,
                summary=self.env._("%s has signed: have it activated", name)
                if self.state == "approval"
                else self.env._("%s has signed", name),
            )

    def _close_signature_activities(self):
        # sudo: they may be somebody else's.
        self.sudo().activity_unlink([ACTIVITY])

    def _void_signatures(self):
        """Keep what was signed in the chatter and clear it."""
        # sudo: only written here and in _write_signature.
        for agreement in self.sudo().filtered("signed_on"):
            kept = [
                (agreement.signed_filename, agreement.signed_file),
                (self.env._("signature.png"), agreement.signature),
            ]
            agreement.message_post(
                body=self.env._(
                    "Back in draft: the signature of %(name)s of %(day)s counts no more.",
                    name=agreement.signed_by,
                    day=format_date(self.env, agreement.signed_on),
                ),
                attachments=[
                    (name, base64.b64decode(data)) for name, data in kept if data
                ],
            )
            agreement.write(dict.fromkeys(SIGNATURE_FIELDS, False))
