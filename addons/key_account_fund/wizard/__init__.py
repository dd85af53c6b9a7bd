from . import (
    account_merge_wizard,
    key_account_fund_statement,
    key_account_prepayment_request,
)
from . import account_merge_wizard, account_move_reversal
