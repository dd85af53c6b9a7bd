#!/bin/sh
# Installs every Keystone addon that the database does not have yet, and ends. Options
# are passed on to Odoo; after an update of the addons, bring the database up to date:
#   docker compose stop odoo
#   docker compose run --rm install -u key_account
set -eu

addons=$(cd /mnt/extra-addons && ls -d */__manifest__.py | cut -d/ -f1 | paste -sd, -)
/entrypoint.sh odoo --no-http --stop-after-init -i "$addons" "$@"

# The server starts after this script: nobody can log in with the default password.
/entrypoint.sh odoo shell --no-http -d keystone < /usr/local/share/keystone/first_password.py
