{
    "name": "Key Accounts: Parent Orders",
    "summary": "One order for many recipients, split into child orders to the cent",
    "version": "19.0.1.0.0",
    "category": "Sales/Key Accounts",
    "author": "Keystone",
    "license": "AGPL-3",
    "depends": ["key_account_approval"],
    "data": [
        "security/ir.model.access.csv",
        "security/sale_order_recipient_rules.xml",
        "views/sale_order_recipient_views.xml",
        "views/sale_order_views.xml",
        "views/sale_order_recipient_matrix_views.xml",
        "views/account_move_views.xml",
        "views/sale_order_menus.xml",
    ],
    "demo": ["demo/sale_order_demo.xml"],
    "assets": {
        "web.assets_backend": ["key_account_split/static/src/recipient_matrix/**/*"],
        "web.assets_unit_tests": ["key_account_split/static/tests/**/*.test.js"],
        "web.assets_tests": ["key_account_split/static/tests/tours/**/*"],
    },
}
