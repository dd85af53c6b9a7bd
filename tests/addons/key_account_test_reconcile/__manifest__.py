{
    "name": "Key Accounts: Test Reconciliation",
    "summary": "Only tests use it: funds beside OCA's screen that reconciles statements",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Keystone",
    "license": "AGPL-3",
    "depends": [
        "key_account_fund",
        "account_reconcile_oca",
        "account_usability",
    ],
    "assets": {
        "web.assets_tests": ["key_account_test_reconcile/static/tests/tours/**/*"],
    },
}
