from odoo.fields import Command

from odoo.addons.key_account.tests.common import GateCase


class CreditCase(GateCase):
    """Factories for limits and for what uses them up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.account.partner_id
        cls.company = cls.env.company

    def tearDown(self):
        # Whatever a test has done, sums of items and items agree.
        self.assertEqual(self.env["key.account.open.item"]._audit(), [])
        super().tearDown()

    @classmethod
    def make_limit(cls, amount=1000.0, account=None, **vals):
        """Return an active limit of the account, permanent unless told otherwise."""
        account = account or cls.account
        return cls.env["key.account.credit.limit"].create(
            {"key_account_id": account.id, "amount": amount, **vals}
        )

    @classmethod
    def make_sale(cls, amount=100.0, account=None, **vals):
        """Return a quotation over one unit of a storable product for ``amount``."""
        account = account or cls.account
        line = {
            "product_id": cls.product.id,
            "product_uom_qty": 1,
            "price_unit": amount,
        }
        return cls.env["sale.order"].create(
            {
                "partner_id": account.partner_id.id,
                "order_line": [Command.create(line)],
                **vals,
            }
        )

    @classmethod
    def confirm(cls, *args, **kwargs):
        """Return such an order after somebody has asked to confirm it."""
        order = cls.make_sale(*args, **kwargs)
        order.action_confirm()
        return order

    @staticmethod
    def deliver(order, quantity=None):
        """Have what is open of the order delivered, or a quantity of it."""
        for picking in order.picking_ids.filtered(lambda p: p.state != "done"):
            for move in picking.move_ids:
                move.quantity = move.product_uom_qty if quantity is None else quantity
                move.picked = True
            picking.with_context(skip_backorder=True)._action_done()

    @classmethod
    def make_invoice(cls, amount=100.0, account=None, **vals):
        """Return a draft customer invoice that has no order."""
        account = account or cls.account
        line = {
            "name": "Service",
            "quantity": 1,
            "price_unit": amount,
            "tax_ids": [Command.clear()],
        }
        return cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": account.partner_id.id,
                "invoice_line_ids": [Command.create(line)],
                **vals,
            }
        )

    def assertExposure(self, expected=None, account=None, **parts):
        """Assert the parts of an account's exposure, and that their documents add up to
        each of them and all of them to the figure."""
        account = account or self.account
        account.invalidate_recordset()
        found = account._get_exposure()[account]
        self.assertEqual(found, parts)
        for component in account._get_exposure_components():
            records = self.env[component.model].search(component.domain)
            total = component.sign * sum(records.mapped(component.amount_field))
            self.assertAlmostEqual(
                total, parts.get(component.code, 0.0), 2, component.code
            )
        self.assertAlmostEqual(account.credit_exposure, sum(parts.values()), 2)
