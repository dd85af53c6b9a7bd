from odoo import api, models
from odoo.tools import format_amount, formatLang


class KeyAccountPrice(models.AbstractModel):
    """The decision in words that a person reads."""

    _inherit = "key.account.price"

    @api.model
    def _get_source(self, line):
        """Return ``(source, trace)`` of an order line's price: which rule gives it, in a
        sentence that a person reads."""
        # sudo: whoever writes the quotation may not read the documents.
        line = line.sudo()
        rule, promotion = line._get_price_rules()
        if rule:
            source, trace = rule.source, self._describe(line, rule)
        elif promotion and promotion.policy != "on_top":
            source, trace = "promotion", self._describe(line, promotion)
        elif line.pricelist_item_id:
            source, trace = "pricelist", self._describe_pricelist(line)
        else:
            source, trace = "list", self.env._("List price")
        if promotion and promotion.policy == "on_top":
            trace = self.env._(
                "%(trace)s; on top: %(promotion)s",
                trace=trace,
                promotion=self._describe(line, promotion),
            )
        if line.exhausted_agreement_id:
            trace = self.env._(
                "%(trace)s; %(agreement)s has no volume left",
                trace=trace,
                agreement=line.exhausted_agreement_id.display_name,
            )
        if line._is_price_manual():
            return "manual", self.env._("Entered by hand instead of: %s", trace)
        return source, trace

    @api.model
    def _describe_beaten(self, line, decision):
        """Return what would have given another price, one to a line, the next first."""
        described = [self._describe(line, rule) for rule in decision.beaten]
        # What Odoo itself would take comes last, whatever won.
        if decision.source not in ("pricelist", "list"):
            if line.pricelist_item_id:
                described.append(self._describe_pricelist(line))
            else:
                described.append(self.env._("List price"))
        return "\n".join(described)

    @api.model
    def _describe_pricelist(self, line):
        name = line.pricelist_item_id.pricelist_id.display_name
        return self.env._("Pricelist %s", name)

    @api.model
    def _describe(self, line, rule):
        """Return a rule in a sentence: document, line, price, from which quantity on,
        basis and freight."""
        currency = line.env["res.currency"].browse(rule.currency_id)
        if rule.price_kind == "fixed":
            gives = format_amount(self.env, rule.price, currency)
        else:
            discount = formatLang(self.env, rule.discount, digits=2)
            gives = self.env._("%s %% off the list price", discount)
        trace = self.env._(
            "%(document)s, line %(number)s: %(gives)s from %(quantity)s %(unit)s",
            document=self._describe_document(rule),
            number=rule.number,
            gives=gives,
            quantity=formatLang(self.env, rule.quantity_min, digits=2),
            unit=line.product_id.uom_id.name,
        )
        parts = [trace]
        if rule.basis == "pickup":
            parts.append(self.env._("pickup"))
        elif rule.basis == "delivered":
            parts.append(self.env._("delivered"))
        if rule.freight:
            freight = format_amount(self.env, rule.freight, currency)
            if rule.freight_kind == "separate":
                parts.append(self.env._("plus freight %s", freight))
            else:
                parts.append(self.env._("freight %s included", freight))
        return ", ".join(parts)

    @api.model
    def _describe_document(self, rule):
        if rule.source == "agreement":
            return self.env._(
                "Agreement %(number)s v%(version)s",
                number=rule.document,
                version=rule.version,
            )
        if rule.source == "customer":
            return self.env._("Customer price %s", rule.document)
        if rule.source == "region":
            return self.env._("Region price %s", rule.document)
        return self.env._("Promotion %s", rule.document)
