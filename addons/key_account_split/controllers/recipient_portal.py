from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

MODEL = "sale.order.recipient"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Customers see orders that were sent to them, never a draft.
SHOWN_STATES = ("sent", "split")
SEARCHES = {
    "name": "partner_id.name",
    "reference": "reference",
    "city": "partner_id.city",
    "number": "child_order_id.name",
    "tracking": "tracking_reference",
}


class RecipientPortal(CustomerPortal):
    """The recipients of a parent order, for the customer who placed it.

    Addresses of people are on these pages: they take a login, the link of a mail does
    not open them.
    """

    @http.route(
        [
            "/my/orders/<int:order_id>/recipients",
            "/my/orders/<int:order_id>/recipients/page/<int:page>",
        ],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_order_recipients(self, order_id, page=1, **kwargs):
        order, recipients = self._get_order_and_recipients(order_id)
        bar = {
            "searchbar_sortings": self._get_recipient_sortings(),
            "searchbar_filters": self._get_recipient_filters(order),
            "searchbar_inputs": self._get_recipient_inputs(),
        }
        chosen = self._get_recipient_choices(bar, **kwargs)
        domain = bar["searchbar_filters"][chosen["filterby"]]["domain"]
        domain &= self._get_recipient_search(chosen["search"], chosen["search_in"])
        domain &= Domain("order_id", "=", order.id)
        url = order._get_recipient_url()
        step = self._items_per_page
        total = recipients.search_count(domain)
        pager = portal_pager(
            url=url, url_args=chosen, total=total, page=page, step=step
        )
        by = bar["searchbar_sortings"][chosen["sortby"]]["order"]
        values = {
            **self._prepare_portal_layout_values(),
            **bar,
            **chosen,
            "parent_order": order,
            "recipients": recipients.search(
                domain, order=by, limit=step, offset=pager["offset"]
            ),
            "pager": pager,
            "page_name": "recipients",
            "default_url": url,
        }
        return request.render("key_account_split.portal_order_recipients", values)

    def _get_recipient_choices(
        self, bar, sortby=None, filterby=None, search="", search_in=None, **kwargs
    ):
        """Return what was chosen; what the bar does not offer is passed over."""
        return {
            "sortby": sortby if sortby in bar["searchbar_sortings"] else "sequence",
            "filterby": filterby if filterby in bar["searchbar_filters"] else "all",
            "search": search.strip(),
            "search_in": search_in if search_in in bar["searchbar_inputs"] else "all",
        }

    @http.route(
        "/my/orders/<int:order_id>/recipients/tracking",
        type="http",
        auth="user",
        readonly=True,
    )
    def portal_order_tracking(self, order_id, **kwargs):
        order, recipients = self._get_order_and_recipients(order_id)
        found = recipients.search([("order_id", "=", order.id)])
        name = request.env._("%s Tracking References", order.name)
        return request.make_response(
            found._get_tracking_workbook(name),
            headers=[
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(f"{name}.xlsx")),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )

    def _get_order_and_recipients(self, order_id):
        """Return the order, and the model to search its recipients with.

        :raise NotFound: it is not theirs to see; no word on whether it exists
        """
        order = request.env["sale.order"].browse(order_id)
        Recipient = request.env[MODEL]
        is_customer = request.env.user.share
        try:
            order.check_access("read")
            if not is_customer:
                Recipient.check_access("read")
        except (AccessError, MissingError):
            raise request.not_found() from None
        # sudo: the customer reads the order, which was checked above, and knows its
        # recipients; employees go by their own rights to them.
        order = order.sudo().exists()
        if not order or (is_customer and order.state not in SHOWN_STATES):
            raise request.not_found()
        # sudo: as above; every search is for the recipients of this order.
        return order, Recipient.sudo() if is_customer else Recipient

    def _get_recipient_sortings(self):
        return {
            "sequence": {"label": request.env._("As Ordered"), "order": "sequence, id"},
            "name": {"label": request.env._("Recipient"), "order": "partner_id, id"},
            "wished": {
                "label": request.env._("Wished Date"),
                "order": "date_wished, id",
            },
            "state": {"label": request.env._("State"), "order": "delivery_state, id"},
        }

    def _get_recipient_filters(self, order):
        """Return all, and each state that recipients of the order are in."""
        filters = {"all": {"label": request.env._("All"), "domain": Domain.TRUE}}
        for row in order.recipient_delivery:
            if row["count"]:
                filters[row["state"]] = {
                    "label": row["label"],
                    "domain": Domain("delivery_state", "=", row["state"]),
                }
        return filters

    def _get_recipient_inputs(self):
        labels = {
            "all": request.env._("Search Everywhere"),
            "name": request.env._("Search by Name"),
            "reference": request.env._("Search by Own Reference"),
            "city": request.env._("Search by City"),
            "number": request.env._("Search by Order Number"),
            "tracking": request.env._("Search by Tracking Reference"),
        }
        return {key: {"input": key, "label": text} for key, text in labels.items()}

    def _get_recipient_search(self, search, search_in):
        if not search:
            return Domain.TRUE
        fields = SEARCHES.values() if search_in == "all" else [SEARCHES[search_in]]
        return Domain.OR(Domain(field, "ilike", search) for field in fields)
