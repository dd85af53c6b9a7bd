from . import key_account_credit_file
