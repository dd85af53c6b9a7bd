from odoo import fields, models
from odoo.fields import Command

# Next to each other in the chart; the first free code from there on is taken.
ACCOUNT_CODES = {"prepayment": "219100", "deposit": "219200", "rebate": "219300"}


class ResCompany(models.Model):
    _inherit = "res.company"

    fund_journal_id = fields.Many2one(
        "account.journal",
        string="Journal of Customer Funds",
        check_company=True,
        domain=[("type", "=", "general")],
        help="Where captures and transfers are entered; made with the first fund.",
    )
    fund_prepayment_account_id = fields.Many2one(
        "account.account",
        string="Prepayments of Customers",
        check_company=True,
        domain=[("account_type", "=", "liability_current")],
    )
    fund_deposit_account_id = fields.Many2one(
        "account.account",
        string="Deposits of Customers",
        check_company=True,
        domain=[("account_type", "=", "liability_current")],
    )
    fund_rebate_account_id = fields.Many2one(
        "account.account",
        string="Rebates of Customers",
        check_company=True,
        domain=[("account_type", "=", "liability_current")],
    )
    fund_remainder = fields.Selection(
        [("keep", "Stays frozen for the rest"), ("release", "Is released")],
        string="After a Partial Invoice",
        required=True,
        default="keep",
        help="What becomes of the money that an order has frozen and its first invoice "
        "did not need. Once the order is invoiced completely the rest is released.",
    )

    def _get_fund_journal(self):
        """Return the journal of captures and transfers, made when first needed."""
        self.ensure_one()
        if not self.fund_journal_id:
            # sudo: whoever needs the first fund may not configure accounting.
            self.sudo().fund_journal_id = (
                self.env["account.journal"]
                .sudo()
                .create(
                    {
                        "name": self.env._("Customer Funds"),
                        "code": "FUND",
                        "type": "general",
                        "company_id": self.id,
                        "show_on_dashboard": False,
                    }
                )
            )
        return self.fund_journal_id

    def _create_fund_move(self, lines, date, text):
        """Return a journal entry of the funds' own, still a draft.

        :param lines: values of its items; they are named by ``text``
        """
        # sudo: it follows from a document or a decision, whoever posts or carries out.
        Move = self.env["account.move"].sudo().with_company(self)
        return Move.create(
            {
                "move_type": "entry",
                "journal_id": self._get_fund_journal().id,
                "date": date,
                "ref": text,
                "line_ids": [Command.create({"name": text, **line}) for line in lines],
            }
        )

    def _prepare_fund_item(self, account, partner, amount, currency, date):
        """Return the values of a journal item, a debit when ``amount``, in ``currency``,
        is positive, at the rate of ``date``."""
        return {
            "account_id": account.id,
            "partner_id": partner.id,
            "currency_id": currency.id,
            "amount_currency": amount,
            "balance": currency._convert(amount, self.currency_id, self, date),
        }

    def _get_fund_account(self, kind):
        """Return the liability account for funds of this kind, made when first needed."""
        self.ensure_one()
        name = f"fund_{kind}_account_id"
        # sudo: as in _get_fund_journal.
        company = self.sudo()
        if not company[name]:
            company[name] = company.env["account.account"].create(
                company._prepare_fund_account_vals(kind)
            )
        if company[name].fund_kind != kind:
            company[name].write({"fund_kind": kind, "reconcile": True})
        if kind == "prepayment":
            company._offer_fund_in_reconciliation(company[name])
        return self[name]

    def _offer_fund_in_reconciliation(self, account):
        """Have screens that reconcile bank statement lines, whoever brings one, offer
        prepayments beside the open invoices: one click, no account to look up. Whoever
        does not want it archives it."""
        self.ensure_one()
        Line = self.env["account.reconcile.model.line"].with_context(active_test=False)
        if Line.search_count([("account_id", "=", account.id)], limit=1):
            return
        self.env["account.reconcile.model"].create(
            {
                "name": self.env._("Prepayment into the customer's fund"),
                "company_id": self.id,
                "line_ids": [Command.create({"account_id": account.id})],
            }
        )

    def _prepare_fund_account_vals(self, kind):
        Account = self.env["account.account"].with_company(self)
        return {
            "name": self._fields[f"fund_{kind}_account_id"]._description_string(
                self.env
            ),
            "code": Account._search_new_account_code(ACCOUNT_CODES[kind]),
            "account_type": "liability_current",
            "reconcile": True,
            "fund_kind": kind,
            "company_ids": [Command.link(self.id)],
        }
