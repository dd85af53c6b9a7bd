from datetime import timedelta

from odoo.addons.key_account.tests.common import GateCase

from .common import PDF_BASE64, PNG_BASE64, PricingCase


class QuotationCase(PricingCase):
    """Quotations of an account that has to sign them, where ``is_signed`` says so."""

    judge_again = GateCase.judge_again

    @classmethod
    def require_reply(cls):
        cls.account.is_reply_required = True

    @classmethod
    def days(cls, number):
        return cls.today + timedelta(days=number)

    @staticmethod
    def record(order, content=PDF_BASE64, filename="letter.pdf"):
        return order.action_record_reply(content, filename)

    @staticmethod
    def revise(order):
        """Return the next version, as the same user sees it."""
        return order.browse(order.action_revise()["res_id"])

    def sign(self, order):
        """Do what the customer's page does with a signature."""
        order = order.with_user(self.user("portal")).sudo()
        order.write({"signature": PNG_BASE64, "signed_by": "Ann Customer"})
        order._validate_order()

    def get_codes(self, order):
        return sorted(self.open_issues(order).mapped("code"))

    @staticmethod
    def get_chatter(order):
        return "\n".join(order.sudo().message_ids.mapped("body"))
