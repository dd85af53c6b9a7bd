from . import (
    account_merge_wizard,
    account_move_reversal,
    key_account_fund_statement,
    key_account_prepayment_request,
)
