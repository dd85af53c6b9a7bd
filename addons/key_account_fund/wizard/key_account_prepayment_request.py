from odoo import api, fields, models

from ..exceptions import FundError
from ..models.finite_amount import assert_amounts

TEMPLATE = "key_account_fund.mail_template_fund_request"
REPORT = "key_account_fund.key_account_prepayment_request_report"


class KeyAccountPrepaymentRequest(models.TransientModel):
    """Asks the customer of a fund for any amount, by email or on paper."""

    _name = "key.account.prepayment.request"
    _description = "Prepayment Request"

    fund_id = fields.Many2one("key.account.fund", required=True, ondelete="cascade")
    # Not as superuser: the fund may be anybody's that the client names.
    partner_id = fields.Many2one(related="fund_id.partner_id", related_sudo=False)
    company_id = fields.Many2one(related="fund_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="fund_id.currency_id", related_sudo=False)
    amount_available = fields.Monetary(
        related="fund_id.amount_available", related_sudo=False
    )
    amount_frozen = fields.Monetary(related="fund_id.amount_frozen", related_sudo=False)
    amount = fields.Monetary(required=True)
    name = fields.Char(
        string="Number", readonly=True, copy=False, export_string_translation=False
    )

    @api.model_create_multi
    def create(self, vals_list):
        assert_amounts(self, vals_list)
        requests = super().create(vals_list)
        # The customer is told what is in the fund: whoever asks may see it.
        requests.fund_id.check_access("read")
        return requests

    def write(self, vals):
        assert_amounts(self, [vals])
        return super().write(vals)

    def action_send(self):
        """Return the dialog that mails the request; it is kept with the fund.

        :raise FundError: no amount, or a closed fund
        """
        self._assert_ready()
        template = self.env.ref(TEMPLATE)
        values = template._generate_template(
            self.ids, ("subject", "body_html", "attachment_ids", "report_template_ids")
        )[self.id]
        attachments = self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "datas": content,
                    "res_model": "mail.compose.message",
                    "res_id": 0,
                    "type": "binary",
                }
                for name, content in values["attachments"]
            ]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request Payment"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self.fund_id._name,
                "default_res_ids": self.fund_id.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": self.partner_id.ids,
                "default_subject": values["subject"],
                "default_body": values["body_html"],
                "default_attachment_ids": [*values["attachment_ids"], *attachments.ids],
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
            },
        }

    def action_print(self):
        """Return the action that prints the request.

        :raise FundError: as `action_send`
        """
        self._assert_ready()
        return self.env.ref(REPORT).report_action(self, config=False)

    def _assert_ready(self):
        self.ensure_one()
        fund = self.fund_id
        fund.check_access("read")
        if fund.state != "open":
            raise FundError(
                self.env._(
                    "%s is closed: open it again, or use another fund.",
                    fund.display_name,
                )
            )
        if fund.currency_id.compare_amounts(self.amount, 0.0) <= 0:
            raise FundError(
                self.env._(
                    "%(fund)s: %(amount)s cannot be asked for, enter an amount greater "
                    "than zero.",
                    fund=fund.display_name,
                    amount=fund.currency_id.format(self.amount),
                )
            )
        if not self.name:
            # sudo: salespeople count numbers up, they do not read sequences.
            sequence = self.env["ir.sequence"].sudo().with_company(fund.company_id)
            self.name = sequence.next_by_code("key.account.prepayment.request")

    def _get_prepayment_request(self):
        """Return what the request says, as `sale.order._get_prepayment_request`."""
        self.ensure_one()
        fund = self.fund_id
        # sudo: accountants and customers' paper name the account, too.
        account = fund.key_account_id.sudo()
        reference = " ".join(part for part in (account.code, self.name) if part)
        return {
            "number": self.name,
            "date": fields.Date.context_today(self),
            "order": None,
            "partner": fund.partner_id,
            "company": fund.company_id,
            "currency": fund.currency_id,
            "total": 0.0,
            "required": 0.0,
            "frozen": fund.amount_frozen,
            "captured": 0.0,
            "available": fund.amount_available,
            "amount": self.amount,
            "reference": reference,
            "banks": fund.company_id._get_prepayment_banks(
                fund.currency_id, self.amount, reference, fund.partner_id
            ),
            "url": fund._get_portal_page_url(),
        }

    def _get_report_base_filename(self):
        self.ensure_one()
        return self.env._(
            "Prepayment Request %s", (self.name or "").replace("/", "-")
        ).strip()
