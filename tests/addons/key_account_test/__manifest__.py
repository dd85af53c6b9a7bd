{
    "name": "Key Accounts: Test",
    "summary": "A gate check that only tests use: it shows what another addon writes",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Keystone",
    "license": "AGPL-3",
    "depends": ["key_account"],
}
