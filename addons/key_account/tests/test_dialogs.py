import re

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import GROUPS, KeyAccountCase

# Rows of a dialog go by the dialog's creator.
OWN = re.compile(r"\[\('(\w+_id\.)?create_uid', '=', user\.id\)\]")


@tagged("post_install", "-at_install")
class TestDialogs(KeyAccountCase):
    """What somebody has typed and not sent yet is nobody else's."""

    def find_open_dialogs(self):
        """Return the names of the dialogs, of all our addons, that no rule closes to
        everybody but whoever opened them."""
        every = [(f"perm_{mode}", "=", True) for mode in self.env["ir.rule"]._MODES]
        rules = self.env["ir.rule"].search([("groups", "=", False), *every])
        closed = rules.filtered(lambda rule: OWN.fullmatch(rule.domain_force or ""))
        return sorted(
            {
                name
                for name, model in self.env.registry.items()
                if model._transient and model._original_module.startswith("key_account")
            }.difference(closed.mapped("model_id.model"))
        )

    def test_dialogs_are_open_to_whoever_opened_them(self):
        self.assertEqual(self.find_open_dialogs(), [])

    def test_a_rule_that_leaves_a_dialog_open_does_not_count(self):
        rule = self.env.ref("key_account.key_account_gate_release_rule_own")
        group = self.env.ref("base.group_user")
        for vals in (
            {"active": False},
            {"perm_read": False},
            {"groups": [Command.link(group.id)]},
            {"domain_force": "[(1, '=', 1)]"},
        ):
            with self.subTest(**vals), self.env.cr.savepoint() as savepoint:
                rule.write(vals)
                self.assertEqual(self.find_open_dialogs(), ["key.account.gate.release"])
                savepoint.rollback()

    def test_what_somebody_is_about_to_release_is_nobody_elses(self):
        dialog = (
            self.env["key.account.gate.release"]
            .with_user(self.user("manager"))
            .create({"reason": "The owner called"})
        )
        rival = new_test_user(self.env, "test_rival", groups=GROUPS["manager"])
        for user in (rival, self.user("controller")):
            theirs = dialog.with_user(user)
            self.assertFalse(theirs.search([]))
            with self.assertRaises(AccessError):
                theirs.read(["reason"])
            with self.assertRaises(AccessError):
                theirs.action_release()
        self.assertTrue(dialog.read(["reason"]))
