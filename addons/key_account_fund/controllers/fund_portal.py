from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

MODEL = "key.account.fund"


class FundPortal(CustomerPortal):
    """The funds of a customer: list, and a page with the entries of each."""

    def _prepare_home_portal_values(self, counters):
        # EXTENDS 'portal'
        values = super()._prepare_home_portal_values(counters)
        if "fund_count" in counters:
            # Those who are to prepay find out how before they have paid anything.
            values["fund_count"] = len(
                self._get_funds() or self._get_prepaying_account()
            )
        return values

    def _get_funds(self):
        """Return the open funds of the user's company and its subsidiaries; whose they
        are, the record rules say. Employees have none."""
        Fund = request.env[MODEL]
        if not request.env.user.share or not Fund.has_access("read"):
            return Fund
        funds = Fund.search([], order="id")
        # sudo: customers do not read the state; a closed fund is empty.
        return funds.filtered(lambda fund: fund.sudo().state == "open")

    def _get_prepaying_account(self):
        """Return the key account of the user's company if it prepays."""
        user = request.env.user
        # sudo: customers do not read key accounts; their pages use the code.
        Account = request.env["key.account"].sudo()
        if not user.share:
            return Account
        domain = [
            ("partner_id", "=", user.commercial_partner_id.id),
            ("company_id", "in", request.env.companies.ids),
            ("pay_mode", "in", ("prepaid", "mixed")),
            ("state", "!=", "closed"),
        ]
        return Account.search(domain, limit=1)

    @http.route("/my/funds", type="http", auth="user", website=True)
    def portal_my_funds(self, **kwargs):
        account = self._get_prepaying_account()
        company = account.company_id or request.env.company
        return request.render(
            "key_account_fund.portal_my_funds",
            {
                **self._prepare_portal_layout_values(),
                "funds": self._get_funds(),
                "page_name": "fund",
                "default_url": "/my/funds",
                "reference": account.code,
                "banks": company._get_prepayment_banks(company.currency_id),
            },
        )

    @http.route(
        ["/my/funds/<int:fund_id>", "/my/funds/<int:fund_id>/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_fund_page(self, fund_id, page=1, **kwargs):
        try:
            fund = request.env[MODEL].browse(fund_id)
            fund.check_access("read")
            values = self._prepare_fund_page_values(fund, page)
        except (AccessError, MissingError):
            # No word on whether somebody else has such a fund.
            raise request.not_found() from None
        return request.render("key_account_fund.portal_fund_page", values)

    def _prepare_fund_page_values(self, fund, page):
        # sudo: customers do not read entries; see ENTRY_FIELDS for what they are shown.
        Entry = request.env["key.account.fund.entry"].sudo()
        pager = portal_pager(
            url=f"/my/funds/{fund.id}",
            total=Entry.search_count([("fund_id", "=", fund.id)]),
            page=page,
            step=self._items_per_page,
        )
        # sudo: as above; the company that the customer pays to, and under which name.
        known = fund.sudo()
        return {
            **self._prepare_portal_layout_values(),
            "fund": fund,
            "entries": fund._get_portal_entries(self._items_per_page, pager["offset"]),
            "pager": pager,
            "page_name": "fund",
            "reference": known.key_account_id.code,
            "banks": known.company_id._get_prepayment_banks(known.currency_id),
            "res_company": known.company_id,
        }
