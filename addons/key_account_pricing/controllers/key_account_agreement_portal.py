from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.key_account.models.price_visibility import PRICE_READERS
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

MODEL = "key.account.agreement"


class AgreementPortal(CustomerPortal):
    """The agreements of a customer: list, page, paper, signature."""

    def _prepare_home_portal_values(self, counters):
        # EXTENDS 'portal'
        values = super()._prepare_home_portal_values(counters)
        Agreement = request.env[MODEL]
        may_read = Agreement.has_access("read")
        domain = self._prepare_agreements_domain()
        if "agreement_count" in counters:
            values["agreement_count"] = (
                Agreement.search_count(domain) if may_read else 0
            )
        if "agreement_to_sign_count" in counters:
            to_sign = [
                *domain,
                ("state", "=", "approval"),
                ("is_signature_required", "=", True),
                ("signed_on", "=", False),
            ]
            values["agreement_to_sign_count"] = (
                Agreement.search_count(to_sign) if may_read else 0
            )
        return values

    def _prepare_agreements_domain(self):
        # Whose they are, the record rules say; employees have none here.
        return [("is_offered", "=", True)] if request.env.user.share else [(0, "=", 1)]

    def _get_agreement_sortings(self):
        return {
            "date": {
                "label": request.env._("Newest"),
                "order": "date_start desc, id desc",
            },
            "name": {
                "label": request.env._("Number"),
                "order": "name desc, version desc, id desc",
            },
            "end": {"label": request.env._("Ends first"), "order": "date_end, id"},
        }

    def _document_check_access(self, model_name, document_id, access_token=None):
        # EXTENDS 'portal': customers see what is for them to see, and the page, which
        # renders as superuser, shows prices.
        document = super()._document_check_access(
            model_name, document_id, access_token=access_token
        )
        if model_name == MODEL:
            user = request.env.user
            is_hidden = user.share and not document._filter_offerable()
            if is_hidden or not user.has_group(PRICE_READERS):
                raise AccessError(request.env._("This agreement is not to be seen."))
        return document

    @http.route(
        ["/my/agreements", "/my/agreements/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_agreements(self, page=1, sortby=None, **kwargs):
        sortings = self._get_agreement_sortings()
        if sortby not in sortings:
            sortby = "date"
        agreements, pager = self._get_agreements_page(
            page, sortby, sortings[sortby]["order"]
        )
        request.session["my_agreements_history"] = agreements.ids[:100]
        return request.render(
            "key_account_pricing.portal_my_agreements",
            {
                **self._prepare_portal_layout_values(),
                # sudo: the links carry tokens.
                "agreements": agreements.sudo(),
                "page_name": "agreement",
                "pager": pager,
                "default_url": "/my/agreements",
                "searchbar_sortings": sortings,
                "sortby": sortby,
            },
        )

    def _get_agreements_page(self, page, sortby, order):
        """Return ``(agreements, pager)`` of one page of the user's list."""
        Agreement = request.env[MODEL]
        domain = self._prepare_agreements_domain()
        may_read = Agreement.has_access("read")
        pager = portal_pager(
            url="/my/agreements",
            total=Agreement.search_count(domain) if may_read else 0,
            page=page,
            step=self._items_per_page,
            url_args={"sortby": sortby},
        )
        if not may_read:
            return Agreement, pager
        agreements = Agreement.search(
            domain, order=order, limit=self._items_per_page, offset=pager["offset"]
        )
        return agreements, pager

    @http.route(
        "/my/agreements/<int:agreement_id>", type="http", auth="public", website=True
    )
    def portal_agreement_page(
        self,
        agreement_id,
        access_token=None,
        report_type=None,
        message=False,
        download=False,
        **kwargs,
    ):
        try:
            agreement = self._document_check_access(MODEL, agreement_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if report_type in ("html", "pdf", "text"):
            return self._show_report(
                model=agreement,
                report_type=report_type,
                report_ref="key_account_pricing.key_account_agreement_report",
                download=download,
            )
        values = self._get_page_view_values(
            agreement,
            access_token,
            self._prepare_agreement_page_values(agreement, message),
            "my_agreements_history",
            False,
            **kwargs,
        )
        return request.render("key_account_pricing.portal_agreement_page", values)

    def _prepare_agreement_page_values(self, agreement, message):
        action = agreement._get_portal_return_action()
        return {
            "agreement": agreement,
            "page_name": "agreement",
            # Employees look at the page, they do not sign for the customer.
            "is_to_sign": request.env.user.share and agreement._has_to_be_signed(),
            "content": agreement._get_signed_content(),
            "message": message,
            "report_type": "html",
            "backend_url": f"/odoo/action-{action.id}/{agreement.id}",
            "res_company": agreement.company_id,
        }

    @http.route(
        "/my/agreements/<int:agreement_id>/copy",
        type="http",
        auth="public",
        website=True,
    )
    def portal_agreement_copy(self, agreement_id, access_token=None, **kwargs):
        """The copy that was signed on paper."""
        try:
            agreement = self._document_check_access(MODEL, agreement_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if not agreement.signed_file:
            return request.redirect(agreement.get_portal_url())
        stream = request.env["ir.binary"]._get_stream_from(
            agreement, "signed_file", filename=agreement.signed_filename
        )
        return stream.get_response(as_attachment=True)

    @http.route(
        "/my/agreements/<int:agreement_id>/sign",
        type="jsonrpc",
        auth="public",
        website=True,
    )
    def portal_agreement_sign(
        self, agreement_id, access_token=None, name=None, signature=None, content=None
    ):
        # The form of the page posts name and signature, the rest is in its address.
        query = request.httprequest.args
        access_token = access_token or query.get("access_token")
        try:
            agreement = self._document_check_access(MODEL, agreement_id, access_token)
        except (AccessError, MissingError):
            return {"error": request.env._("This agreement is not to be seen.")}
        user = request.env.user
        if not user.share:
            return {
                "error": request.env._(
                    "You do not sign for the customer: record the copy that the customer "
                    "has signed."
                )
            }
        author = agreement.partner_id if user._is_public() else user.partner_id
        try:
            # What is refused half-way leaves nothing behind: the answer is no error.
            with request.env.cr.savepoint():
                agreement._sign_on_portal(
                    name, signature, author, content or query.get("content")
                )
        except UserError as refusal:
            return {"error": str(refusal)}
        return {
            "force_refresh": True,
            "redirect_url": agreement.get_portal_url(query_string="&message=sign_ok"),
        }
