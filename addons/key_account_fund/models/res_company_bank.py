from odoo import models


class ResCompany(models.Model):
    """Where customers pay to."""

    _inherit = "res.company"

    def _get_prepayment_banks(self, currency, amount=0.0, reference="", debtor=None):
        """Return the company's bank accounts for payments in ``currency``, all of them
        where none is kept in it: a list of dicts with ``holder``, ``bank``, ``number``,
        ``bic`` and ``qr``.

        :param amount: in ``currency``; with ``reference`` and ``debtor`` (partner) it is
            what the payment code says, where the company shows such codes
        """
        self.ensure_one()
        # sudo: customers are told where to pay to, they do not read journals.
        journals = (
            self.env["account.journal"]
            .sudo()
            .search(
                [
                    *self.env["account.journal"]._check_company_domain(self),
                    ("type", "=", "bank"),
                    ("bank_account_id", "!=", False),
                ]
            )
        )
        fitting = journals.filtered(
            lambda j: (j.currency_id or j.company_id.currency_id) == currency
        )
        return [
            {
                "holder": bank.acc_holder_name or bank.partner_id.name,
                "bank": bank.bank_id.name,
                "number": bank.acc_number,
                "bic": bank.bank_bic,
                "qr": self.sudo().qr_code  # sudo: as above
                and amount > 0
                and bank.build_qr_code_base64(
                    amount, reference, None, currency, debtor, silent_errors=True
                ),
            }
            for bank in (fitting or journals).bank_account_id
        ]
