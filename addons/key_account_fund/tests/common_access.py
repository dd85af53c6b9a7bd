from odoo.exceptions import UserError
from odoo.service.model import call_kw

from .common import FundCase

FUND, ENTRY = "key.account.fund", "key.account.fund.entry"
# Everybody without accounting rights.
OTHERS = (
    "salesperson",
    "manager",
    "controller",
    "warehouse",
    "administrator",
    "portal",
)


class AccessCase(FundCase):
    """A fund with money, of which a part is frozen, seen by everybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.user_id = cls.user("salesperson")
        cls.payment = cls.deposit(100)
        cls.sale = cls.confirm(60, user_id=cls.user("salesperson").id)
        cls.entry = cls.fund.entry_ids[-1:]
        cls.env.flush_all()

    def call(self, user, model, method, *args, **kwargs):
        """Call as RPC does; a forged context comes in ``context``."""
        self.env.invalidate_all()
        result = call_kw(self.env[model].with_user(user), method, list(args), kwargs)
        self.env.flush_all()
        return result

    def assertNothingMoved(self):
        self.env.invalidate_all()
        self.assertFund(100, 60)

    def refuse(self, user, model, method, *args, error=UserError, **kwargs):
        """Assert that such a call is refused, and that nothing came of it."""
        with self.subTest(user=user.login, model=model, method=method, args=args):
            with self.assertRaises(error), self.env.cr.savepoint():
                self.call(user, model, method, *args, **kwargs)
            self.assertNothingMoved()

    def refuse_all(self, model, method, *args, **kwargs):
        for role in OTHERS:
            self.refuse(self.user(role), model, method, *args, **kwargs)
