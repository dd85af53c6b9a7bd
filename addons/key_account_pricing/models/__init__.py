from . import (
    key_account,
    key_account_agreement,
    key_account_agreement_lifecycle,
    key_account_agreement_line,
    key_account_agreement_volume,
    key_account_price,
    sale_order,
    sale_order_line,
)
