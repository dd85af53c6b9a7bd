from . import key_account_fund_check_report
