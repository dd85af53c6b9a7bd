from . import (
    base_partner_merge_automatic_wizard,
    key_account_credit_reject,
)
