from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _gate_get_issues(self):
        # EXTENDS 'key_account'
        issues = super()._gate_get_issues()
        for line in self.order_line.filtered("product_id.test_floor"):
            missing = line._get_amount_below_floor()
            if line.currency_id.compare_amounts(missing, 0) <= 0:
                continue
            text = self.env._(
                "%(product)s is %(missing)s too cheap; raise its price.",
                product=line.product_id.display_name,
                missing=line.currency_id.format(missing),
            )
            issue = {
                "code": "test_floor",
                "kind": "price",
                "subject": str(line.id),
                "text": text,
                "amount_missing": missing,
            }
            issues.setdefault(line.order_id, []).append(issue)
        return issues
