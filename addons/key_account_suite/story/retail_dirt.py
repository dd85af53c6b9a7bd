"""What a wholesaler's file holds besides sales, and what is done about it.

Every rule counts the lines that it touches: the story prints them.
"""

from collections import Counter

# Free-text codes that are work or charges, not goods on a shelf.
SERVICES = {
    "AMAZONFEE",
    "B",  # bad debt
    "BANK CHARGES",
    "C2",  # carriage
    "CRUK",  # donation
    "D",  # discount
    "DOT",  # postage of the web shop
    "M",  # entered by hand
    "POST",
    "S",  # samples
}

RETURN = "returns, invoice numbers with a leading C"
LOSS = "no return, but a quantity below one: corrections of the stock"
DEBT = "a price below zero: corrections of the books"
FOUND = "no customer, and no price on the whole invoice: corrections of the stock"

ANONYMOUS = "without a customer: the country's walk-in customers, one recipient"
FREE = "at a price of 0.00: free goods, delivered and invoiced"
SERVICE = "with a code that is a service: nothing to stock or to pick"
NAMELESS = "without a description: named like the product's other lines, or by its code"
OTHER_CASE = "with a code in another case: the same product"
ROUNDED = "with a price finer than a cent: rounded"
ADDED_UP = "added to another of the same recipient, product and price"


def is_service(product):
    return product in SERVICES


def sort_out(lines):
    """Return the lines that are sales, and what was found.

    :return: ``(sales, [(number of lines, sentence)])``
    """
    priced = {line.invoice for line in lines if line.price > 0}
    left_out, odd, sales, seen = Counter(), Counter(), [], set()
    for line in lines:
        reason = _get_reason(line, line.invoice in priced)
        if reason:
            left_out[reason] += 1
            continue
        odd.update(_get_oddities(line))
        place = (line.country, line.day, line.customer, line.key)
        odd[ADDED_UP] += place in seen
        seen.add(place)
        sales.append(line)
    remarks = [
        (len(lines), "lines read"),
        *_list(left_out, (RETURN, LOSS, DEBT, FOUND), "left out: "),
        (len(sales), "lines taken, of which"),
        *_list(
            odd,
            (ANONYMOUS, FREE, SERVICE, NAMELESS, OTHER_CASE, ROUNDED, ADDED_UP),
            "- ",
        ),
    ]
    return sales, remarks


def _list(counts, sentences, prefix):
    return [(counts[sentence], prefix + sentence) for sentence in sentences]


def _get_reason(line, is_priced):
    """Return why a line is no sale, or nothing."""
    if line.invoice.upper().startswith("C"):
        return RETURN
    if line.quantity < 1:
        return LOSS
    if line.price_exact < 0:
        return DEBT
    if not line.customer and not is_priced:
        return FOUND
    return None


def _get_oddities(line):
    """Yield what had to be decided about a line that is a sale."""
    if not line.customer:
        yield ANONYMOUS
    if not line.price:
        yield FREE
    if is_service(line.product):
        yield SERVICE
    if not line.name:
        yield NAMELESS
    if line.code != line.product:
        yield OTHER_CASE
    if line.price != line.price_exact:
        yield ROUNDED
