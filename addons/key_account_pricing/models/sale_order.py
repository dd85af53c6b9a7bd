from odoo import models
from odoo.tools import float_compare, formatLang


class SaleOrder(models.Model):
    """What agreements lock is held at the gate: volumes and prices."""

    _inherit = "sale.order"

    def _gate_get_issues(self):
        # EXTENDS 'key_account'
        issues = super()._gate_get_issues()
        # sudo: the gate judges agreements whoever confirms.
        lines = self.sudo().order_line.filtered("agreement_line_id")
        for order, found in [
            *lines._get_ended_issues(),
            *lines._get_volume_issues(),
            *lines._get_locked_price_issues(),
        ]:
            issues.setdefault(self.browse(order.id), []).append(found)
        return issues

    def _recompute_prices(self):
        # EXTENDS 'sale': which rule counts is decided again, too.
        self._get_update_prices_lines()._compute_agreement_line_id()
        return super()._recompute_prices()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_ended_issues(self):
        """Return ``[(order, issue values)]`` of quotations that are priced by an
        agreement which is not in force any more."""
        found = {}
        for line in self:
            agreement = line.agreement_line_id.agreement_id
            if line.state in ("draft", "sent", "sale") and agreement.state != "active":
                found[(line.order_id, agreement)] = {
                    "code": "agreement_ended",
                    "kind": "price",
                    "subject": str(agreement.id),
                    "text": self.env._(
                        "%s is not in force any more: update the prices of the order.",
                        agreement.display_name,
                    ),
                }
        return [(order, issue) for (order, _agreement), issue in found.items()]

    def _get_volume_issues(self):
        """Return ``[(order, issue values)]`` of the orders that take more than is left
        of a locked volume; of several orders the oldest gets it."""
        volumes = {
            line: volume
            for line in self
            if line.agreement_line_id.agreement_id.kind in ("volume", "both")
            and (volume := line.agreement_line_id._get_volume(line.product_id))
        }
        if not volumes:
            return []
        locked = self.filtered(lambda line: line in volumes)
        agreed_lines = volumes[locked[0]].union(*volumes.values())
        taken = agreed_lines._get_executed(without=locked.order_id)
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        found = []
        for order in locked.order_id.sorted("id"):
            lines = locked.filtered(lambda line, o=order: line.order_id == o)
            for volume, own in lines.grouped(volumes.get).items():
                wanted = sum(line._get_quantity_in_product_unit() for line in own)
                left = max(volume.quantity_committed - taken.get(volume.id, 0.0), 0.0)
                if float_compare(wanted, left, precision_digits=digits) > 0:
                    found.append(
                        (order, own._prepare_volume_issue(volume, wanted, left))
                    )
                else:
                    taken[volume.id] = taken.get(volume.id, 0.0) + wanted
        return found

    def _prepare_volume_issue(self, agreed, wanted, left):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return {
            "code": "volume_exceeded",
            "kind": "price",
            "subject": str(agreed.id),
            "text": self.env._(
                "%(agreement)s has %(left)s %(unit)s of %(product)s left, the order takes "
                "%(wanted)s: lower the quantity, or have the agreement amended.",
                agreement=agreed.agreement_id.display_name,
                left=formatLang(self.env, left, digits=digits),
                wanted=formatLang(self.env, wanted, digits=digits),
                unit=agreed.product_id.uom_id.name,
                product=agreed.product_id.display_name,
            ),
        }

    def _get_locked_price_issues(self):
        """Return ``[(order, issue values)]`` of the lines whose price is not the one
        that an agreement has locked."""
        found = []
        for line in self:
            agreed = line.agreement_line_id
            if agreed.agreement_id.kind not in ("price", "both"):
                continue
            price = line._get_agreed_price(agreed)
            net = line.price_unit * (1 - line.discount / 100.0)
            if line.currency_id.compare_amounts(price, net):
                text = self.env._(
                    "%(agreement)s locks the price of %(product)s: update the prices of "
                    "the order.",
                    agreement=agreed.agreement_id.display_name,
                    product=line.product_id.display_name,
                )
                issue = {
                    "code": "price_locked",
                    "kind": "price",
                    "subject": str(line.id),
                    "text": text,
                }
                found.append((line.order_id, issue))
        return found
