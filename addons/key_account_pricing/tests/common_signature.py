import base64

from .common import PDF, PNG_BASE64, PricingCase

REPORT = "key_account_pricing.key_account_agreement_report"


class SignatureCase(PricingCase):
    """Agreements that the account's buyer signs, on the portal or on paper."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.partner_id.email = "acme@example.com"

    @classmethod
    def to_sign(cls, *lines, **vals):
        """Return an agreement that was handed in and needs a signature."""
        agreement = cls.make_agreement(
            *(lines or [{"price": 7.77}]),
            state="draft",
            is_signature_required=True,
            **vals,
        )
        agreement.with_user(cls.salesperson).action_submit()
        return agreement

    def record(self, agreement, content=PDF, name="Ann Buyer", day=None, user=None):
        return agreement.with_user(user or self.salesperson).action_record_signature(
            name, day or self.today, base64.b64encode(content)
        )

    def sign(self, agreement, **kwargs):
        """Sign as the customer's page does."""
        agreement.sudo()._sign_on_portal(
            **{
                "name": "Ann Buyer",
                "signature": PNG_BASE64,
                "author": self.account.partner_id,
                "content": agreement._get_signed_content(),
                **kwargs,
            }
        )

    def activate(self, agreement):
        agreement.with_user(self.manager).action_activate()

    def return_to_draft(self, agreement):
        agreement.with_user(self.salesperson).action_return_to_draft()


class CustomerCase(SignatureCase):
    """The account's people, those of its subsidiary, and a stranger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.account.partner_id
        cls.buyer = cls.make_customer("buyer", company)
        cls.subsidiary = cls.make_company("Acme North", parent_id=company.id)
        cls.contact = cls.make_customer("contact", cls.subsidiary)
        cls.stranger = cls.make_customer("stranger", cls.make_company("Stranger"))

    @classmethod
    def make_subsidiary_agreement(cls):
        account = cls.make_account(cls.subsidiary, user_id=cls.salesperson.id)
        return cls.make_agreement({"price": 5.55}, account_id=account.id)
