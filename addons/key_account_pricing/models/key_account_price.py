from dataclasses import dataclass

from odoo import api, fields, models
from odoo.tools import SQL, float_compare

from ..tools.decision import (
    Request,
    Rule,
    decide,
    get_rank,
    get_ranked,
    split_price,
)

# The columns are those of Rule.
RULES = """
SELECT 'agreement', line.id, agreement.id, agreement.name, agreement.version,
       line.number, line.product_id, line.product_tmpl_id, line.categ_id,
       COALESCE(line.quantity_min, 0), line.price_kind, COALESCE(line.price, 0),
       COALESCE(line.discount, 0), line.price_basis,
       line.freight_kind, COALESCE(line.freight, 0), NULL::integer, agreement.currency_id,
       agreement.date_start, agreement.date_end,
       (SELECT MIN(later.date_start) FROM key_account_agreement later
         WHERE later.name = agreement.name
           AND later.company_id = agreement.company_id
           AND later.version > agreement.version
           AND later.state = 'active'),
       NULL, agreement.kind IN ('price', 'both'),
       agreement.company_id, agreement.account_id
  FROM key_account_agreement_line line
  JOIN key_account_agreement agreement ON agreement.id = line.agreement_id
 WHERE %(agreements)s
 UNION ALL
SELECT sheet.kind, line.id, sheet.id, sheet.name, 0,
       line.number, line.product_id, line.product_tmpl_id, line.categ_id,
       COALESCE(line.quantity_min, 0), line.price_kind, COALESCE(line.price, 0),
       COALESCE(line.discount, 0), line.price_basis,
       line.freight_kind, COALESCE(line.freight, 0), sheet.region_id, sheet.currency_id,
       sheet.date_start, sheet.date_end, NULL::date,
       CASE WHEN sheet.kind = 'promotion' THEN sheet.promotion_policy END, FALSE,
       sheet.company_id, COALESCE(sheet.account_id, 0)
  FROM key_account_price_sheet_line line
  JOIN key_account_price_sheet sheet ON sheet.id = line.sheet_id
 WHERE %(sheets)s
"""
IN_FORCE = """
       (line.product_id = ANY(%(products)s) OR line.product_tmpl_id = ANY(%(templates)s)
        OR line.categ_id = ANY(%(categories)s))
   AND {0}.state = 'active'
   AND {0}.company_id = ANY(%(companies)s)
   AND (COALESCE({0}.account_id, 0) = ANY(%(accounts)s))
"""
AGREEMENTS_IN_FORCE = IN_FORCE.format("agreement")
SHEETS_IN_FORCE = IN_FORCE.format("sheet")


@dataclass(frozen=True, slots=True)
class Decision:
    """What gives an order line its price: the source, its rule, a promotion that counts
    instead of it or on top, and the rules that would have given another price."""

    source: str
    rule: Rule | None
    promotion: Rule | None
    beaten: tuple[Rule, ...]


class KeyAccountPrice(models.AbstractModel):
    """The one decision about a price: which rule gives it, and why.

    Rules are kept in memory for the rest of the transaction, in which the database does
    not change but by our own hand (`_forget_rules`), or until the ORM forgets what it
    has read: after a rollback, also to a savepoint, and after SQL of somebody else.
    """

    _name = "key.account.price"
    _description = "Price Decision"

    # Holds no value: the rules are kept in its cache, which goes with all others.
    rules = fields.Json(store=False, export_string_translation=False)

    @api.model
    def _decide(self, lines):
        """Return ``{order line: Decision}`` of the lines of key accounts that have a
        product; the number of queries does not grow with them."""
        return {line: self._decide_line(line) for line in self._load_for(lines)}

    @api.model
    def _get_agreed(self, lines):
        """Return ``{order line: agreement line}`` of the lines that an agreement in
        force ought to price, whatever they are priced by."""
        # sudo: as in _load_for.
        Line = self.env["key.account.agreement.line"].sudo()
        return {
            line: Line.browse(decision.rule.line_id)
            for line, decision in self._decide(lines).items()
            if decision.rule and decision.rule.source == "agreement"
        }

    @api.model
    def _get_misplaced(self, lines):
        """Return ``{order line: rule}`` of the lines that go by a rule which is not for
        them as they are: it wants another quantity, day, basis or region."""
        found = {}
        for line in self._load_for(lines):
            request = self._get_request(line)
            for rule in line._get_price_rules():
                if rule and get_rank(rule, request) is None:
                    found[line] = rule
        return found

    @api.model
    def _get_guides(self, lines):
        """Return ``{order line: price}`` of the lines that a guide price in force is
        for: for one of the line's unit, in the order's currency, without taxes."""
        guides = {}
        for line in self._load_for(lines):
            rules = self._get_rules(*self._get_place(line))
            ranked = get_ranked(rules, self._get_request(line), "guide")
            if ranked:
                guides[line] = self._get_price(line, ranked[0])
        return guides

    @api.model
    def _load_for(self, lines):
        """Return those of the lines that rules may price, with their rules at hand."""
        # sudo: a price counts whoever writes the quotation.
        lines = lines.sudo().filtered(
            lambda line: (
                line.product_id
                and not line.display_type
                and line.order_id.key_account_id
            )
        )
        self._load_rules({self._get_place(line) for line in lines})
        return lines

    @api.model
    def _get_place(self, line):
        order = line.order_id
        return order.company_id.id, order.key_account_id.id, line.product_id

    @api.model
    def _decide_line(self, line):
        request = self._get_request(line)
        rules = self._get_rules(*self._get_place(line))
        source, applicable = decide(
            rules,
            request,
            self.env["key.account.price.source"]._get_precedence(),
            lambda: bool(line.pricelist_item_id),
        )
        rule = next((rule for rule in applicable if rule.source == source), None)
        promotions = get_ranked(rules, request, "promotion")
        promotion = self._get_promotion(line, rule, promotions)
        if promotion and promotion.policy != "on_top":
            source = "promotion"
        won = {promotion} if source == "promotion" else {rule, promotion}
        beaten = [rule for rule in (*promotions, *applicable) if rule not in won]
        return Decision(
            source,
            None if source == "promotion" else rule,
            promotion,
            tuple(beaten),
        )

    @api.model
    def _get_promotion(self, line, rule, promotions):
        """Return the promotion that counts for a line, of those that apply, the best
        first; a price that an agreement locks is left alone."""
        if not promotions or (rule and rule.is_locked):
            return None
        promotion = promotions[0]
        if promotion.policy == "best":
            price = self._get_price(line, rule)
            if price is None:
                price = line._get_price_of_odoo()
            promoted = self._get_price(line, promotion)
            # Equal prices may differ in their last digits.
            if float_compare(promoted, price, precision_digits=6) >= 0:
                return None
        return promotion

    @api.model
    def _get_request(self, line):
        order, product = line.order_id, line.product_id
        return Request(
            product_id=product.id,
            template_id=product.product_tmpl_id.id,
            category_ids=product._get_category_ids(),
            quantity=line._get_quantity_in_product_unit(),
            day=order._get_order_day(),
            region_id=order.price_region_id.id or None,
            basis=order.price_basis or None,
            exhausted=line.exhausted_agreement_id.name or None,
        )

    # ----------------------------------------------------------------- amounts

    @api.model
    def _get_price(self, line, rule):
        """Return a rule's price for one of the line's unit, in the order's currency,
        without taxes, freight in it; no rule: None."""
        if rule is None:
            return None
        return self._convert(line, rule, self._get_prices(line, rule)[0])

    @api.model
    def _get_freight(self, line, rule):
        """Return how much of a rule's price is freight, as `_get_price`."""
        if rule is None or not rule.freight:
            return 0.0
        return self._convert(line, rule, self._get_prices(line, rule)[1])

    @api.model
    def _get_prices(self, line, rule):
        price = rule.price
        if rule.price_kind == "discount":
            # In the rule's currency, like its freight.
            listed = line.product_id.lst_price * (1 - rule.discount / 100.0)
            price = self._change(
                line,
                line.product_id.currency_id,
                line.env["res.currency"].browse(rule.currency_id),
                listed,
            )
        return split_price(price, rule)

    @api.model
    def _convert(self, line, rule, amount):
        """Return a rule's amount for one of the product's unit for one of the line's, in
        the order's currency."""
        product = line.product_id
        unit = line.product_uom_id or product.uom_id
        if unit != product.uom_id:
            amount = product.uom_id._compute_price(amount, unit)
        source = line.env["res.currency"].browse(rule.currency_id)
        return self._change(line, source, line.currency_id or source, amount)

    @api.model
    def _change(self, line, source, target, amount):
        if source == target:
            return amount
        company = line.company_id or self.env.company
        day = line.order_id._get_order_day()
        return source._convert(amount, target, company, day, round=False)

    # ------------------------------------------------------------------- rules

    @api.model
    def _get_memo(self):
        cache = self.env.transaction.field_data[self._fields["rules"]]
        return cache.setdefault("memo", {"by_key": {}, "by_line": {}})

    @api.model
    def _forget_rules(self):
        """Read the rules anew: documents or their lines have changed."""
        self.env.transaction.field_data.pop(self._fields["rules"], None)

    @api.model
    def _get_keys(self, company, account, product):
        """Return what the rules for a product are kept under: those of the account, and
        those that are nobody's own."""
        targets = [
            ("product", product.id),
            ("template", product.product_tmpl_id.id),
            *(("category", category) for category in product._get_category_ids()),
        ]
        return [
            (company, owner, *target) for owner in (account, 0) for target in targets
        ]

    @api.model
    def _get_rules(self, company, account, product):
        keys = self._get_keys(company, account, product)
        if any(key not in self._get_memo()["by_key"] for key in keys):
            # Forgotten since: reading a field may have written what was pending.
            self._load_rules({(company, account, product)})
        by_key = self._get_memo()["by_key"]
        return [rule for key in keys for rule in by_key[key]]

    @api.model
    def _load_rules(self, wanted):
        """Read the active rules for ``{(company id, account id, product)}`` that are not
        known yet, in one query."""
        if not self._get_missing(wanted):
            return
        for name in ("key.account.agreement", "key.account.price.sheet"):
            self.env[name].flush_model()
            self.env[name].line_ids.flush_model()
        # Afresh: flushing may have made it forget.
        missing = self._get_missing(wanted)
        ids = {"product": set(), "template": set(), "category": set()}
        companies, accounts = set(), set()
        for company, account, target, target_id in missing:
            companies.add(company)
            accounts.add(account)
            ids[target].add(target_id)
        values = {
            "products": list(ids["product"]),
            "templates": list(ids["template"]),
            "categories": list(ids["category"]),
            "companies": list(companies),
            "accounts": list(accounts),
        }
        for key, rule in self._fetch_rules(
            SQL(AGREEMENTS_IN_FORCE, **values), SQL(SHEETS_IN_FORCE, **values)
        ):
            if key in missing:
                missing[key].append(rule)
        self._get_memo()["by_key"].update(missing)

    @api.model
    def _get_missing(self, wanted):
        """Return ``{key: []}`` of the keys of these places whose rules are not known."""
        known = self._get_memo()["by_key"]
        return {
            key: []
            for place in wanted
            for key in self._get_keys(*place)
            if key not in known
        }

    @api.model
    def _fetch_rules(self, agreements, sheets):
        """Return ``[(key, rule)]`` of the rules that meet two conditions."""
        by_line = self._get_memo()["by_line"]
        found = []
        query = SQL(RULES, agreements=agreements, sheets=sheets)
        for columns in self.env.execute_query(query):
            rule = Rule(*columns)
            table = "agreement" if rule.source == "agreement" else "sheet"
            by_line[(table, rule.line_id)] = rule
            if rule.product_id:
                target = ("product", rule.product_id)
            elif rule.template_id:
                target = ("template", rule.template_id)
            else:
                target = ("category", rule.category_id)
            found.append(((rule.company_id, rule.account_id, *target), rule))
        return found

    @api.model
    def _get_rule(self, record):
        """Return the rule of an agreement line or price sheet line, also of one that is
        not in force; None where there is no record."""
        if not record:
            return None
        is_agreement = record._name == "key.account.agreement.line"
        key = ("agreement" if is_agreement else "sheet", record.id)
        if key not in self._get_memo()["by_line"]:
            record.flush_model()
            record._get_document().flush_model()
            # All that will be asked for, at once.
            ids = [*{*record._prefetch_ids, record.id}]
            this, other = SQL("line.id = ANY(%s)", ids), SQL("FALSE")
            self._fetch_rules(*((this, other) if is_agreement else (other, this)))
        return self._get_memo()["by_line"][key]
