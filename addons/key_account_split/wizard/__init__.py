from . import (
    sale_advance_payment_inv,
    sale_order_recipient_export,
    sale_order_recipient_import,
    sale_order_recipient_import_apply,
    sale_order_recipient_import_check,
    sale_order_recipient_import_column,
    sale_order_recipient_import_error,
    sale_order_recipient_import_preview,
    sale_order_recipient_import_sentences,
    sale_order_recipient_import_total,
    sale_order_release_postpone,
    sale_order_stock_check,
)
