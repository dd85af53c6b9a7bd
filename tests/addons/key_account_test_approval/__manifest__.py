{
    "name": "Key Accounts: Test Approvals",
    "summary": "A document that only tests use: it shows how another addon joins",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Keystone",
    "license": "AGPL-3",
    "depends": ["key_account_approval"],
    "data": ["security/ir.model.access.csv"],
}
