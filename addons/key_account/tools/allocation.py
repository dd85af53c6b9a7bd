"""Share an amount without losing a cent."""

from decimal import ROUND_FLOOR, Decimal


def allocate(amount, weights, precision):
    """Share ``amount`` in proportion to ``weights``, conserving every unit.

    Each share is the exact proportion rounded down to ``precision``; the units left
    over go to the largest remainders, and between equal ones to the later recipient
    (the largest remainder method, Hamilton 1792). No share is further than one unit
    from its exact proportion.

    :param amount: the amount to share, a multiple of ``precision``; may be negative
    :param weights: numbers that are not negative, at least one above zero
    :param precision: the smallest unit, for example 0.01 for a currency with cents
    :return: list of floats in the order of ``weights``, their sum is ``amount``
    """
    unit = Decimal(str(precision))
    weights = [Decimal(str(weight)) for weight in weights]
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must not be negative and need one above zero")
    units = (Decimal(str(amount)) / unit).quantize(Decimal(1))
    sign = -1 if units < 0 else 1
    exact = [abs(units) * weight / total for weight in weights]
    shares = [share.to_integral_value(ROUND_FLOOR) for share in exact]
    left = int(abs(units) - sum(shares))
    by_remainder = sorted(
        range(len(shares)), key=lambda i: (exact[i] - shares[i], i), reverse=True
    )
    for index in by_remainder[:left]:
        shares[index] += 1
    return [float(sign * share * unit) for share in shares]
