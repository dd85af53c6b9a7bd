import base64
import ntpath

from odoo import SUPERUSER_ID, api, fields, models
from odoo.http import request

from odoo.addons.key_account.exceptions import DutyError
from odoo.addons.key_account.models.price_visibility import PRICE_READERS

from ..exceptions import ReplyError
from ..tools.signed_file import LETTER, decode, find_problem, get_sentences

REPLY_FIELDS = (
    "reply_kind",
    "reply_date",
    "reply_date_void",
    "reply_user_id",
    "reply_fingerprint",
)
# What core writes when a customer signs online.
SIGNATURE_FIELDS = {"signature", "signed_by", "signed_on"}


class SaleOrder(models.Model):
    """The reply letter: the customer's signed answer, online or as a file, and which
    content of the quotation it is about."""

    _inherit = "sale.order"

    _GUARDED_FIELDS = ("reply_state",)
    _VERB_FIELDS = dict.fromkeys((*REPLY_FIELDS, "reply_file", "reply_filename"), False)

    reply_state = fields.Selection(
        [("none", "None"), ("effective", "Effective"), ("void", "Void")],
        string="Reply",
        compute="_compute_reply_state",
        store=True,
        copy=False,
        index=True,
        help="Effective: the customer has signed the quotation as it is. Void: it has "
        "been changed since.",
    )
    reply_kind = fields.Selection(
        [("signature", "Signed online"), ("file", "Signed letter")],
        string="Kind of Reply",
        readonly=True,
        copy=False,
    )
    reply_file = fields.Binary(
        string="Signed Reply",
        attachment=True,
        readonly=True,
        copy=False,
        groups=PRICE_READERS,
    )
    reply_filename = fields.Char(readonly=True, copy=False, groups=PRICE_READERS)
    reply_date = fields.Datetime(string="Replied on", readonly=True, copy=False)
    reply_date_void = fields.Datetime(
        string="Reply Void since", readonly=True, copy=False
    )
    reply_user_id = fields.Many2one(
        "res.users",
        string="Reply Recorded by",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Empty: a visitor who had the link of the quotation.",
    )
    reply_fingerprint = fields.Char(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The content that the customer signed.",
    )

    @api.depends("reply_fingerprint", "reply_date_void", "fingerprint")
    def _compute_reply_state(self):
        for order in self:
            if not order.reply_fingerprint:
                order.reply_state = "none"
            elif order.reply_date_void or order.reply_fingerprint != order.fingerprint:
                order.reply_state = "void"
            else:
                order.reply_state = "effective"

    # ------------------------------------------------------------------ record

    def action_record_reply(self, content, filename):
        """Record the letter that the customer signed; the content of the quotation as
        it is now counts as signed. A held order that waited for it goes on.

        :param content: the file in base64: PDF, PNG or JPG of 10 MB at most
        :param str filename: its name, ending accordingly
        :raise ReplyError: it is no such file, or the quotation takes no reply
        """
        self.ensure_one()
        self.check_access("write")
        self._check_field_access(self._fields["reply_file"], "write")
        self._record_reply_file(decode(content), filename)
        return True

    def action_open_record_reply(self):
        """Return the dialog that takes the file."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_pricing.sale_order_reply_record_action"
        )
        action["context"] = {"default_order_id": self.id}
        return action

    def _record_reply_file(self, data, filename):
        """Record a signed letter, see `action_record_reply`.

        :param bytes data: the file itself
        """
        self.ensure_one()
        self._assert_not_revised()
        if problem := self._get_reply_problem(data, filename):
            raise ReplyError(self._get_reply_sentences()[problem])
        name = ntpath.basename(filename)
        self._set_reply("file", reply_file=base64.b64encode(data), reply_filename=name)
        self._message_log(
            body=self.env._("Signed reply recorded: %s", name),
            author_id=(self._get_reply_user().partner_id or self.partner_id).id,
        )
        self.filtered(lambda o: o.gate_state == "held")._gate_reevaluate()

    def _get_reply_problem(self, data, filename):
        """Return why this is no reply to record, a key of `_get_reply_sentences`, or
        None."""
        if self.state == "cancel":
            return "reply_closed"
        return find_problem(data, LETTER, filename or "")

    def _get_reply_sentences(self):
        """Return ``{code: sentence}`` of what may come out of sending a reply; the
        portal shows them, too."""
        name = self.name
        return {
            "reply_ok": self.env._("Thank you, we have your signed reply to %s.", name),
            "reply_closed": self.env._(
                "%s takes no reply at the moment: ask for the current quotation.", name
            ),
            "reply_changed": self.env._(
                "%s has been changed since you opened it: read it again before you "
                "send the signed reply.",
                name,
            ),
            **get_sentences(self.env, LETTER, name),
        }

    def _set_reply(self, kind, **vals):
        """The only door to an effective reply."""
        # sudo: written by the verbs only, users never do.
        for order in self.sudo():
            order.write(
                {
                    **vals,
                    "reply_kind": kind,
                    "reply_date": fields.Datetime.now(),
                    "reply_date_void": False,
                    "reply_user_id": self._get_reply_user().id,
                    "reply_fingerprint": order.fingerprint,
                }
            )

    def _notify_reply(self):
        """Tell the salesperson that the customer has sent the letter."""
        self.message_notify(
            partner_ids=self.user_id.partner_id.ids,
            subject=self.env._("Signed reply to %s", self.name),
            body=self.env._("The customer has sent the signed reply to %s.", self.name),
        )

    def _get_reply_user(self):
        user = self.env.user
        if user.id == SUPERUSER_ID and request:
            # The portal works on orders as superuser.
            user = request.env.user
        return user.browse() if user._is_public() else user

    # ------------------------------------------------------- void, taken back

    def _on_content_changed(self):
        # EXTENDS 'key_account'
        # What was signed was something else, also when it is changed back.
        self.filtered(
            lambda o: o.reply_fingerprint and not o.reply_date_void
        )._void_reply()
        return super()._on_content_changed()

    def _void_reply(self):
        if not self:
            return
        # sudo: as in _set_reply.
        orders = self.sudo()
        orders.write({"reply_date_void": fields.Datetime.now()})
        # The signature would stand below what was not signed, and keep the customer
        # from signing again; the message with the signed copy stays.
        orders.filtered(lambda o: o.state in ("draft", "sent") and o.signature).write(
            dict.fromkeys(SIGNATURE_FIELDS, False)
        )
        text = self.env._(
            "The customer's signed reply is void: the order has been changed since."
        )
        orders._message_log_batch({order.id: text for order in orders})

    def _drop_signed_reply(self):
        # sudo: as in _set_reply.
        signed = self.sudo().filtered(lambda o: o.reply_kind == "signature")
        signed.write(dict.fromkeys(REPLY_FIELDS, False))

    # -------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        # Judged by the result: values may also come from defaults.
        if not self.env.su and any(
            order[name]
            for order in orders.filtered("key_account_id")
            for name in SIGNATURE_FIELDS
        ):
            raise self._get_signature_error()
        return orders

    def write(self, vals):
        if not self.env.su:
            self._assert_signature_not_given(vals)
        result = super().write(vals)
        if self.env.su and vals.get("signature"):
            self.filtered("key_account_id")._set_reply("signature")
        elif "signature" in vals and vals.get("state") == "draft":
            self._drop_signed_reply()
        return result

    def _assert_signature_not_given(self, vals):
        given = SIGNATURE_FIELDS.intersection(vals)
        # Core takes the signature off a quotation that goes back to draft.
        is_reset = vals.get("state") == "draft" and not any(map(vals.get, given))
        if given and not is_reset and self.filtered("key_account_id"):
            raise self._get_signature_error()

    def _get_signature_error(self):
        return DutyError(
            self.env._(
                "What a customer signed is not entered by hand: use the button Record "
                "Reply, or have the quotation signed online."
            )
        )
