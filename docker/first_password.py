"""Give the administrator of a new database the password of the environment.

Runs in ``odoo shell``, which provides ``env``. Once the administrator has logged in,
the password is theirs: a later run changes nothing.
"""

import os

administrator = env.ref("base.user_admin")  # noqa: F821
if not administrator.login_date:
    administrator.password = os.environ["KEYSTONE_ADMIN_PASSWORD"]
    env.cr.commit()  # noqa: F821
