from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from odoo import api, fields, models


class Balances(NamedTuple):
    """What a fund has, in its currency."""

    posted: float = 0.0
    frozen: float = 0.0
    available: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """A movement on a statement.

    :param kind: in words of the reader's language
    :param document: names of what it is about
    :param change: what it did to the balances
    :param after: the balances after it
    """

    date: date
    kind: str
    document: str
    reason: str
    change: Balances
    after: Balances


@dataclass(frozen=True, slots=True)
class Statement:
    """A fund's movements from one day to another, both included; opening and changes
    add up to closing."""

    fund: models.Model
    date_from: date
    date_to: date
    opening: Balances
    closing: Balances
    rows: Sequence[Row]


class KeyAccountFund(models.Model):
    """What is told to a customer about a fund and a period."""

    _inherit = "key.account.fund"

    def action_open_statement(self):
        """Return the dialog that asks for the period of these funds' statement."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_fund.key_account_fund_statement_action"
        )
        action["context"] = {"default_fund_ids": self.ids}
        return action

    def _get_statements(self, date_from, date_to):
        """Return ``{fund: Statement}`` of a period, both days included; a number of
        queries that does not grow with funds and entries.

        An entry counts on its date, which may lie before the day it was booked: the
        balances here run by date, and by the entries' order within a day. What ends a
        freeze counts in the frozen part on the freeze's day at the earliest, as in
        `key.account.fund.balance`: an invoice may be dated before the freeze it ends.

        :raise AccessError: a fund that the user may not read
        """
        self.check_access("read")
        Entry = self.env["key.account.fund.entry"]
        own = fields.Domain("fund_id", "in", self.ids)
        earlier = own & fields.Domain("date", "<", date_from)
        begun = fields.Domain("freeze_id", "=", False)
        begun |= fields.Domain("freeze_id", "any", earlier)
        by_fund = ["fund_id"]
        posted = dict(Entry._read_group(earlier, by_fund, ["posted_change:sum"]))
        frozen = dict(
            Entry._read_group(earlier & begun, by_fund, ["frozen_change:sum"])
        )
        within = fields.Domain("date", ">=", date_from)
        within &= fields.Domain("date", "<=", date_to)
        entries = Entry.search(own & within, order="date, id").grouped("fund_id")
        found = {}
        for fund in self:
            before = fund._make_balances(posted.get(fund, 0.0), frozen.get(fund, 0.0))
            rows = fund._make_rows(before, entries.get(fund, Entry))
            closing = rows[-1].after if rows else before
            found[fund] = Statement(fund, date_from, date_to, before, closing, rows)
        return found

    def _make_rows(self, balances, entries):
        """Return the rows of a statement that begins with ``balances``, one for each
        entry that changes them: a freeze of what earlier invoices took does not."""
        self.ensure_one()
        rows = []
        for entry in entries:
            change = self._make_balances(
                entry.posted_change, entry._get_frozen_change_on_date()
            )
            if not any(change):
                continue
            balances = self._make_balances(
                balances.posted + change.posted, balances.frozen + change.frozen
            )
            rows.append(
                Row(
                    date=entry.date,
                    kind=entry._get_kind_label(),
                    document=entry.document_name,
                    reason=entry.reason or "",
                    change=change,
                    after=balances,
                )
            )
        return rows

    def _make_balances(self, posted, frozen):
        """Return balances, each rounded by the fund's currency."""
        round_ = self.currency_id.round
        return Balances(round_(posted), round_(frozen), round_(posted - frozen))


class KeyAccountFundEntry(models.Model):
    _inherit = "key.account.fund.entry"

    document_name = fields.Char(
        string="Document",
        compute="_compute_document_name",
        help="What the entry is about: the invoice and the order, else the journal entry "
        "or the other fund.",
    )

    @api.depends("invoice_id", "order_id", "move_id", "counterpart_id")
    def _compute_document_name(self):
        for entry in self:
            # sudo: the documents are named to people who may not open them.
            about = entry.sudo()
            documents = [about.invoice_id, about.order_id]
            if not any(documents):
                documents = [about.move_id, about.counterpart_id]
            names = [document.display_name for document in documents if document]
            entry.document_name = " · ".join(names)

    def _get_frozen_change_on_date(self):
        """Return what this entry adds to the frozen part on its date: a freeze what was
        not taken from it on an earlier one, and what took that earlier nothing."""
        self.ensure_one()
        begun = self.freeze_id
        if begun and self.date < begun.date:
            return 0.0
        early = self.resolution_ids.filtered(lambda end: end.date < self.date)
        return self.frozen_change + sum(early.mapped("frozen_change"))

    def _get_kind_label(self):
        """Return the kind in words of the environment's language."""
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]
