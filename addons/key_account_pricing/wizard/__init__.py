from . import (
    key_account_agreement_sign,
    key_account_price_export,
    key_account_price_import,
    key_account_price_import_error,
    sale_order_reply_record,
)
