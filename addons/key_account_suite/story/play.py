"""Buy, pay, split, deliver and invoice a plan in Odoo, as its users would.

Every parent order is looked up by its reference before it is made, and each batch is
committed as a whole: an interrupted story goes on where it stopped, and a finished
one changes nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal

from odoo.fields import Command

from . import prepayment
from .master_data import MasterData
from .source import CENT

BATCH = 20


@dataclass
class Row:
    """One line of the story's table: a parent order against the files."""

    country: str
    month: str
    children: int
    delivered: Decimal
    quantity_source: Decimal
    invoiced: Decimal
    amount_source: Decimal

    @property
    def difference(self):
        return self.invoiced - self.amount_source

    @property
    def is_exact(self):
        return not self.difference and self.delivered == self.quantity_source


@dataclass
class Outcome:
    """What the story has come to: its two tables, and what the audit of all funds has
    found."""

    rows: list = field(default_factory=list)
    fund_rows: list = field(default_factory=list)
    findings: list = field(default_factory=list)

    @property
    def is_exact(self):
        rows = [*self.rows, *self.fund_rows]
        return (
            bool(self.rows) and all(row.is_exact for row in rows) and not self.findings
        )


def play(env, plan, progress=None):
    """Play the parts of ``plan`` that the database does not hold yet.

    :param progress: a text stream that gets a line for each batch, or None
    :return: an `Outcome`, with a row for each parent order of the plan
    """
    env = env(user=env.ref("base.user_admin"))
    known = _find_parents(env, plan)
    todo = [parent for parent in plan.parents if parent.ref not in known]
    if todo:
        data = MasterData(env, plan.name)
        data.ensure(plan, todo)
        env.cr.commit()
        for start in range(0, len(todo), BATCH):
            batch = todo[start : start + BATCH]
            _play_batch(env, data, batch)
            env.cr.commit()
            # Each batch starts with an empty cache, or it grows with the story.
            env.invalidate_all()
            if progress:
                done = min(start + BATCH, len(todo))
                progress.write(f"story: {done} of {len(todo)} parent orders\n")
        known = _find_parents(env, plan)
    groups = {parent.country: known[parent.ref].partner_id for parent in plan.parents}
    return Outcome(
        rows=[_measure(known[parent.ref], parent) for parent in plan.parents],
        fund_rows=prepayment.measure(env, groups),
        findings=prepayment.audit(env),
    )


def _find_parents(env, plan):
    orders = env["sale.order"].search(
        [
            ("client_order_ref", "in", [parent.ref for parent in plan.parents]),
            ("parent_order_id", "=", False),
            ("state", "=", "split"),
        ]
    )
    return {order.client_order_ref: order for order in orders}


def _play_batch(env, data, parents):
    """Order, pay, split, deliver, invoice: each step is the button's method."""
    orders = env["sale.order"].create([_order_vals(data, parent) for parent in parents])
    for order, parent in zip(orders, parents, strict=True):
        env["sale.order.recipient"].create(_recipient_vals(data, order, parent))
    for order, parent in zip(orders, parents, strict=True):
        fund = data.funds.get(parent.country)
        prepayment.split_when_paid(order, parent, fund)
    orders.child_order_ids.picking_ids.button_validate()
    for order, parent in zip(orders, parents, strict=True):
        order.action_create_child_invoice()
        order.invoice_ids.invoice_date = parent.date_last
        # Confirming dates an order today; the story happened when the files say.
        (order | order.child_order_ids).date_order = datetime.combine(
            parent.date_last, time(12)
        )
    orders.invoice_ids.action_post()


def _order_vals(data, parent):
    return {
        "partner_id": data.groups[parent.country].id,
        "client_order_ref": parent.ref,
        "order_line": [
            Command.create(
                {
                    "product_id": data.products[key.product].id,
                    "product_uom_qty": float(quantity),
                    "price_unit": float(key.price),
                    "discount": float(key.discount * 100),
                    "tax_ids": [Command.clear()],
                }
            )
            for key, quantity in parent.lines.items()
        ],
    }


def _recipient_vals(data, order, parent):
    line_by_key = dict(zip(parent.lines, order.order_line, strict=True))
    return [
        {
            "order_id": order.id,
            "partner_id": data.addresses[address].id,
            "line_ids": [
                Command.create(
                    {"order_line_id": line_by_key[key].id, "quantity": float(quantity)}
                )
                for key, quantity in quantities.items()
            ],
        }
        for address, quantities in parent.recipients.items()
    ]


def _measure(order, parent):
    delivered = sum(order.order_line.mapped("qty_child_delivered"))
    invoiced = sum(
        order.invoice_ids.filtered(lambda move: move.state == "posted").mapped(
            "amount_untaxed_signed"
        )
    )
    return Row(
        country=parent.country,
        month=parent.month,
        children=order.child_order_count,
        delivered=Decimal(str(round(delivered, 6))).normalize(),
        quantity_source=parent.quantity.normalize(),
        invoiced=Decimal(str(invoiced)).quantize(CENT),
        amount_source=parent.amount,
    )
