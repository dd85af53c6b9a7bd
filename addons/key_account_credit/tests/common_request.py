from datetime import timedelta

from odoo.tests import new_test_user

from odoo.addons.key_account.tests.common import GROUPS

from .common import CreditCase

REQUEST = "key.account.credit.request"
LIMIT = "key.account.credit.limit"


class RequestCase(CreditCase):
    """Requests asked by the salesperson and decided by the controller unless told
    otherwise."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Rules of the demo data would ask, too.
        cls.env["key.account.approval.rule"].search([]).active = False
        cls.salesperson = cls.user("salesperson")
        cls.manager = cls.user("manager")
        cls.controller = cls.user("controller")
        cls.colleague = new_test_user(
            cls.env, login="test_colleague", groups=GROUPS["controller"]
        )
        cls.account.user_id = cls.salesperson
        cls.today = cls.company._get_today()

    @classmethod
    def day(cls, days):
        return cls.today + timedelta(days=days)

    @classmethod
    def make_request(cls, amount=1000.0, user=None, **vals):
        """Return a draft."""
        return (
            cls.env[REQUEST]
            .with_user(user or cls.salesperson)
            .create(
                {
                    "key_account_id": cls.account.id,
                    "amount": amount,
                    "reason": "They buy more.",
                    **vals,
                }
            )
        )

    @classmethod
    def asked(cls, *args, **kwargs):
        request = cls.make_request(*args, **kwargs)
        request.action_ask()
        return request

    @classmethod
    def approved(cls, *args, **kwargs):
        """Return a request that the controller, or a colleague of his, has approved."""
        request = cls.asked(*args, **kwargs)
        is_own = request.env.user == cls.controller
        user = cls.colleague if is_own else cls.controller
        request.with_user(user).action_approve()
        return request

    def limits(self, *states):
        """Return the account's limits, earliest first."""
        domain = [
            ("key_account_id", "=", self.account.id),
            ("state", "in", states or ("active",)),
        ]
        return self.env[LIMIT].search(domain, order="date_start, id")

    def get_limit(self, account=None):
        account = account or self.account
        account.invalidate_recordset()
        return account.credit_limit
