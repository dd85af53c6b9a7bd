from . import key_account_test_expense
