"""Buy, pay, split, deliver and invoice a plan in Odoo, as its users would.

Every parent order is looked up by its reference before it is made, and each batch is
committed as a whole: an interrupted story goes on where it stopped, and a finished
one changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, time

from odoo.fields import Command

from . import measure, prepayment
from .master_data import MasterData

# A batch ends with the order that reaches one of the two.
BATCH_PARENTS = 20
BATCH_RECIPIENTS = 100


class StoryError(Exception):
    """The database does not let the story go on; the message says at which order."""


@dataclass
class Outcome:
    """What the story has come to: its tables, and what the audit of all funds has
    found."""

    period: str
    rows: list
    remarks: list
    figures: list
    fund_rows: list
    findings: list

    @property
    def is_exact(self):
        rows = [*self.rows, *self.figures, *self.fund_rows]
        return (
            bool(self.rows) and all(row.is_exact for row in rows) and not self.findings
        )


def play(env, plan, progress=None):
    """Play the parts of ``plan`` that the database does not hold yet.

    :param progress: a text stream that gets a line for each batch, or None
    :return: an `Outcome`, with a row for each parent order of the plan
    :raise StoryError: the gate holds an order for something else than money
    """
    # Orders with many recipients are split while the story waits, not by later jobs.
    context = {**env.context, "queue_job__no_delay": True}
    env = env(user=env.ref("base.user_admin"), context=context)
    known = _find_parents(env, plan)
    todo = [parent for parent in plan.parents if parent.ref not in known]
    if todo:
        data = MasterData(env, plan.name)
        data.ensure(plan, todo)
        env.cr.commit()
        done = 0
        for batch in _get_batches(todo):
            _play_batch(env, data, batch)
            env.cr.commit()
            # Each batch starts with an empty cache, or it grows with the story.
            env.invalidate_all()
            done += len(batch)
            if progress:
                progress.write(f"story: {done} of {len(todo)} parent orders\n")
        known = _find_parents(env, plan)
    groups = {parent.country: known[parent.ref].partner_id for parent in plan.parents}
    rows, figures = measure.measure(env, plan, known)
    return Outcome(
        period=plan.period,
        rows=rows,
        remarks=plan.remarks,
        figures=figures,
        fund_rows=prepayment.measure(env, groups),
        findings=prepayment.audit(env),
    )


def _get_batches(parents):
    """Yield the parent orders in parts that are played, and committed, as one."""
    batch = []
    for parent in parents:
        batch.append(parent)
        recipients = sum(len(each.recipients) for each in batch)
        if len(batch) == BATCH_PARENTS or recipients >= BATCH_RECIPIENTS:
            yield batch
            batch = []
    if batch:
        yield batch


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
        if order.state != "split":
            issues = order.gate_issue_ids.filtered(lambda issue: issue.state == "open")
            reasons = " ".join(issues.mapped("display_name"))
            raise StoryError(f"{parent.ref} is held: {reasons}")
    _deliver(orders.child_order_ids)
    for order, parent in zip(orders, parents, strict=True):
        order.action_create_child_invoice()
        order.invoice_ids.invoice_date = parent.date_last
        # Confirming dates an order today; the story happened when the files say.
        (order | order.child_order_ids).date_order = datetime.combine(
            parent.date_last, time(12)
        )
    orders.invoice_ids.action_post()


def _deliver(children):
    """Validate the transfers; services have none, somebody enters that they are done."""
    children.picking_ids.button_validate()
    for line in children.order_line.filtered(
        lambda line: line.qty_delivered_method == "manual"
    ):
        line.qty_delivered = line.product_uom_qty


def _order_vals(data, parent):
    taxes = data.env.company.account_sale_tax_id if parent.is_taxed else []
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
                    "tax_ids": [Command.set([tax.id for tax in taxes])],
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
