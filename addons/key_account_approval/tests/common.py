from odoo.fields import Command

from odoo.addons.key_account.tests.common import KeyAccountCase


class ApprovalCase(KeyAccountCase):
    """Factories for rules and requests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Rules of the demo data would ask, too.
        cls.env["key.account.approval.rule"].search([]).active = False
        cls.account = cls.make_account()
        cls.product = cls.make_product(price=100.0, standard_price=60.0)
        cls.salesperson = cls.user("salesperson")
        cls.manager = cls.user("manager")
        cls.accountant = cls.user("accountant")

    @classmethod
    def make_rule(cls, *steps, thresholds=None, **vals):
        """Return a rule.

        :param steps: users who decide at each step, or values of the step
        :param thresholds: ``{measure: value}``
        """
        return cls.env["key.account.approval.rule"].create(
            {
                "name": "Rule",
                "res_model": "sale.order",
                "step_ids": [
                    Command.create(cls.prepare_step(step, number))
                    for number, step in enumerate(steps, start=1)
                ],
                "threshold_ids": [
                    Command.create({"measure": measure, "value": value})
                    for measure, value in (thresholds or {}).items()
                ],
                **vals,
            }
        )

    @staticmethod
    def prepare_step(step, number):
        if not isinstance(step, dict):
            step = {"approver_kind": "users", "user_ids": step.ids}
        return {"name": f"Step {number}", "sequence": number, **step}

    @classmethod
    def make_quotation(cls, quantity=1, **vals):
        """Return a quotation that the salesperson wrote."""
        return (
            cls.env["sale.order"]
            .with_user(cls.salesperson)
            .create(
                {
                    "partner_id": cls.account.partner_id.id,
                    "user_id": cls.salesperson.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": cls.product.id,
                                "product_uom_qty": quantity,
                            }
                        )
                    ],
                    **vals,
                }
            )
        )

    def ask(self, document, reason="A good customer"):
        """Return the request that the salesperson made about the document."""
        document.with_user(self.salesperson).action_ask_approval(reason)
        return document.sudo()._get_latest_request()
