def uninstall_hook(env):
    """Give back what is set aside: no move keeps goods for an addon that is gone."""
    reserves = env["key.account.stock.reserve"].search([("state", "=", "active")])
    reserves._cancel_moves()
