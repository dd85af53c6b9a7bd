def uninstall_hook(env):
    """Take away what Odoo does not know of: the function behind the triggers."""
    env.cr.execute("DROP FUNCTION IF EXISTS key_account_open_item() CASCADE")
