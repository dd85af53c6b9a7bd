from . import (
    account_move,
    account_move_line,
    key_account,
    key_account_credit_limit,
    key_account_credit_rule,
    key_account_credit_rule_check,
    key_account_exposure,
    res_company,
    res_config_settings,
    sale_order,
    sale_order_gate,
    stock_picking,
)
