from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

from ..exceptions import CreditError

TEMPLATE = "key_account_credit.mail_template_payment_reminder"


class KeyAccountPaymentReminder(models.Model):
    """That a customer was asked for money, so that held orders can go on, and the mail
    that did so.

    The mail says what the customer owes. It is kept here and not with the order, whose
    messages are read by people who do not see that.
    """

    _name = "key.account.payment.reminder"
    _description = "Payment Reminder"
    _inherit = ["mail.thread"]
    _order = "id desc"
    # Whoever may read it may have asked: it is written by verbs alone.
    _mail_post_access = "read"

    key_account_id = fields.Many2one(
        "key.account", required=True, index=True, ondelete="restrict", readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        ondelete="restrict",
        readonly=True,
        help="Who gets the invoices of the orders.",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(
        string="Asked for", readonly=True, help="What would let the orders through."
    )
    order_ids = fields.Many2many(
        "sale.order",
        "key_account_payment_reminder_order_rel",
        "reminder_id",
        "order_id",
        string="Held Orders",
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Asked by",
        required=True,
        ondelete="restrict",
        readonly=True,
    )
    date_sent = fields.Datetime(string="Sent on", readonly=True)

    @api.depends("key_account_id", "amount", "currency_id")
    def _compute_display_name(self):
        for reminder in self:
            amount = reminder.currency_id.format(reminder.amount)
            reminder.display_name = f"{reminder.key_account_id.display_name} {amount}"

    # ---------------------------------------------------------------- business

    @api.model
    def _make(self, orders):
        """Return reminders about these held orders, one for each customer, contact and
        currency; not sent yet. Those who ask may read the orders' debtors."""
        groups = orders.grouped(
            lambda o: (
                o.debtor_account_id or o.key_account_id,
                o.partner_invoice_id,
                o.company_id,
                o.currency_id,
            )
        )
        # sudo: reminders are written by this verb alone.
        return (
            self.sudo()
            .create(
                [
                    {
                        "key_account_id": account.id,
                        "partner_id": contact.id,
                        "company_id": company.id,
                        "currency_id": currency.id,
                        "order_ids": [Command.set(held.ids)],
                        "amount": self._get_amount(held),
                        "user_id": self.env.uid,
                    }
                    for (account, contact, company, currency), held in groups.items()
                ]
            )
            .with_env(self.env)
        )

    def _get_amount(self, orders):
        """Return what orders of one customer and currency lack together, in that
        currency: each was held by itself, and what is left of the limit, or passed
        already, counts once."""
        missing = [order._get_missing_credit() for order in orders]
        short = [limit for limit, _overdue in missing if limit]
        left = orders[0]._credit_convert(orders[0].debtor_available) if short else 0.0
        together = sum(short) + left * (len(short) - 1)
        overdue = max(amount for _limit, amount in missing)
        return orders.currency_id.round(max([together, overdue, *short]))

    def action_compose(self):
        """Return the dialog that shows the mail before it is sent."""
        self.ensure_one()
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for Money"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": template.id if template else False,
                "default_partner_ids": self.partner_id.ids,
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
            },
        }

    def action_send(self):
        """Mail all of these reminders at once.

        :raise CreditError: a contact without an email address; nothing is sent then
        """
        self.check_access("read")
        for contact in self.partner_id:
            if not contact.email:
                raise CreditError(
                    self.env._(
                        "%s has no email address: enter one, or leave their orders out.",
                        contact.display_name,
                    )
                )
        self.filtered(lambda r: not r.date_sent).message_post_with_source(
            TEMPLATE,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            email_layout_xmlid="mail.mail_notification_light",
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Asked for money: %s.", ", ".join(self.partner_id.mapped("name"))
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _message_post_after_hook(self, message, msg_vals):
        # EXTENDS 'mail': the mail is what makes it a reminder.
        if not self.date_sent and self.partner_id in message.partner_ids:
            # sudo: reminders are written by verbs alone.
            self.sudo().date_sent = fields.Datetime.now()
            self._note_sent()
        return super()._message_post_after_hook(message, msg_vals)

    def _note_sent(self):
        text = self.env._(
            "%s was asked for money, so that the order can go on.",
            self.partner_id.display_name,
        )
        # sudo: whoever asks only reads the orders.
        orders = self.sudo().order_ids
        orders._message_log_batch(dict.fromkeys(orders.ids, text))

    def _get_order_names(self):
        self.check_access("read")
        return self.sudo().order_ids.mapped("name")  # sudo: accountants name them, too

    def _get_open_items(self):
        """Return the customer's open items, those due longest first, for the mail:
        dicts with ``name``, ``date_due``, ``is_overdue``, ``amount``, ``currency`` and
        ``url``.

        :raise AccessError: for those who may not know what customers owe
        """
        self.ensure_one()
        self.check_access("read")
        account = self.key_account_id.sudo()  # sudo: told to the customer itself
        domains = {
            part.code: part.domain for part in account._get_exposure_components()
        }
        today = self.company_id._get_today()
        items = account.env["account.move.line"].search(
            domains["overdue"] | domains["receivable"], order="date_maturity, id"
        )
        items = items.sorted(lambda line: line.date_maturity or line.date)
        base = self.get_base_url()
        return [
            {
                "name": line.move_id.name,
                "date_due": line.date_maturity or line.date,
                "is_overdue": (line.date_maturity or line.date) < today,
                "amount": line.amount_residual_currency,
                "currency": line.currency_id,
                "url": line.move_id.is_invoice()
                and f"{base}{line.move_id.get_portal_url()}",
            }
            for line in items
        ]

    @api.autovacuum
    def _gc_unsent(self):
        """Forget reminders whose mail nobody sent."""
        end = fields.Datetime.now() - timedelta(days=1)
        self.search([("date_sent", "=", False), ("create_date", "<", end)]).unlink()
