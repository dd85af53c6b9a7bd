from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..exceptions import FundError
from .common import FundCase

ORDER_REPORT = "key_account_fund.sale_order_prepayment_request_report"
FUND_REPORT = "key_account_fund.key_account_prepayment_request_report"


class RequestCase(FundCase):
    """The company has a bank account, the customer an email address."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.email = "acme@example.com"
        cls.salesperson = cls.user("salesperson")
        cls.account.user_id = cls.salesperson
        cls.set_bank("BE68539007547034")

    @classmethod
    def set_bank(cls, number):
        """Have the company's bank journal be about the account of this number."""
        cls.bank.bank_account_id = cls.env["res.partner.bank"].create(
            {
                "acc_number": number,
                "partner_id": cls.env.company.partner_id.id,
                "bank_id": cls.env["res.bank"]
                .create({"name": "First Bank", "bic": "FIRSBEBB"})
                .id,
            }
        )

    def text(self, report, record):
        """Return what the paper says, its spaces made single."""
        Report = record.env["ir.actions.report"]
        content = Report._render_qweb_html(report, record.ids)[0]
        return " ".join(html.fromstring(content).text_content().split())

    def send(self, action):
        """Send what the dialog of ``action`` proposes and return the dialog."""
        context = {**self.env.context, **action["context"], "tracking_disable": False}
        user = self.env(user=self.salesperson, context=context)
        composer = Form(user["mail.compose.message"]).save()
        composer.action_send_mail()
        return composer


@tagged("post_install", "-at_install")
class TestOrderRequest(RequestCase):
    def held_order(self, **vals):
        self.deposit(50)
        return self.confirm(80, user_id=self.salesperson.id, **vals)

    def test_request_names_what_is_missing_and_where_to_pay(self):
        order = self.held_order()
        paper = self.text(ORDER_REPORT, order.with_user(self.salesperson))
        money = order.currency_id.format
        for text in (
            f"Prepayment Request {order.name}",
            f"Total of the order {money(80)}",
            f"To be prepaid {money(80)}",
            f"Available {money(50)}",
            f"Please pay {money(30)}",
            f"Please quote {self.account.code} {order.name} with",
            "BE68539007547034",
            "First Bank",
            "FIRSBEBB",
            self.env.company.name,
        ):
            self.assertIn(text.replace("\xa0", " "), paper)

    def test_salesperson_mails_the_request_and_it_is_kept_with_the_order(self):
        order = self.held_order()
        action = order.with_user(self.salesperson).action_request_prepayment()
        composer = self.send(action)
        self.assertIn(self.partner, composer.partner_ids)
        message = order.message_ids[0]
        self.assertEqual(message.author_id, self.salesperson.partner_id)
        self.assertIn(self.partner, message.partner_ids)
        self.assertIn("30", message.body)
        self.assertIn(f"{self.account.code} {order.name}", message.body)
        self.assertIn(order.access_token, message.body)
        self.assertIn(order.name, message.attachment_ids.name)
        self.assertEqual((order.state, order.gate_state), ("draft", "held"))

    def test_request_is_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.partner.lang = "fr_FR"
        template = self.env.ref("key_account_fund.mail_template_prepayment_request")
        template.with_context(lang="fr_FR").subject = "Acompte {{ object.name }}"
        order = self.held_order()
        composer = self.send(
            order.with_user(self.salesperson).action_request_prepayment()
        )
        self.assertEqual(composer.subject, f"Acompte {order.name}")

    def test_payment_code_is_printed_where_the_company_shows_them(self):
        self.env.company.qr_code = True
        banks = self.env.company._get_prepayment_banks(
            self.env.ref("base.EUR"), 30, "KA1 S1", self.partner
        )
        installed = self.env["res.partner.bank"]._get_available_qr_methods()
        self.assertEqual(bool(banks[0]["qr"]), bool(installed))
        self.env.company.qr_code = False
        banks = self.env.company._get_prepayment_banks(
            self.env.ref("base.EUR"), 30, "KA1 S1", self.partner
        )
        self.assertFalse(banks[0]["qr"])

    def test_only_bank_accounts_of_the_currency_are_named(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        foreign = euro if self.fund.currency_id != euro else self.env.ref("base.USD")
        journal = self.bank.copy({"currency_id": foreign.id, "name": "Foreign"})
        journal.bank_account_id = self.env["res.partner.bank"].create(
            {
                "acc_number": "NL91ABNA0417164300",
                "partner_id": self.env.company.partner_id.id,
            }
        )
        Company = self.env.company
        numbers = {
            currency: [
                bank["number"] for bank in Company._get_prepayment_banks(currency)
            ]
            for currency in (foreign, self.fund.currency_id)
        }
        self.assertEqual(len(numbers[foreign]), 1)
        self.assertIn("NL91", numbers[foreign][0])
        self.assertNotIn(numbers[foreign][0], numbers[self.fund.currency_id])

    def test_order_that_lacks_nothing_asks_for_nothing(self):
        self.deposit(100)
        order = self.confirm(80)
        for way in (
            order.action_request_prepayment,
            order.action_print_prepayment_request,
        ):
            with self.assertStopped(FundError, f"{order.name} lacks no prepayment"):
                way()
        self.account.pay_mode = "credit"
        with self.assertStopped(FundError, "not prepaid"):
            self.make_sale(80).action_request_prepayment()

    def test_orders_of_others_are_not_asked_for(self):
        order = self.held_order()
        order.user_id = self.user("manager")
        other = order.with_user(self.salesperson)
        with self.assertStopped(AccessError, ""):
            other.action_request_prepayment()
        with self.assertStopped(AccessError, ""):
            order.with_user(self.user("warehouse")).action_request_prepayment()

    def test_paper_without_a_bank_account_says_so(self):
        self.bank.bank_account_id = False
        self.env["account.journal"].search([]).bank_account_id = False
        order = self.held_order()
        self.assertIn("ask us for our bank account", self.text(ORDER_REPORT, order))


@tagged("post_install", "-at_install")
class TestFundRequest(RequestCase):
    def make_request(self, amount, user=None, fund=None):
        Request = self.env["key.account.prepayment.request"].with_user(
            user or self.salesperson
        )
        return Request.create({"fund_id": (fund or self.fund).id, "amount": amount})

    def test_the_fund_offers_to_ask_for_money_beside_all_else(self):
        Fund = self.env["key.account.fund"]
        for user in (self.salesperson, self.user("accountant")):
            arch = Fund.with_user(user).get_view(view_type="form")["arch"]
            for button in ("action_request_payment", "action_request_refund"):
                self.assertIn(f'name="{button}"', arch)

    def test_salesperson_asks_for_any_amount(self):
        self.deposit(50)
        action = self.fund.with_user(self.salesperson).action_request_payment()
        context = {**self.env.context, **action["context"]}
        form = Form(
            self.env(user=self.salesperson, context=context)[action["res_model"]]
        )
        form.amount = 1234.5
        request = form.save()
        self.assertEqual(request.fund_id, self.fund)
        self.send(request.action_send())
        message = self.fund.message_ids[0]
        self.assertEqual(message.author_id, self.salesperson.partner_id)
        self.assertIn("1,234.50", message.body)
        self.assertIn(f"{self.account.code} {request.name}", message.body)
        self.assertIn(f"/my/funds/{self.fund.id}", message.body)
        self.assertIn(self.partner, message.partner_ids)
        self.assertTrue(message.attachment_ids)

    def test_paper_has_the_amount_and_a_number_of_its_own(self):
        first, second = self.make_request(70), self.make_request(80)
        first.action_print()
        second.action_print()
        self.assertNotEqual(first.name, second.name)
        paper = self.text(FUND_REPORT, first)
        money = self.fund.currency_id.format(70).replace("\xa0", " ")
        self.assertIn(f"Please pay {money}", paper)
        self.assertIn(f"Prepayment Request {first.name}", paper)
        self.assertIn("BE68539007547034", paper)

    def test_amounts_that_are_not_positive_are_refused(self):
        for amount in (0, -5, 0.004):
            request = self.make_request(amount)
            for way in (request.action_send, request.action_print):
                with self.assertStopped(FundError, "greater than zero"):
                    way()

    def test_closed_fund_is_not_asked_for(self):
        self.fund.action_close()
        with self.assertStopped(FundError, "closed"):
            self.make_request(5).action_print()

    def test_who_may_not_see_the_fund_asks_for_nothing(self):
        other = self.make_fund(self.make_account(self.make_company("Other")))
        with self.assertStopped(AccessError, ""):
            self.make_request(5, fund=other)
        for role in ("warehouse", "portal"):
            with self.assertStopped(AccessError, ""):
                self.make_request(5, self.user(role))
        own = self.make_request(5)
        own.fund_id = other
        for way in (own.action_send, own.action_print):
            with self.assertStopped(AccessError, ""):
                way()
        with self.assertStopped(AccessError, ""):
            self.text(FUND_REPORT, own)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertStopped(AccessError, ""):
            own.read(["amount_available"])
        spec = {"fund_id": {}, "amount_available": {}, "partner_id": {}}
        with self.assertStopped(AccessError, ""):
            own.browse().onchange({"fund_id": other.id}, ["fund_id"], spec)
        request = self.make_request(5, self.user("accountant"))
        with self.assertStopped(AccessError, ""):
            request.with_user(self.salesperson).action_print()
