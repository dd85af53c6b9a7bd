from odoo import models


class SaleOrder(models.Model):
    """What agreements lock is held at the gate: volumes and prices."""

    _inherit = "sale.order"

    def _gate_get_issues(self):
        # EXTENDS 'key_account'
        issues = super()._gate_get_issues()
        # sudo: the gate judges agreements whoever confirms.
        all_lines = self.sudo().order_line
        lines = all_lines.filtered("agreement_line_id")
        for order, found in [
            *all_lines._get_outdated_issues(),
            *all_lines._get_ended_issues(),
            *lines._get_volume_issues(),
            *lines._get_release_issues(),
            *lines._get_locked_price_issues(),
            *self._get_guide_issues(),
        ]:
            issues.setdefault(self.browse(order.id), []).append(found)
        return issues


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_ended_issues(self):
        """Return ``[(order, issue values)]`` of quotations that are priced by an
        agreement or a price sheet which is not in force any more."""
        found = {}
        open_lines = self.filtered(lambda x: x.state in ("draft", "sent", "sale"))
        for line in open_lines:
            for document in (
                line.agreement_line_id.agreement_id,
                line.price_sheet_line_id.sheet_id,
                line.promotion_line_id.sheet_id,
            ):
                if document and document.state != "active":
                    found[line.order_id, document] = {
                        "code": "agreement_ended",
                        "kind": "price",
                        "subject": f"{document._name},{document.id}",
                        "text": self.env._(
                            "%s is not in force any more: update the prices of the order.",
                            document.display_name,
                        ),
                    }
        return [(order, issue) for (order, _document), issue in found.items()]

    def _get_outdated_issues(self):
        """Return ``[(order, issue values)]`` of the lines of quotations that go by what
        does not price them: an agreement locks them that came into force since, or that
        somebody removed, or their own rule wants something else than was ordered."""
        Price = self.env["key.account.price"]
        quoted = self.filtered(lambda line: line.state in ("draft", "sent"))
        texts = {}
        for line, rule in Price._get_misplaced(quoted).items():
            texts[line] = self.env._(
                "%(document)s does not price %(product)s as it is ordered: update the "
                "prices of the order.",
                document=Price._describe_document(rule),
                product=line.product_id.display_name,
            )
        for line, agreed in Price._get_agreed(quoted).items():
            agreement = agreed.agreement_id
            if line.agreement_line_id != agreed and agreement.kind != "framework":
                texts[line] = self.env._(
                    "%(agreement)s locks what %(product)s goes by: update the prices of "
                    "the order.",
                    agreement=agreement.display_name,
                    product=line.product_id.display_name,
                )
        return [
            (
                line.order_id,
                {
                    "code": "price_outdated",
                    "kind": "price",
                    "subject": str(line.id),
                    "text": text,
                },
            )
            for line, text in texts.items()
        ]

    def _get_locked_price_issues(self):
        """Return ``[(order, issue values)]`` of the lines whose price is not the one
        that an agreement has locked."""
        found = []
        for line in self:
            agreed = line.agreement_line_id
            if agreed.agreement_id.kind not in ("price", "both"):
                continue
            if line._is_price_manual():
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
