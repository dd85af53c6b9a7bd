import base64

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.key_account_approval.tests.common import ApprovalCase

# What customers sign, drawn and on file.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << >>\n%%EOF\n"
PNG_BASE64 = base64.b64encode(PNG).decode()
PDF_BASE64 = base64.b64encode(PDF).decode()


class PricingCase(ApprovalCase):
    """Factories for agreements and price sheets, and for what is priced by them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.user_id = cls.salesperson
        cls.today = fields.Date.today()
        cls.second_manager = cls.colleague("second_manager")

    @classmethod
    def make_agreement(cls, *lines, state="active", **vals):
        """Return an agreement of the account.

        :param lines: values of its lines
        :param state: draft, or active: handed in by the salesperson, put in force by
            the manager
        """
        agreement = (
            cls.env["key.account.agreement"]
            .with_user(cls.salesperson)
            .create(
                {
                    "account_id": cls.account.id,
                    "date_start": cls.today,
                    "line_ids": [
                        Command.create({"product_id": cls.product.id, **line})
                        for line in lines
                    ],
                    **vals,
                }
            )
        )
        if state == "active":
            agreement.action_submit()
            agreement.with_user(cls.manager).action_activate()
        return agreement.sudo(False).with_user(cls.env.user)

    @classmethod
    def make_sheet(cls, *lines, kind="customer", state="active", **vals):
        """Return a price sheet, by default with customer prices of the account.

        :param lines: values of its lines
        :param state: draft, or active: handed in by one manager, put in force by another
        """
        if kind == "customer":
            vals.setdefault("account_id", cls.account.id)
        author = cls.second_manager
        sheet = (
            cls.env["key.account.price.sheet"]
            .with_user(author)
            .create(
                {
                    "kind": kind,
                    "date_start": cls.today,
                    "line_ids": [
                        Command.create({"product_id": cls.product.id, **line})
                        for line in lines
                    ],
                    **vals,
                }
            )
        )
        if state == "active":
            sheet.action_submit()
            sheet.with_user(cls.manager).action_activate()
        return sheet.with_user(cls.env.user)

    def count_queries(self, function, *args):
        """Return how many queries a call takes when nothing has been read yet; call it
        once before you compare, what is kept for longer is there then."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function(*args)
        return self.env.cr.sql_log_count - before

    @classmethod
    def make_customer(cls, name, company):
        """Return a portal user who is a contact of the company."""
        user = new_test_user(
            cls.env, f"test_{name}", groups="base.group_portal", name=f"Test {name}"
        )
        user.partner_id.parent_id = company
        return user

    @classmethod
    def load_chart(cls):
        """Have the company keep accounts."""
        company = cls.env.company
        if not company.chart_template:
            cls.env["account.chart.template"].try_loading("generic_coa", company)

    @classmethod
    def make_currency(cls, name, rate):
        """Return an active currency of which ``rate`` are worth one of the company's,
        since ever; what was known of it is forgotten."""
        currency = (
            cls.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", name)])
        )
        currency.active = True
        currency.rate_ids.unlink()
        cls.set_rate(currency, rate, "2020-01-01")
        return currency

    @classmethod
    def set_rate(cls, currency, rate, day):
        """Set how much of a currency one of the company's buys from a day on."""
        cls.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "rate": rate,
                "name": day,
                "company_id": cls.env.company.id,
            }
        )
