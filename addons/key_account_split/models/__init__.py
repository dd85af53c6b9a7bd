from . import (
    account_move,
    key_account,
    sale_order,
    sale_order_fulfilment,
    sale_order_gate,
    sale_order_line,
    sale_order_recipient,
    sale_order_recipient_line,
    sale_order_split,
)
