from odoo.fields import Command

from odoo.addons.key_account.tests.common import GateCase


class FundCase(GateCase):
    """Factories for funds and what moves them. After each test the ledger is proven:
    balances, entries and general ledger say the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.pay_mode = "prepaid"
        cls.partner = cls.account.partner_id
        cls.fund = cls.make_fund()
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.env.company.id)], limit=1
        )

    def tearDown(self):
        funds = self.env["key.account.fund"].search([])
        self.assertEqual(funds._audit(), [])
        super().tearDown()

    @classmethod
    def make_fund(cls, account=None, **vals):
        """Return an open fund of the account, for prepayments unless told otherwise."""
        return cls.env["key.account.fund"].create(
            {"key_account_id": (account or cls.account).id, **vals}
        )

    @classmethod
    def make_payment(cls, amount, fund=None, **vals):
        """Return a customer payment into the fund, a draft."""
        fund = cls.fund if fund is None else fund
        return cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": fund.partner_id.id,
                "amount": amount,
                "currency_id": fund.currency_id.id,
                "journal_id": cls.bank.id,
                "key_account_fund_id": fund.id,
                **vals,
            }
        )

    @classmethod
    def deposit(cls, amount, fund=None, **vals):
        """Return a posted customer payment into the fund."""
        payment = cls.make_payment(amount, fund, **vals)
        payment.action_post()
        return payment

    @classmethod
    def make_sale(cls, amount=80.0, account=None, lines=1, **vals):
        """Return a quotation over ``amount``, in so many lines of one unit each."""
        account = account or cls.account
        service = {"type": "service", "is_storable": False, "invoice_policy": "order"}
        product = cls.make_product("Service", **service)
        return cls.env["sale.order"].create(
            {
                "partner_id": account.partner_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": 1,
                            "price_unit": amount / lines,
                        }
                    )
                    for _line in range(lines)
                ],
                **vals,
            }
        )

    @classmethod
    def confirm(cls, *args, **kwargs):
        """Return such an order after somebody has asked to confirm it."""
        order = cls.make_sale(*args, **kwargs)
        order.action_confirm()
        return order

    @staticmethod
    def invoice(orders, **vals):
        """Return the posted invoice of what the orders have to invoice."""
        invoice = orders._create_invoices()
        if vals:
            invoice.write(vals)
        invoice.action_post()
        return invoice

    def assertLedger(self, expected, fund=None):
        """Assert the entries of a fund, oldest first, written like ``"deposit 100;
        freeze 80 S1"``, where S1 is the first order that appears."""
        fund = self.fund if fund is None else fund
        names, found = {}, []
        for entry in fund.entry_ids.sorted("id"):
            words = [entry.kind, f"{entry.amount:g}"]
            if order := entry.order_id:
                words.append(names.setdefault(order, f"S{len(names) + 1}"))
            found.append(" ".join(words))
        self.assertEqual("; ".join(found), expected)

    def assertFund(self, posted, frozen, fund=None):
        """Assert the two balances."""
        fund = self.fund if fund is None else fund
        self.assertEqual((fund.amount_posted, fund.amount_frozen), (posted, frozen))
