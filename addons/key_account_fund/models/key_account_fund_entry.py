from odoo import api, fields, models

from .account_account import FUND_KINDS

# Who may read entries, as in the access rights.
ENTRY_READERS = (
    "key_account.group_key_account_user,key_account.group_key_account_credit,"
    "account.group_account_invoice,account.group_account_readonly"
)
ENTRY_KINDS = [
    ("deposit", "Paid In"),
    ("freeze", "Freeze"),
    ("capture", "Capture"),
    ("release", "Release"),
    ("refund", "Refund"),
    ("transfer", "Transfer"),
    ("reverse", "Reversal"),
]


class KeyAccountFundEntry(models.Model):
    """A movement of a fund. Added by `key.account.fund._book` and never changed.

    Amounts are in the fund's currency and positive; what an entry does to the two
    balances is in ``posted_change`` and ``frozen_change``, what they were after it in
    ``posted_after`` and ``frozen_after``.
    """

    _name = "key.account.fund.entry"
    _description = "Fund Entry"
    _inherit = ["key.account.append.only"]
    _order = "id desc"
    _log_access = False

    fund_id = fields.Many2one(
        "key.account.fund", required=True, index=True, ondelete="restrict"
    )
    fund_kind = fields.Selection(FUND_KINDS, required=True)
    key_account_id = fields.Many2one(
        "key.account", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    currency_id = fields.Many2one("res.currency", required=True, ondelete="restrict")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    kind = fields.Selection(ENTRY_KINDS, required=True, index=True)
    amount = fields.Monetary(required=True)
    amount_company = fields.Monetary(
        string="Amount in Company Currency",
        currency_field="company_currency_id",
        help="At the rate of the entry's date; for movements of money, what the journal "
        "entry says.",
    )
    posted_change = fields.Monetary(string="Balance Change")
    frozen_change = fields.Monetary()
    posted_after = fields.Monetary(string="Balance", aggregator=None)
    frozen_after = fields.Monetary(string="Frozen", aggregator=None)
    date = fields.Date(required=True, index=True)
    time = fields.Datetime(required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", required=True, ondelete="restrict")
    key = fields.Char(
        required=True,
        export_string_translation=False,
        help="Says what the entry is for: the same is never booked twice.",
    )
    order_id = fields.Many2one(
        "sale.order", index="btree_not_null", ondelete="restrict"
    )
    move_id = fields.Many2one(
        "account.move",
        string="Journal Entry",
        index="btree_not_null",
        ondelete="restrict",
    )
    invoice_id = fields.Many2one(
        "account.move", index="btree_not_null", ondelete="restrict"
    )
    counterpart_id = fields.Many2one(
        "key.account.fund",
        string="Other Fund",
        ondelete="restrict",
        help="Where a transfer comes from or goes to.",
    )
    freeze_id = fields.Many2one(
        "key.account.fund.entry",
        string="Resolves",
        ondelete="restrict",
        help="The freeze that a capture or a release ends.",
    )
    reversed_id = fields.Many2one(
        "key.account.fund.entry", string="Reverses", ondelete="restrict"
    )
    resolution_ids = fields.One2many("key.account.fund.entry", "freeze_id")
    reversal_ids = fields.One2many("key.account.fund.entry", "reversed_id")
    reason = fields.Char()
    is_owned = fields.Boolean(
        compute="_compute_is_owned",
        export_string_translation=False,
        help="The journal entry was made by the ledger and goes with its document.",
    )

    _key_unique = models.UniqueIndex("(key)", "This has been booked before.")
    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "The amount of a fund entry is greater than zero."
    )
    _freeze_once = models.UniqueIndex(
        "(freeze_id, kind) WHERE freeze_id IS NOT NULL",
        "This freeze has been resolved before.",
    )
    _reversed_once = models.UniqueIndex(
        "(reversed_id) WHERE reversed_id IS NOT NULL",
        "This entry has been reversed before.",
    )

    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for entry in self:
            document = entry.invoice_id or entry.order_id or entry.move_id
            # sudo: the document is named to people who may not open it.
            parts = (labels[entry.kind], document.sudo().display_name)
            entry.display_name = " ".join(part for part in parts if part)

    @api.depends("kind", "invoice_id")
    def _compute_is_owned(self):
        for entry in self:
            is_cash = entry.kind in ("deposit", "refund") and not entry.invoice_id
            entry.is_owned = not is_cash

    def _get_open_freezes(self, domain):
        """Return the freezes that are not resolved yet, the oldest first."""
        return self.search(
            [("kind", "=", "freeze"), ("resolution_ids", "=", False), *domain],
            order="id",
        )

    def _sum_captured(self):
        """Return what these entries, of invoices and credit notes, took from funds less
        what they gave back: ``{(fund, order): amount}``."""
        sums = {}
        for entry in self:
            key = (entry.fund_id, entry.order_id)
            sums[key] = sums.get(key, 0.0) - entry.posted_change
        return {
            (fund, order): fund.currency_id.round(amount)
            for (fund, order), amount in sums.items()
        }

    def _describe_owner(self):
        """Return why the journal entry of this ledger entry is not edited."""
        labels = dict(self._fields["kind"]._description_selection(self.env))
        return self.env._(
            "%(entry)s belongs to the ledger of %(fund)s (%(kind)s): take back "
            "%(document)s instead.",
            entry=self.move_id.display_name,
            fund=self.fund_id.display_name,
            kind=labels[self.kind],
            document=self.invoice_id.display_name or self.env._("what it is for"),
        )

    def _describe_ended(self, amount):
        """Return why ``amount`` cannot be what resolves this freeze."""
        return self.env._(
            "%(fund)s: the freeze of %(frozen)s for %(order)s ends once and as a whole, "
            "not by %(amount)s: look at its entries, and try again.",
            fund=self.fund_id.display_name,
            frozen=self.currency_id.format(self.amount),
            order=self.order_id.display_name,
            amount=self.currency_id.format(amount),
        )

    def action_open_document(self):
        """Return the action that opens what the entry is about; where that is not for
        the user to read, the fund."""
        self.ensure_one()
        documents = (self.invoice_id, self.order_id, self.move_id)
        readable = (doc for doc in documents if doc and doc.has_access("read"))
        return next(readable, self.fund_id)._get_records_action()
