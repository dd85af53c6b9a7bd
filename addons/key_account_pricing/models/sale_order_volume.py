from odoo import models
from odoo.fields import Domain
from odoo.tools import float_compare, float_round, formatLang

LOCKED = ("volume", "both")


class SaleOrder(models.Model):
    """What agreements commit to is not exceeded: the order is held, or the rest gets
    the next price on a line of its own."""

    _inherit = "sale.order"

    def _gate_evaluate(self):
        # EXTENDS 'key_account'
        self.filtered(lambda o: o.state in ("draft", "sent"))._price_rest_by_next()
        return super()._gate_evaluate()

    def _price_rest_by_next(self):
        """Where an agreement says so, move what is over its volume to a line of its own
        that the next source prices.

        Locks the accounts of these orders. Orders whose quantities are given to
        recipients stay as they are, the gate holds them.
        """
        # sudo: the gate judges agreements whoever confirms.
        lines = (
            self.sudo()
            ._filter_divisible()
            .order_line.filtered(
                lambda line: (
                    line.agreement_line_id.agreement_id.kind in LOCKED
                    and line.agreement_line_id.agreement_id.volume_policy == "next"
                )
            )
        )
        if not lines:
            return
        lines.order_id._gate_lock_accounts()
        commitments = lines._get_commitments()
        left = lines._get_left(commitments)
        for line in lines.sorted(lambda x: (x.order_id.id, x.sequence, x.id)):
            for key, wanted in commitments.get(line, {}).items():
                if key[0] == "quantity":
                    rest = max(wanted - max(left[key], 0.0), 0.0)
                    left[key] -= wanted - rest
                    if line._is_more(rest, 0.0):
                        line._move_rest(wanted - rest)

    # --------------------------------------------------------------- sentences

    def _prepare_volume_issue(self, key, wanted, left):
        what, record = key
        is_line = record._name == "key.account.agreement.line"
        agreement = record.agreement_id if is_line else record
        names = {
            "agreement": agreement.display_name,
            "target": record.display_name if is_line else self.env._("all products"),
        }
        if what == "value":
            # Without amounts: the warehouse reads it, too.
            text = self.env._(
                "%(agreement)s commits to a value of %(target)s that the order exceeds: "
                "lower the order, or have the agreement amended.",
                **names,
            )
        else:
            digits = self.env["decimal.precision"].precision_get("Product Unit")
            text = self.env._(
                "%(agreement)s has %(left)s %(unit)s of %(target)s left, the order takes "
                "%(wanted)s: lower the quantity, or have the agreement amended.",
                left=formatLang(self.env, left, digits=digits),
                wanted=formatLang(self.env, wanted, digits=digits),
                unit=record.product_id.uom_id.name,
                **names,
            )
        return {
            "code": "volume_exceeded" if what == "quantity" else "value_exceeded",
            "kind": "price",
            "subject": f"{record._name},{record.id}",
            "text": text,
        }

    def _prepare_release_issue(self, agreed, quantity):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        least = formatLang(self.env, agreed.quantity_release_min, digits=digits)
        if agreed.quantity_release_max:
            most = formatLang(self.env, agreed.quantity_release_max, digits=digits)
            text = self.env._(
                "%(agreement)s lets one order take %(least)s to %(most)s %(unit)s of "
                "%(target)s: change the quantity.",
                agreement=agreed.agreement_id.display_name,
                least=least,
                most=most,
                unit=agreed.product_id.uom_id.name or "",
                target=agreed.display_name,
            )
        else:
            text = self.env._(
                "%(agreement)s lets one order take no less than %(least)s %(unit)s of "
                "%(target)s: change the quantity.",
                agreement=agreed.agreement_id.display_name,
                least=least,
                unit=agreed.product_id.uom_id.name or "",
                target=agreed.display_name,
            )
        return {
            "code": "release_quantity",
            "kind": "price",
            "subject": str(agreed.id),
            "text": text,
        }


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_commitments(self):
        """Return ``{line: {(what, record): amount}}`` of what these lines, priced by
        agreements that lock volumes, take: ``quantity`` and ``value`` of an agreement
        line, ``value`` of an agreement; in the product's unit, or the agreement's
        currency. The queries do not grow with the lines. Called as superuser."""
        lines = self.filtered(lambda x: x.agreement_line_id.agreement_id.kind in LOCKED)
        agreements = lines.agreement_line_id.agreement_id
        committed = self.env["key.account.agreement.line"]
        if agreements:
            committed = committed.search(
                Domain("agreement_id", "in", agreements.ids)
                & (
                    Domain("quantity_committed", ">", 0)
                    | Domain("value_committed", ">", 0)
                )
            )
        by_agreement = committed.grouped("agreement_id")
        found = {}
        for line in lines:
            agreement = line.agreement_line_id.agreement_id
            amounts = found[line] = {}
            value = line._get_value_in(agreement)
            if agreement.value_committed:
                amounts["value", agreement] = value
            for agreed in by_agreement.get(agreement, ()):
                if not agreed._is_for(line.product_id):
                    continue
                if agreed.quantity_committed:
                    amounts["quantity", agreed] = line._get_quantity_in_product_unit()
                if agreed.value_committed:
                    amounts["value", agreed] = value
        return found

    def _get_value_in(self, agreement):
        """Return the line's value without taxes in the agreement's currency, of the
        order's day."""
        return self.currency_id._convert(
            self.price_subtotal,
            agreement.currency_id,
            agreement.company_id,
            self.order_id._get_order_day(),
        )

    def _get_left(self, commitments):
        """Return ``{(what, record): amount}`` that is left of what agreements commit
        to, without what these orders, or the orders made from them, take; one query."""
        keys = {key for amounts in commitments.values() for key in amounts}
        if not keys:
            return {}
        agreements = self.agreement_line_id.agreement_id
        orders = self.order_id
        taken = agreements._get_taken(without=orders | orders._gate_get_parts())
        products = self.env["product.product"].browse(
            {row[0] for rows in taken.values() for row in rows}
        )
        products.fetch(["product_tmpl_id", "categ_id"])
        by_id = {product.id: product for product in products}
        left = {}
        for what, record in keys:
            is_line = record._name == "key.account.agreement.line"
            agreement = record.agreement_id if is_line else record
            rows = [
                row
                for row in taken.get((agreement.name, agreement.company_id.id), ())
                if not is_line or record._is_for(by_id[row[0]])
            ]
            if what == "quantity":
                amount = sum(float(row[3] or 0.0) for row in rows)
                left[what, record] = record.quantity_committed - amount
            else:
                amount = sum(agreement._get_value(*row) for row in rows)
                left[what, record] = record.value_committed - amount
        return left

    # ------------------------------------------------------------------ issues

    def _get_volume_issues(self):
        """Return ``[(order, issue values)]`` of the orders that take more than is left
        of a locked volume or value; of several orders the oldest gets it."""
        commitments = self._get_commitments()
        left = self._get_left(commitments)
        found = []
        for order in self.order_id.sorted("id") if left else ():
            wanted = {}
            for line in order.order_line:
                for key, amount in commitments.get(line, {}).items():
                    wanted[key] = wanted.get(key, 0.0) + amount
            for key, amount in wanted.items():
                available = max(left[key], 0.0)
                if self._is_exceeded(key, amount, available):
                    found.append(
                        (order, order._prepare_volume_issue(key, amount, available))
                    )
                else:
                    left[key] -= amount
        return found

    def _is_exceeded(self, key, amount, available):
        what, record = key
        if what == "value":
            return record.currency_id.compare_amounts(amount, available) > 0
        return self._is_more(amount, available)

    def _is_more(self, quantity, other):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return float_compare(quantity, other, precision_digits=digits) > 0

    def _get_release_issues(self):
        """Return ``[(order, issue values)]`` of the orders that take less or more of a
        line of an agreement than one order may."""
        found = []
        limited = self.filtered(
            lambda line: (
                line.agreement_line_id.quantity_release_min
                or line.agreement_line_id.quantity_release_max
            )
        )
        for order, lines in limited.grouped("order_id").items():
            for agreed, own in lines.grouped("agreement_line_id").items():
                quantity = sum(line._get_quantity_in_product_unit() for line in own)
                most = agreed.quantity_release_max
                too_much = most and self._is_more(quantity, most)
                if too_much or self._is_more(agreed.quantity_release_min, quantity):
                    found.append(
                        (order, order._prepare_release_issue(agreed, quantity))
                    )
        return found

    # --------------------------------------------------------------- next source

    def _move_rest(self, quantity):
        """Leave ``quantity``, in the product's unit, on this line, and put the rest on a
        line of its own that the agreement does not price."""
        self.ensure_one()
        agreement = self.agreement_line_id.agreement_id
        unit = self.product_uom_id
        kept = self.product_id.uom_id._compute_quantity(quantity, unit, round=False)
        kept = float_round(
            kept, precision_rounding=unit.rounding, rounding_method="DOWN"
        )
        rest = self
        if kept > 0:
            rest = self.copy(
                {
                    "order_id": self.order_id.id,
                    "product_uom_qty": self.product_uom_qty - kept,
                    "exhausted_agreement_id": agreement.id,
                }
            )
            self.product_uom_qty = kept
        else:
            self.exhausted_agreement_id = agreement
        rest._compute_price_rule()
        rest._compute_price_beaten()
        rest._compute_guide_price()
        # Forced: a price that was entered by hand is not taken along to the rest.
        rest.with_context(force_price_recomputation=True)._compute_price_unit()
        self.order_id.message_post(
            body=self.env._(
                "%(agreement)s has no volume left for all of %(product)s: the rest is "
                "priced by what comes next.",
                agreement=agreement.display_name,
                product=self.product_id.display_name,
            )
        )
