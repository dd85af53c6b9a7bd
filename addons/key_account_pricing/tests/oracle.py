"""The price decision once more: slow, obvious, and written from its description only.

Nothing here is shared with the code that it checks. Rules and requests are plain
dictionaries, numbers are fractions, so that nothing is lost on the way.
"""

from datetime import UTC
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

# Odoo's own prices come as floats.
NOISE = Fraction(1, 10**7)


def exact(number):
    """Return a float as the decimal number that people read."""
    return Fraction(Decimal(repr(number or 0.0)))


# ------------------------------------------------------------------------ reading


def read_rules(env):
    """Return every line of every agreement and price sheet of the database."""
    rules = []
    for agreement in env["key.account.agreement"].sudo().search([]):
        for line in agreement.line_ids:
            rule = read_rule(agreement, line)
            rule.update(source="agreement", version=agreement.version, region=False)
            rules.append(rule)
    for sheet in env["key.account.price.sheet"].sudo().search([]):
        for line in sheet.line_ids:
            rule = read_rule(sheet, line)
            rule.update(
                source=sheet.kind,
                version=0,
                region=sheet.region_id.id,
                policy=sheet.promotion_policy,
            )
            rules.append(rule)
    return rules


def read_rule(document, line):
    target = ("category", line.categ_id.id)
    if line.product_id:
        target = ("product", line.product_id.id)
    elif line.product_tmpl_id:
        target = ("template", line.product_tmpl_id.id)
    return {
        "id": line.id,
        "document": document.name,
        "number": line.number,
        "kind": document.kind,
        "state": document.state,
        "start": document.date_start,
        "end": document.date_end,
        "account": document.account_id.id,
        "company": document.company_id.id,
        "currency": document.currency_id.id,
        "target": target,
        "basis": line.price_basis,
        "quantity_min": exact(line.quantity_min),
        "gives": line.price_kind,
        "price": exact(line.price),
        "discount": exact(line.discount),
        "freight": exact(line.freight),
        "freight_kind": line.freight_kind,
    }


def read_request(line):
    """Return what an order line asks for, with what Odoo itself would say."""
    order, product = line.order_id, line.product_id
    categories = []
    category = product.categ_id
    while category:
        categories.append(category.id)
        category = category.parent_id
    units = exact(line.product_uom_id.factor) / exact(product.uom_id.factor)
    request = {
        "account": order.key_account_id.id,
        "company": order.company_id.id,
        "day": read_day(order),
        "currency": order.currency_id.id,
        "basis": order.price_basis,
        "region": read_region(order.partner_shipping_id),
        "product": product.id,
        "template": product.product_tmpl_id.id,
        "categories": categories,
        # How many of the product's own unit are in one of the line's.
        "units": units,
        "quantity": exact(line.product_uom_qty) * units,
        "list_price": exact(product.lst_price),
        "rates": read_rates(order.company_id),
        "home": order.company_id.currency_id.id,
        "sources": line.env["key.account.price.source"]
        .sudo()
        .search([], order="sequence, id")
        .mapped("code"),
    }
    price, item = order.pricelist_id._get_product_price_rule(
        product,
        quantity=line.product_uom_qty or 1.0,
        currency=order.currency_id,
        uom=line.product_uom_id,
        date=order.date_order,
    )
    request["pricelist"] = order.pricelist_id.name
    request["has_item"] = bool(item)
    if item:
        request["odoo_price"] = exact(round(price, 9))
    else:
        # Odoo's rates are those of the day that it is in Greenwich.
        odoo = {**request, "day": order.date_order.date()}
        price = request["list_price"] * units
        request["odoo_price"] = convert(price, odoo["home"], odoo["currency"], odoo)
    return request


def read_day(order):
    """Return the day on which the order was written, where the company is."""
    clock = ZoneInfo(order.company_id.partner_id.tz or "UTC")
    return order.date_order.replace(tzinfo=UTC).astimezone(clock).date()


def read_region(address):
    region_of_country = False
    for region in address.env["key.account.region"].sudo().search([]):
        if address.state_id and address.state_id in region.state_ids:
            return region.id
        if not region.state_ids and address.country_id == region.country_id:
            region_of_country = region.id
    return region_of_country


def read_rates(company):
    """Return ``{currency: [(day, rate)]}``."""
    rates = {}
    for rate in company.env["res.currency.rate"].sudo().search([]):
        if rate.company_id in (company, company.browse()):
            rates.setdefault(rate.currency_id.id, []).append(
                (rate.name, exact(rate.rate))
            )
    return rates


# -------------------------------------------------------------------------- rules


def applies(rule, request, rules):
    if rule["state"] != "active":
        return False
    if request["day"] < rule["start"]:
        return False
    if rule["end"] and request["day"] > rule["end"]:
        return False
    if rule["company"] != request["company"]:
        return False
    if not is_for_customer(rule, request) or not is_for_place(rule, request):
        return False
    if rule["source"] == "agreement" and is_replaced(rule, request, rules):
        return False
    if get_distance(rule, request) is None:
        return False
    if rule["basis"] and rule["basis"] != request["basis"]:
        return False
    return rule["quantity_min"] <= (request["quantity"] or 1)


def is_for_customer(rule, request):
    if rule["source"] in ("agreement", "customer"):
        return rule["account"] == request["account"]
    return not rule["account"] or rule["account"] == request["account"]


def is_for_place(rule, request):
    if rule["source"] == "region":
        return rule["region"] == request["region"]
    return not rule["region"] or rule["region"] == request["region"]


def is_replaced(rule, request, rules):
    """Return whether a later version has begun."""
    for other in rules:
        if (
            other["source"] == "agreement"
            and other["document"] == rule["document"]
            and other["company"] == rule["company"]
            and other["version"] > rule["version"]
            and other["state"] == "active"
            and other["start"] <= request["day"]
        ):
            return True
    return False


def get_distance(rule, request):
    """Return how far the rule's target is from the product; None: it is another."""
    nearest_first = [("product", request["product"]), ("template", request["template"])]
    for category in request["categories"]:
        nearest_first.append(("category", category))
    if rule["target"] in nearest_first:
        return nearest_first.index(rule["target"])
    return None


def pick(rules, request):
    """Return the rule that is left when all questions have been asked."""
    if not rules:
        return None
    nearest = min(get_distance(rule, request) for rule in rules)
    rules = [rule for rule in rules if get_distance(rule, request) == nearest]
    rules = [rule for rule in rules if rule["basis"]] or rules
    rules = [rule for rule in rules if rule["region"]] or rules
    highest = max(rule["quantity_min"] for rule in rules)
    rules = [rule for rule in rules if rule["quantity_min"] == highest]
    newest = max(rule["id"] for rule in rules)
    return next(rule for rule in rules if rule["id"] == newest)


def rank(rules, request):
    """Return the rules in the order in which they would win."""
    left, ranked = list(rules), []
    while left:
        winner = pick(left, request)
        ranked.append(winner)
        left.remove(winner)
    return ranked


# ------------------------------------------------------------------------- prices


def get_rate(currency, request):
    """Return how much of the currency one of the company's currency is on the day."""
    if currency == request["home"]:
        return Fraction(1)
    latest = None
    for day, rate in request["rates"][currency]:
        if day <= request["day"] and (latest is None or day > latest[0]):
            latest = (day, rate)
    return latest[1]


def convert(amount, source, target, request):
    return amount / get_rate(source, request) * get_rate(target, request)


def get_price(rule, request):
    """Return the rule's price for one of the line's unit, in the order's currency."""
    price = rule["price"]
    if rule["gives"] == "discount":
        price = request["list_price"] * (1 - rule["discount"] / 100)
        price = convert(price, request["home"], rule["currency"], request)
    if rule["freight_kind"] == "separate":
        price += rule["freight"]
    price *= request["units"]
    return convert(price, rule["currency"], request["currency"], request)


# ----------------------------------------------------------------------- decision


def choose(rules, request):
    """Return the first source that has a price, and its rule."""
    for source in request["sources"]:
        if source == "pricelist":
            if request["has_item"]:
                return "pricelist", None
        else:
            winner = pick([rule for rule in rules if rule["source"] == source], request)
            if winner:
                return source, winner
    return "list", None


def decide(all_rules, request):
    """Return the whole decision as a dictionary."""
    rules = [rule for rule in all_rules if applies(rule, request, all_rules)]
    source, winner = choose(rules, request)
    price = get_price(winner, request) if winner else request["odoo_price"]
    promotion = pick([rule for rule in rules if rule["source"] == "promotion"], request)
    if source == "agreement" and winner["kind"] in ("price", "both"):
        promotion = None
    if promotion and promotion["policy"] == "on_top":
        price *= 1 - promotion["discount"] / 100
    elif promotion:
        other = get_price(promotion, request)
        if promotion["policy"] == "exclusive" or other < price - NOISE:
            source, winner, price = "promotion", None, other
        else:
            promotion = None
    guide = pick([rule for rule in rules if rule["source"] == "guide"], request)
    chosen = [rule for rule in (winner, promotion) if rule]
    return {
        "source": source,
        "winner": winner,
        "promotion": promotion,
        "price": price,
        "guide": get_price(guide, request) if guide else Fraction(0),
        "beaten": [r for r in rules if r["source"] != "guide" and r not in chosen],
        "is_odoo_beaten": source not in ("pricelist", "list"),
    }
