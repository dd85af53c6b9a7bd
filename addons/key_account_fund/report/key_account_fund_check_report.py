from odoo import api, fields, models


class KeyAccountFundCheckReport(models.AbstractModel):
    """The printed proof that funds and general ledger agree, or how they differ."""

    _name = "report.key_account_fund.report_key_account_fund_check"
    _description = "Funds and Ledger Agree"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return what the page of each company says.

        :param docids: of companies
        :raise AccessError: a company that is not the user's, or a user without the right
            to read the general ledger
        """
        companies = self.env["res.company"].browse(docids)
        told = self.with_context(allowed_company_ids=companies.ids)
        own = [("company_id", "in", companies.ids)]
        rows = told.env["key.account.fund.check"].search(own).grouped("company_id")
        Fund = told.env["key.account.fund"]
        funds = Fund.search(own).grouped("company_id")
        return {
            "doc_model": "res.company",
            "doc_ids": docids,
            "docs": companies,
            "now": fields.Datetime.now(),
            "rows": rows,
            "findings": {
                company: funds.get(company, Fund)._audit() for company in companies
            },
        }
