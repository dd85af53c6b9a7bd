from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.key_account_fund.tests.common import FundCase

SCREEN = "account_reconcile_oca.bank_statement_line_form_reconcile_view"
# What the screen's widgets set is invisible to a form without a browser.
SHOW_FIELDS = """
<data>
    <field name="manual_reference" position="attributes">
        <attribute name="invisible">0</attribute>
    </field>
    <field name="manual_delete" position="attributes">
        <attribute name="invisible">0</attribute>
    </field>
</data>
"""


class ReconcileCase(FundCase):
    """What an accountant does with bank statement lines in OCA's screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.ui.view"].create(
            {
                "name": "Fields of the reconciliation",
                "model": "account.bank.statement.line",
                "inherit_id": cls.env.ref(SCREEN).id,
                "arch": SHOW_FIELDS,
            }
        )
        cls.prepayments = cls.fund.account_id
        cls.receivable = cls.partner.property_account_receivable_id
        cls.offer = cls.env["account.reconcile.model"].search(
            [("line_ids.account_id", "=", cls.prepayments.id)]
        )

    def line(self, amount=55, **vals):
        """Return a line of the bank's statement, as the accountant sees it."""
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "payment_ref": "prepayment",
                "partner_id": self.partner.id,
                "amount": amount,
                **vals,
            }
        )
        return line.with_user(self.user("accountant"))

    def screen(self, line):
        return Form(line, view=SCREEN)

    def enter(self, line, *parts):
        """Divide the line by hand between accounts: ``(account, amount)`` each; the last
        amount may be left out."""
        with self.screen(line) as form:
            for number, (account, *amount) in enumerate(parts, start=1):
                form.manual_reference = f"reconcile_auxiliary;{number}"
                form.manual_account_id = account
                if amount:
                    form.manual_amount = -amount[0]
            self.assertTrue(form.can_reconcile)

    def put(self, line, *parts):
        """Reconcile the line with the fund's account, or with these parts."""
        self.enter(line, *(parts or [(self.prepayments,)]))
        line.reconcile_bank_line()

    def make_invoice(self, amount):
        """Return a posted invoice that no order and no fund has to do with."""
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Freight", "price_unit": amount, "tax_ids": False}
                    )
                ],
            }
        )
        invoice.action_post()
        return invoice
