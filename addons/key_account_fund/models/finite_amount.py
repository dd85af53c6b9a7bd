from ..exceptions import FundError
from ..tools.amounts import is_amount


def assert_amounts(model, vals_list):
    """Raise when one of these values for records of ``model`` has an ``amount`` that is
    none: RPC and imports let infinity through, and rounding it would fail.

    :raise FundError: names the field
    """
    for vals in vals_list:
        if not is_amount(vals.get("amount")):
            raise FundError(
                model.env._(
                    "%(field)s (%(document)s) is not a number: enter an amount.",
                    field=model._fields["amount"]._description_string(model.env),
                    document=model._description,
                )
            )
