{
    "name": "Key Accounts: Large Splits",
    "summary": "Parent orders with many recipients are split in the background",
    "version": "19.0.1.0.0",
    "category": "Sales/Key Accounts",
    "author": "Keystone",
    "license": "AGPL-3",
    "depends": ["key_account_split", "queue_job"],
    "data": [
        "security/sale_order_rules.xml",
        "data/queue_job_function_data.xml",
        "views/res_config_settings_views.xml",
        "views/sale_order_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["key_account_split_queue/static/src/**/*"],
        "web.assets_unit_tests": ["key_account_split_queue/static/tests/**/*.test.js"],
        "web.assets_tests": ["key_account_split_queue/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
