from odoo import fields, models

from ..exceptions import FundError

TEMPLATE = "key_account_fund.mail_template_prepayment_request"
REPORT = "key_account_fund.sale_order_prepayment_request_report"


class SaleOrder(models.Model):
    """Asking the customer for what an order lacks, and taking it online."""

    _inherit = "sale.order"

    def _fund_takes_payments(self, currency):
        """Return whether what is paid for this order in ``currency`` goes into the
        customer's fund: it is to be prepaid, and not all of it is invoiced yet."""
        self.ensure_one()
        return (
            bool(self.key_account_id)
            and self.prepaid_percent > 0
            and self.currency_id == currency
            and self.invoice_status not in ("invoiced", "upselling")
        )

    # ----------------------------------------------------------------- request

    def action_request_prepayment(self):
        """Return the dialog that mails the customer what this order lacks.

        :raise FundError: when it lacks nothing
        """
        self._assert_prepayment_missing()
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request Prepayment"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": template.id if template else False,
                "default_email_layout_xmlid": (
                    "mail.mail_notification_layout_with_responsible_signature"
                ),
                "email_notification_allow_footer": True,
                "force_email": True,
            },
        }

    def action_print_prepayment_request(self):
        """Return the action that prints what `action_request_prepayment` mails.

        :raise FundError: when the order lacks nothing
        """
        self._assert_prepayment_missing()
        return self.env.ref(REPORT).report_action(self)

    def _assert_prepayment_missing(self):
        self.ensure_one()
        self.check_access("read")
        if not self.prepaid_percent:
            raise FundError(
                self.env._(
                    "%s is not prepaid: change the pay mode of its key account first.",
                    self.name,
                )
            )
        if self.currency_id.is_zero(self.amount_prepaid_missing):
            raise FundError(
                self.env._(
                    "%s lacks no prepayment, all of it is in the customer's fund: go on "
                    "with the order.",
                    self.name,
                )
            )

    def _get_prepayment_request(self):
        """Return what the request says, for `report_prepayment_request_document`;
        amounts in the order's currency.

        :raise AccessError: for those who read no prices
        """
        self.ensure_one()
        amount = self.amount_prepaid_missing
        account = self.key_account_id.sudo()  # sudo: the customer's page prints it, too
        fund_id = self._fund_get_figures()[self].fund_id
        # sudo: whoever may see the order's prices tells the customer what is there.
        fund = self.env["key.account.fund"].sudo().browse(fund_id or ())
        reference = " ".join(part for part in (account.code, self.name) if part)
        return {
            "number": self.name,
            "date": fields.Date.context_today(self),
            "order": self,
            "partner": self.partner_invoice_id,
            "company": self.company_id,
            "currency": self.currency_id,
            "total": self.amount_total,
            "required": self.amount_prepaid_required,
            "frozen": self.amount_frozen,
            "captured": self.amount_captured,
            "available": fund.amount_available,
            "amount": amount,
            "reference": reference,
            "banks": self.company_id._get_prepayment_banks(
                self.currency_id, amount, reference, self.partner_invoice_id
            ),
            "url": self._get_prepayment_url(amount),
        }

    def _get_prepayment_request_filename(self):
        self.ensure_one()
        return self.env._("Prepayment Request %s", self.name.replace("/", "-"))

    def _get_prepayment_url(self, amount):
        """Return the address of the customer's page; it offers to pay ``amount`` where
        the company takes payments online."""
        # sudo: providers and tokens are not for salespeople to read.
        order = self.sudo()
        providers = order.env["payment.provider"]._get_compatible_providers(
            order.company_id.id,
            order.partner_invoice_id.id,
            amount,
            currency_id=order.currency_id.id,
            sale_order_id=order.id,
        )
        query = f"&payment_amount={amount}" if providers else None
        return f"{order.get_base_url()}{order.get_portal_url(query_string=query)}"
