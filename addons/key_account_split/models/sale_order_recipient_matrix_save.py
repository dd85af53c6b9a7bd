from contextlib import contextmanager

from odoo import models
from odoo.fields import Command, Domain

from ..exceptions import RecipientMatrixConflictError, RecipientMatrixError
from ..tools.matrix_input import (
    QUANTITY_MOST,
    MatrixInputError,
    is_quantity,
    read_changes,
    read_removed,
    read_rows,
)

# So many cells a sentence names.
CELLS_NAMED = 5


class SaleOrder(models.Model):
    """Recipients × products of a parent order as one table: what the editor saves."""

    _inherit = "sale.order"

    def save_recipient_matrix(self, changes=(), added=(), removed=()):
        """Save what was changed in the matrix, all or nothing.

        :param changes: list of ``{"recipient": id, "line": order line id, "quantity":
            number, "shown": number that was there}``; of the same cell the last counts
        :param added: new recipients, list of ``{"partner": address id, "quantities":
            [{"line": order line id, "quantity": number}]}``
        :param removed: list of ``{"recipient": id, "quantities": [...]}``, with what was
            shown of them
        :return: the matrix as it is now, see ``get_recipient_matrix()``

        Quantities are in the line's unit and rounded by it. Updates the order's row: of
        two who save at once the second starts again and sees what the first did.

        :raise RecipientMatrixError: a number or an id that cannot be
        :raise RecipientMatrixConflictError: somebody else changed what is changed here
        :raise SplitLockedError: the order is not a quotation
        """
        self.ensure_one()
        self.check_access("read")
        with self._explain_matrix_input():
            changes = read_changes(changes)
            added = read_rows(added, "partner")
            removed = read_removed(removed)
        used = [line for _recipient, line in changes]
        used += [line for _partner, row in added for line in row]
        used += [line for row in removed.values() for line in row]
        lines = self._get_matrix_lines(set(used))
        recipients = self._get_matrix_recipients(
            {recipient for recipient, _line in changes} | removed.keys()
        )
        partners = self._get_matrix_partners({partner for partner, _row in added})
        self._assert_matrix_numbers(changes, added, lines, partners)
        cells = self._get_matrix_cells(recipients, lines)
        self._assert_matrix_as_shown(changes, removed, cells, lines)
        self._write_matrix_cells(changes, cells, lines)
        recipients.browse(removed).unlink()
        self._create_matrix_rows(added, lines)
        return self.get_recipient_matrix()

    def _write_matrix_cells(self, changes, cells, lines):
        Quantity = self.env["sale.order.recipient.line"]
        written, created = {}, []
        for (recipient, line), (quantity, _shown) in changes.items():
            quantity = lines[line].product_uom_id.round(quantity)
            if cell := cells.get((recipient, line)):
                written[cell] = quantity
            elif quantity:
                created.append(
                    {
                        "recipient_id": recipient,
                        "order_line_id": line,
                        "quantity": quantity,
                    }
                )
        if written:
            Quantity._write_quantities(written)
        Quantity.create(created)

    def _create_matrix_rows(self, rows, lines):
        last = max(self.recipient_ids.mapped("sequence"), default=10)
        self.env["sale.order.recipient"].create(
            [
                {
                    "order_id": self.id,
                    "partner_id": partner,
                    "sequence": last,
                    "line_ids": [
                        Command.create(
                            {
                                "order_line_id": line,
                                "quantity": lines[line].product_uom_id.round(quantity),
                            }
                        )
                        for line, quantity in row.items()
                        if quantity
                    ],
                }
                for partner, row in rows
            ]
        )

    def _get_matrix_cells(self, recipients, lines):
        """Return ``{(recipient id, line id): sale.order.recipient.line}``."""
        cells = self.env["sale.order.recipient.line"].search(
            Domain("recipient_id", "in", recipients.ids)
        )
        return {
            (cell.recipient_id.id, cell.order_line_id.id): cell
            for cell in cells
            if cell.order_line_id.id in lines
        }

    # ----------------------------------------------------------------- checks

    @contextmanager
    def _explain_matrix_input(self):
        try:
            yield
        except MatrixInputError as error:
            raise RecipientMatrixError(
                self.env._(
                    "The changes of the recipients of %s cannot be read: open the matrix "
                    "again and enter them there.",
                    self.name,
                )
            ) from error

    def _get_matrix_lines(self, ids):
        """Return ``{id: order line}`` of all columns; raise where ``ids`` has others."""
        lines = {line.id: line for line in self._get_split_lines()}
        if not ids <= lines.keys():
            raise RecipientMatrixConflictError(
                self.env._(
                    "Nothing was saved because %s has no such order line any more: check "
                    "the products and save again.",
                    self.name,
                )
            )
        return lines

    def _get_matrix_recipients(self, ids):
        """Return the recipients of the order with these ids; raise where it has others."""
        if not ids <= set(self.recipient_ids.ids):
            raise RecipientMatrixConflictError(
                self.env._(
                    "Nothing was saved because %s has no such recipient any more: check "
                    "the rows and save again.",
                    self.name,
                )
            )
        recipients = self.env["sale.order.recipient"].browse(ids)
        recipients.check_access("write")
        return recipients

    def _get_matrix_partners(self, ids):
        """Return ``{id: address}``; raise where one does not exist."""
        partners = self.env["res.partner"].browse(ids).exists()
        if len(partners) != len(ids):
            raise RecipientMatrixError(
                self.env._(
                    "An address that was added to %s does not exist any more: remove its "
                    "row and choose another one.",
                    self.name,
                )
            )
        partners.check_access("read")
        return {partner.id: partner for partner in partners}

    def _assert_matrix_numbers(self, changes, added, lines, partners):
        """Raise where what was typed is no quantity."""
        Recipient = self.env["sale.order.recipient"]
        typed = [
            (Recipient.browse(recipient), line, quantity)
            for (recipient, line), (quantity, _shown) in changes.items()
        ]
        typed += [
            (partners[partner], line, quantity)
            for partner, row in added
            for line, quantity in row.items()
        ]
        for owner, line, quantity in typed:
            if not is_quantity(quantity):
                raise RecipientMatrixError(
                    self.env._(
                        "%(recipient)s, %(product)s: %(quantity)s is no quantity; enter a "
                        "number from 0 to %(most)s.",
                        recipient=owner.display_name,
                        product=lines[line].product_id.display_name,
                        quantity=str(quantity)[:20],
                        most=self._format_matrix_quantity(QUANTITY_MOST),
                    )
                )

    def _assert_matrix_as_shown(self, changes, removed, cells, lines):
        """Raise where a cell is not what the user saw when changing it."""
        shown = {key: before for key, (_quantity, before) in changes.items()}
        # Of a row that goes all cells count, also those that were empty.
        for recipient, row in removed.items():
            shown.update({(recipient, line): row.get(line, 0.0) for line in lines})
        found = []
        for (recipient, line), before in shown.items():
            cell = cells.get((recipient, line))
            now = cell.quantity if cell else 0.0
            if lines[line].product_uom_id.compare(before, now):
                found.append((recipient, lines[line], before, now))
        if found:
            raise RecipientMatrixConflictError(
                self.env._(
                    "Nothing was saved because somebody else has changed %(order)s in the "
                    "meantime, check these quantities and save again: %(cells)s.",
                    order=self.name,
                    cells=self._name_matrix_cells(found),
                )
            )

    def _name_matrix_cells(self, found):
        Recipient = self.env["sale.order.recipient"]
        named = "; ".join(
            self.env._(
                "%(recipient)s, %(product)s was %(before)s and is %(now)s",
                recipient=Recipient.browse(recipient)._get_matrix_row()["name"],
                product=line.product_id.display_name,
                before=self._format_matrix_quantity(before),
                now=self._format_matrix_quantity(now),
            )
            for recipient, line, before, now in found[:CELLS_NAMED]
        )
        more = len(found) - CELLS_NAMED
        if more > 0:
            return self.env._("%(cells)s; and %(count)s more", cells=named, count=more)
        return named
