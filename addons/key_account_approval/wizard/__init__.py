from . import (
    key_account_approval_ask,
    key_account_approval_decide,
    key_account_approval_test,
    sale_advance_payment_inv,
)
