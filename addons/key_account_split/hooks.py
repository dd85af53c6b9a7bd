def uninstall_hook(env):
    """Leave nothing that only this addon could finish: child orders that wait for their
    day go to the warehouse now, and no move keeps goods set aside."""
    waiting = env["sale.order"].search(
        [("state", "=", "sale"), ("release_state", "=", "waiting")], order="id"
    )
    waiting._release()
    reserves = env["key.account.stock.reserve"].search([("state", "=", "active")])
    reserves._cancel_moves()
