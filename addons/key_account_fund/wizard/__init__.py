from . import key_account_fund_statement
