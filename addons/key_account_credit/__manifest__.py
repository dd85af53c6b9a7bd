{
    "name": "Key Accounts: Credit",
    "summary": "Limits, exposure that opens down to its documents, and checks that hold",
    "version": "19.0.1.0.0",
    "category": "Sales/Key Accounts",
    "author": "Keystone",
    "license": "AGPL-3",
    "depends": ["key_account_approval"],
    "data": [
        "security/ir.model.access.csv",
        "security/key_account_credit_rules.xml",
        "data/key_account_credit_rule_data.xml",
        "views/key_account_credit_limit_views.xml",
        "views/key_account_credit_rule_views.xml",
        "views/key_account_views.xml",
        "views/sale_order_views.xml",
        "views/res_config_settings_views.xml",
        "views/key_account_credit_menus.xml",
    ],
    "demo": [],
    "assets": {
        "web.assets_tests": ["key_account_credit/static/tests/tours/**/*"],
    },
}
