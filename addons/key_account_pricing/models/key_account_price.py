from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_amount, formatLang


class KeyAccountPrice(models.AbstractModel):
    """The one decision about a price: which rule gives it, and why.

    Rules are asked in one order: the account's agreement, then Odoo's pricelist and
    list price.
    """

    _name = "key.account.price"
    _description = "Price Decision"

    @api.model
    def _get_source(self, line):
        """Return ``(source, trace)`` of an order line's price: which rule gives it, in a
        sentence that a person reads."""
        # sudo: whoever writes the quotation may not read the agreement.
        agreed = line.sudo().agreement_line_id
        if agreed:
            source, trace = "agreement", self._trace_agreement(line, agreed)
        elif line.pricelist_item_id:
            name = line.pricelist_item_id.pricelist_id.display_name
            source, trace = "pricelist", self.env._("Pricelist %s", name)
        else:
            source, trace = "list", self.env._("List price")
        if line._is_price_manual():
            return "manual", self.env._("Entered by hand instead of: %s", trace)
        return source, trace

    @api.model
    def _get_agreed(self, lines):
        """Return ``{order line: agreement line}`` of the lines that an agreement in
        force prices; the number of queries does not grow with them."""
        accounts = lines.order_id.key_account_id
        if not accounts:
            return {}
        # sudo: a price counts whoever writes the quotation.
        agreements = (
            self.env["key.account.agreement"]
            .sudo()
            .search(
                Domain("account_id", "in", accounts.ids)
                & Domain("state", "=", "active")
            )
        )
        by_account = agreements.grouped("account_id")
        found = {}
        for line in lines.filtered(lambda line: line.product_id):
            usable = self._filter_in_force(
                by_account.get(line.order_id.key_account_id, agreements.browse()), line
            )
            best = self._get_best_line(usable.line_ids, line)
            if best:
                found[line] = best
        return found

    @api.model
    def _filter_in_force(self, agreements, line):
        """Return the agreements that count on the order's day, of each the latest
        version."""
        day = line.order_id.date_order.date()
        current = agreements.filtered(
            lambda a: a.date_start <= day and (not a.date_end or a.date_end >= day)
        )
        latest = {}
        for agreement in current.sorted("version"):
            latest[agreement.name] = agreement
        return agreements.browse(agreement.id for agreement in latest.values())

    @api.model
    def _get_best_line(self, agreed_lines, line):
        """Return the agreement line that prices an order line: the nearest target, then
        the highest quantity that is reached, then the newest agreement."""
        quantity = line._get_quantity_in_product_unit()
        categories = self._get_category_path(line.product_id.categ_id)
        ranked = []
        for agreed in agreed_lines:
            distance = self._get_distance(agreed, line.product_id, categories)
            if distance is not None and agreed.quantity_min <= (quantity or 1.0):
                ranked.append((distance, -agreed.quantity_min, -agreed.id, agreed))
        return min(ranked)[-1] if ranked else agreed_lines.browse()

    @api.model
    def _get_category_path(self, category):
        path = []
        while category:
            path.append(category)
            category = category.parent_id
        return path

    @api.model
    def _get_distance(self, agreed, product, categories):
        """Return how far a rule's target is from a product: 0 for itself; None: it is
        not for it."""
        if agreed.product_id:
            return 0 if agreed.product_id == product else None
        if agreed.product_tmpl_id:
            return 1 if agreed.product_tmpl_id == product.product_tmpl_id else None
        if agreed.categ_id in categories:
            return 2 + categories.index(agreed.categ_id)
        return None

    @api.model
    def _trace_agreement(self, line, agreed):
        agreement = agreed.agreement_id
        number = list(agreement.line_ids).index(agreed) + 1
        if agreed.price_kind == "fixed":
            gives = format_amount(self.env, agreed.price, agreement.currency_id)
        else:
            gives = self.env._(
                "%s %% off the list price",
                formatLang(self.env, agreed.discount, digits=2),
            )
        return self.env._(
            "Agreement %(agreement)s, line %(number)s: %(gives)s from %(quantity)s "
            "%(unit)s",
            agreement=agreement.display_name,
            number=number,
            gives=gives,
            quantity=formatLang(self.env, agreed.quantity_min, digits=2),
            unit=line.product_id.uom_id.name,
        )
