from odoo import api, fields, models
from odoo.fields import Domain


class SaleOrder(models.Model):
    """Orders that need the customer's signed reply are held without it."""

    _inherit = "sale.order"

    is_reply_required = fields.Boolean(
        string="Reply Required",
        compute="_compute_is_reply_required",
        search="_search_is_reply_required",
        compute_sudo=True,
        help="The key account, or an agreement that gives a price of the order, asks "
        "for the customer's signed reply.",
    )

    @api.depends(
        "key_account_id.is_reply_required",
        "order_line.product_id",
        "order_line.agreement_line_id.agreement_id.is_reply_required",
    )
    def _compute_is_reply_required(self):
        # Of quotations also the agreement that ought to give the price: which one does
        # is a value that a line was given, and may have lost.
        quoted = self.order_line.filtered(lambda line: line._is_price_open())
        agreed = self.env["key.account.price"]._get_agreed(quoted)
        for order, subject in self._gate_get_subjects().items():
            lines = order.order_line.agreement_line_id.union(
                *(agreed[line] for line in order.order_line if line in agreed)
            )
            # The customer signs the whole, not its parts.
            order.is_reply_required = order == subject and (
                order.key_account_id.is_reply_required
                or any(lines.agreement_id.mapped("is_reply_required"))
            )

    def _search_is_reply_required(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: who looks for orders may not read accounts and agreements.
        accounts = self.env["key.account"].sudo()
        lines = self.env["key.account.agreement.line"].sudo()
        domain = Domain(
            "key_account_id", "in", accounts._search([("is_reply_required", "=", True)])
        ) | Domain(
            "order_line.agreement_line_id",
            "in",
            lines._search([("agreement_id.is_reply_required", "=", True)]),
        )
        domain &= self._gate_get_subject_domain()
        domain |= Domain("id", "in", self._get_reply_quotations(~domain).ids)
        return domain if True in value else ~domain

    @api.model
    def _get_reply_quotations(self, domain):
        """Return those of the quotations in a domain whose prices an agreement that asks
        for a reply ought to give; which one ought to, no query can tell.

        Only quotations of accounts with such an agreement are judged, all at once.
        """
        # sudo: as in _search_is_reply_required.
        agreements = self.env["key.account.agreement"].sudo()
        asking = agreements.search(
            [("state", "=", "active"), ("is_reply_required", "=", True)]
        )
        # sudo: as above, the caller's own rights are joined to what is found here.
        quotations = self.sudo().search(
            Domain("state", "in", ("draft", "sent"))
            & Domain("key_account_id", "in", asking.account_id.ids)
            & domain
        )
        return quotations.filtered("is_reply_required")

    def _gate_get_issues(self):
        # EXTENDS 'key_account'
        issues = super()._gate_get_issues()
        for order, text in self._get_reply_missing().items():
            issues.setdefault(order, []).append(
                {"code": "reply_missing", "kind": "price", "text": text}
            )
        return issues

    def _get_reply_missing(self):
        """Return ``{order: sentence}`` of those that need a signed reply and have none
        about what they are now; the number of queries does not grow with them."""
        texts = {
            "none": self.env._(
                "The customer's signed reply is missing: record the reply letter, or "
                "have the quotation signed online."
            ),
            "void": self.env._(
                "The customer's signed reply is void, the order has been changed since: "
                "have it signed again and record the reply letter."
            ),
        }
        return {
            order: texts[order.reply_state or "none"]
            for order in self
            if order.is_reply_required and order.reply_state != "effective"
        }

    def _is_reply_open(self):
        """Return whether the customer may send the signed reply, which is missing."""
        self.ensure_one()
        return (
            self.state in ("draft", "sent")
            and not self.is_expired
            and self.is_reply_required
            and self.reply_state != "effective"
        )
