from odoo import models

from odoo.addons.key_account.tools.remember import recall

# The ids of transfers that are confirmed together in the end.
LATER = "key_account_split.pickings_confirmed_later"


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def action_confirm(self):
        # EXTENDS 'stock'
        later = recall(self.env, LATER)
        if later is None:
            return super().action_confirm()
        later.update(self.ids)
        return True

    def _post_origins(self, origins):
        """Note on each transfer which order it was made for, in the words and with the
        values of `message_post_with_source`, as `sale_stock` does one by one.

        :param origins: ``{transfer: orders}``
        """
        bodies = {
            picking: [picking._render_origin(order) for order in orders]
            for picking, orders in origins.items()
        }
        author_id, email_from = self._message_compute_author()
        shared = {
            "author_id": author_id,
            "author_guest_id": False,
            "email_from": email_from,
            "email_add_signature": True,
            "model": self._name,
            "message_type": "notification",
            "subject": False,
            "subtype_id": self.env.ref("mail.mt_note").id,
            "partner_ids": [],
            "incoming_email_to": False,
            "incoming_email_cc": False,
        }
        # sudo: core asks for these as superuser, too.
        domains = self.sudo()._mail_get_alias_domains(default_company=self.env.company)
        companies = self._mail_get_companies(default=self.env.company)
        replies = self._notify_get_reply_to(default=email_from, author_id=author_id)
        parents = self._get_first_messages()
        self._message_create(
            [
                {
                    **shared,
                    "res_id": picking.id,
                    "body": body,
                    "parent_id": parents.get(picking.id, False),
                    "record_alias_domain_id": domains[picking.id].id,
                    "record_company_id": companies[picking.id].id,
                    "reply_to": replies[picking.id],
                }
                for picking, texts in bodies.items()
                for body in texts
            ]
        )

    def _render_origin(self, order):
        """Return the text of the note that the transfer was made for the order."""
        return self.env["mail.render.mixin"]._render_template_qweb_view(
            "mail.message_origin_link",
            self._name,
            self.ids,
            add_context={"self": self, "origin": order},
        )[self.id]

    def _get_first_messages(self):
        """Return ``{transfer id: id of its first message}``."""
        # sudo: core looks for it as superuser, too.
        groups = (
            self.env["mail.message"]
            .sudo()
            ._read_group(
                [
                    ("model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("message_type", "!=", "user_notification"),
                ],
                ["res_id"],
                ["id:min"],
            )
        )
        return dict(groups)
