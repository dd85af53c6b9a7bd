from dataclasses import dataclass

from odoo import models
from odoo.tools import SQL

from odoo.addons.key_account.tools.allocation import allocate

FIGURES = """
SELECT orders.id, fund.id, COALESCE(fund.amount_posted - fund.amount_frozen, 0),
       COALESCE(own.frozen, 0), COALESCE(own.elsewhere, 0), COALESCE(own.captured, 0),
       COALESCE(own.given_back, 0), COALESCE(own.last, 0)
  FROM sale_order orders
  LEFT JOIN key_account_fund fund
    ON fund.key_account_id = orders.key_account_id
   AND fund.currency_id = orders.currency_id
   AND fund.kind = 'prepayment'
   AND fund.state = 'open'
  LEFT JOIN LATERAL (
        SELECT SUM(entry.frozen_change) AS frozen,
               SUM(entry.frozen_change)
                   FILTER (WHERE entry.fund_id IS DISTINCT FROM fund.id) AS elsewhere,
               -SUM(entry.posted_change)
                   FILTER (WHERE entry.kind = 'capture'
                              OR entry.kind = 'reverse' AND entry.posted_change > 0
                          ) AS captured,
               SUM(entry.posted_change)
                   FILTER (WHERE entry.invoice_id IS NOT NULL
                             AND (entry.kind = 'deposit'
                                  OR entry.kind = 'reverse' AND entry.posted_change < 0)
                          ) AS given_back,
               MAX(entry.id) AS last
          FROM key_account_fund_entry entry
         WHERE entry.order_id = orders.id) own ON TRUE
 WHERE orders.id = ANY(%s)
"""

LOCK_FUNDS = """
SELECT FROM key_account_fund WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""


@dataclass
class Figures:
    """What a fund has to do with an order; amounts in the order's currency."""

    fund_id: int | None = None
    available: float = 0.0
    frozen: float = 0.0
    elsewhere: float = 0.0  # the part of `frozen` in other funds than the order's now
    captured: float = 0.0  # whatever credit notes have given back
    given_back: float = 0.0
    last: int = 0  # the last entry about the order


class SaleOrder(models.Model):
    """Funds at the gate: an order that is to be prepaid freezes its amount when it is
    let through, as far as it is not frozen yet, and is held when too little is there."""

    _inherit = "sale.order"

    def _fund_get_figures(self):
        """Return ``{order: Figures}``, in one query."""
        figures = {order: Figures() for order in self._origin}
        if not self.ids:
            return figures
        self.flush_model(["key_account_id", "currency_id"])
        self.env["key.account.fund.entry"].flush_model()
        for order_id, fund_id, *amounts, last in self.env.execute_query(
            SQL(FIGURES, self.ids)
        ):
            amounts = (float(amount) for amount in amounts)
            figures[self.browse(order_id)] = Figures(fund_id, *amounts, last)
        return figures

    def _fund_get_required(self):
        """Return what is to be paid before delivery, in the order's currency."""
        self.ensure_one()
        # sudo: the gate judges amounts that the user may not see.
        order = self.sudo()
        share = order.amount_total * order.prepaid_percent / 100
        required = order.currency_id.round(share) + order.amount_prepaid_rounding
        return max(order.currency_id.round(required), 0.0)

    def _fund_get_target(self, figures):
        """Return what should be frozen for the order, as confirmed: what is required
        less what invoices have captured and what was waived then; nothing when it is
        invoiced. Where other orders were made from it they have taken over what it had:
        a quotation needs what they do not, as it may have been raised since."""
        self.ensure_one()
        if self.state not in ("draft", "sent", "sale"):
            return 0.0
        parts = self._gate_get_parts().filtered(lambda part: part.state != "cancel")
        if parts:
            # A quotation beside orders that were made from it: what it needs beyond them.
            return (
                self._fund_get_rest(parts) if self.state in ("draft", "sent") else 0.0
            )
        if figures.captured and self._fund_is_invoiced():
            return 0.0
        target = self._fund_get_required() - figures.captured
        # sudo: as in _fund_get_required
        target -= self.sudo().amount_prepaid_waived
        return max(self.currency_id.round(target), 0.0)

    def _fund_get_rest(self, parts):
        """Return what is required beyond what is required of these parts."""
        rest = self._fund_get_required()
        rest -= sum(part._fund_get_required() for part in parts)
        return max(self.currency_id.round(rest), 0.0)

    def _fund_is_invoiced(self):
        """Return whether the order's invoices need nothing more."""
        order = self.sudo()  # sudo: as in _fund_get_required
        return order.invoice_status in ("invoiced", "upselling") and not any(
            invoice.state == "draft" for invoice in order.invoice_ids
        )

    # --------------------------------------------------------------------- gate

    def _gate_get_issues(self):
        # EXTENDS 'key_account': the fund is asked after whatever else stops an order:
        # what is held does not take the money of the next.
        issues = super()._gate_get_issues()
        with_parts = self | self._gate_get_parts()
        orders = with_parts.filtered("prepaid_percent")
        if not orders:
            return issues
        # What orders that were raised a moment ago take, too.
        self.flush_model(["fingerprint"])
        released = self._gate_get_released()
        figures = orders._fund_get_figures()
        families = orders.grouped(orders._gate_get_subjects().get)
        available = {own.fund_id: own.available for own in figures.values()}
        short = set()
        for order in self:
            parts = families.get(order, self.browse()) | (order & orders)
            wanted = sum(
                part._fund_get_target(figures[part]) - figures[part].frozen
                for part in parts
            )
            wanted = order.currency_id.round(wanted)
            if not parts or wanted <= 0:
                continue
            fund_id = figures[parts[0]].fund_id
            missing = order.currency_id.round(wanted - available[fund_id])
            if missing > 0:
                short.add(fund_id)
                issues.setdefault(order, []).append(
                    order._fund_prepare_issue(fund_id, missing)
                )
            if all(
                order._gate_is_covered(issue, released.get(order, {}))
                for issue in issues.get(order, ())
            ):
                available[fund_id] -= min(wanted, available[fund_id])
        self._fund_lock_short(short)
        return issues

    def _fund_lock_short(self, fund_ids):
        """Lock funds that have too little for an order that is about to be held. Money
        that has come in since this transaction began makes it fail, and Odoo run it
        again; what comes in from now on waits, and has the held order judged again."""
        if ids := sorted(fund_id for fund_id in fund_ids if fund_id):
            self.env.cr.execute(SQL(LOCK_FUNDS, ids))

    def _fund_prepare_issue(self, fund_id, missing):
        if fund_id:
            text = self.env._(
                "The customer's prepayment is not enough: request the missing amount."
            )
        else:
            text = self.env._(
                "The customer has no prepayment in %s: request one, or agree on another "
                "currency.",
                self.currency_id.name,
            )
        return {
            "code": "fund_short",
            "kind": "fund",
            "text": text,
            "amount_missing": missing,
        }

    def _gate_commit(self):
        # EXTENDS 'key_account'
        result = super()._gate_commit()
        subjects = self._gate_get_subjects()
        children = self.filtered(lambda order: subjects[order] != order)
        for parent, own in children.grouped(lambda o: subjects[o]).items():
            own._fund_take_over(parent)
        self._fund_settle()
        return result

    def _fund_take_over(self, parent):
        """Move what the parent has frozen to these child orders, in proportion to their
        totals, to the cent; so is shared what each is to have."""
        if parent.state != "sale":  # it has been done, one of them comes back
            return
        totals = [max(child.amount_total, 0.0) for child in self.sudo()]
        # sudo: as in _fund_get_required
        freezes = self.env["key.account.fund.entry"].sudo()
        freezes = freezes._get_open_freezes([("order_id", "=", parent.id)])
        if not sum(totals):
            return
        others = parent._gate_get_parts().filtered(lambda part: part.state != "cancel")
        precision = parent.currency_id.rounding
        # Others keep theirs; what no order is made of yet has its part, too, for later.
        totals.append(max(parent._gate_get_amount_left(), 0.0))
        required = allocate(parent._fund_get_rest(others - self), totals, precision)
        for child, share in zip(self, required[:-1], strict=True):
            child._fund_set_required(share)
        if not freezes:
            return
        amount = parent.currency_id.round(sum(freezes.mapped("amount")))
        Fund = self.env["key.account.fund"]
        vals_list = Fund._prepare_resolution(freezes, release=amount)
        vals_list += [
            {
                "fund": freezes.fund_id[:1],
                "kind": "freeze",
                "amount": share,
                "order_id": child.id,
                "key": f"order {child.id} from order {parent.id}",
            }
            for child, share in zip(
                self, allocate(amount, totals, precision)[:-1], strict=True
            )
            if share
        ]
        Fund._book(vals_list)

    def _fund_set_required(self, amount):
        """Make the order require ``amount``, its part of what its parent requires."""
        # sudo: written here only, users never do.
        order = self.sudo()
        required = order._fund_get_required() - order.amount_prepaid_rounding
        order.amount_prepaid_rounding = order.currency_id.round(amount - required)

    def _fund_settle(self, can_freeze=True):
        """Bring what is frozen for these orders in line with what should be: freeze
        what is missing, as far as the fund reaches, release what is too much.

        :param can_freeze: whether something has passed the gate; else only releases
        The gate has judged before whether the fund reaches; less is frozen only where
        somebody has let the order through nevertheless.
        Locks the funds.
        """
        vals_list = []
        figures = self._fund_get_figures()
        available = {own.fund_id: own.available for own in figures.values()}
        freezes = self._fund_get_freezes(figures)
        for order, own in figures.items():
            target = order._fund_get_target(own) if order.state == "sale" else 0.0
            too_much = own.frozen - own.elsewhere - target
            if own.elsewhere or order.currency_id.compare_amounts(too_much, 0) > 0:
                vals_list += order._fund_prepare_release(own, freezes[order], too_much)
            wanted = min(-too_much, available[own.fund_id])
            if can_freeze and order.currency_id.compare_amounts(wanted, 0.0) > 0:
                available[own.fund_id] -= wanted
                vals_list.append(order._fund_prepare_freeze(own, wanted))
        self.env["key.account.fund"]._book(vals_list)
        if any(vals["kind"] == "release" for vals in vals_list):
            self._gate_wake()

    def _fund_prepare_freeze(self, figures, amount):
        return {
            "fund": self.env["key.account.fund"].browse(figures.fund_id),
            "kind": "freeze",
            "amount": amount,
            "order_id": self.id,
            "key": f"order {self.id} after {figures.last}",
        }

    def _fund_get_freezes(self, figures):
        """Return ``{order: open freezes}`` of those that have frozen something, in one
        query; none when nobody has."""
        frozen = [order.id for order, own in figures.items() if own.frozen]
        # sudo: as in _fund_get_required
        Entry = self.env["key.account.fund.entry"].sudo()
        if not frozen:
            return {}
        freezes = Entry._get_open_freezes([("order_id", "in", frozen)])
        return freezes.grouped("order_id")

    def _fund_prepare_release(self, figures, freezes, amount):
        """Return the entries that release ``amount`` in the order's fund, the newest
        freezes first, and all of it in other funds."""
        here = freezes.filtered(lambda freeze: freeze.fund_id.id == figures.fund_id)
        there = freezes - here
        Fund = self.env["key.account.fund"]
        return Fund._prepare_resolution(
            there, release=sum(there.mapped("amount"))
        ) + Fund._prepare_resolution(here[::-1], release=max(amount, 0.0))

    def _fund_after_capture(self):
        """Release what invoices have left over."""
        self._fund_settle(can_freeze=False)

    # -------------------------------------------------------------------- doors

    def write(self, vals):
        # EXTENDS 'key_account': an order that is taken back needs no money any more.
        result = super().write(vals)
        if "state" in vals and vals["state"] != "sale":
            self._fund_settle()
        return result

    def _on_content_changed(self):
        # EXTENDS 'key_account': what was raised has passed the gate, what was lowered
        # gives back.
        result = super()._on_content_changed()
        self.filtered(lambda order: order.state == "sale")._fund_settle()
        return result
