{
    "name": "Keystone: Key-Account Sales",
    "summary": "Installs all key-account addons and holds the demo story",
    "version": "19.0.1.0.0",
    "category": "Sales/Key Accounts",
    "author": "Keystone",
    "license": "AGPL-3",
    "depends": [
        "key_account",
        "key_account_approval",
        "key_account_credit",
        "key_account_fund",
        "key_account_pricing",
        "key_account_split",
        "key_account_split_queue",
    ],
}
