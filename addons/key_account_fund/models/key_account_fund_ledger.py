from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..exceptions import FundError, InsufficientFundsError

# What an entry does to (balance, frozen), times its amount. Transfers go by their
# direction, reversals by what they reverse.
EFFECTS = {
    "deposit": (1, 0),
    "freeze": (0, 1),
    "release": (0, -1),
    "capture": (-1, -1),
    "refund": (-1, 0),
}

# What is computed of the balances and not stored.
FOLLOWERS = {
    "key.account.fund": ["amount_frozen_company", "amount_available_company"],
    "key.account": ["fund_available"],
    "sale.order": ["amount_prepaid_missing"],
}

# One statement locks the funds, in the order of their ids, and updates them. A fund that
# has too little is left alone and so missing from the answer.
UPDATE_BALANCES = """
WITH wanted (id, posted, frozen) AS (
    SELECT * FROM unnest(%(ids)s, %(posted)s::numeric[], %(frozen)s::numeric[])
), locked AS (
    SELECT fund.id FROM key_account_fund fund JOIN wanted ON wanted.id = fund.id
  ORDER BY fund.id
       FOR UPDATE OF fund
)
UPDATE key_account_fund fund
   SET amount_posted = fund.amount_posted + wanted.posted,
       amount_frozen = fund.amount_frozen + wanted.frozen
  FROM wanted JOIN locked ON locked.id = wanted.id
 WHERE fund.id = wanted.id
   AND fund.amount_frozen + wanted.frozen >= 0
   AND fund.amount_posted + wanted.posted >= fund.amount_frozen + wanted.frozen
RETURNING fund.id, fund.amount_posted, fund.amount_frozen
"""


class KeyAccountFund(models.Model):
    """The ledger's one writer, and what it makes of a freeze."""

    _inherit = "key.account.fund"

    @api.model
    def _book(self, vals_list):
        """Add entries to the ledger and update the balances, all or nothing.

        :param vals_list: dicts with ``fund`` (record), ``kind``, ``amount`` (positive,
            in the fund's currency; rounded by it), ``key`` (what the entry is for) and
            what it is about: ``order_id``, ``move_id``, ``invoice_id``, ``freeze_id``,
            ``reversed_id``, ``counterpart_id``, ``reason``, ``date``,
            ``amount_company``; a transfer also has ``is_incoming``, what is left of a
            freeze ``is_rest``
        :return: the entries, in this order; those that were booked before under the
            same key are returned and not booked again
        :raise InsufficientFundsError: more is taken or frozen than is available
        :raise FundError: an amount that is not positive, a closed fund, an order of
            another customer, a freeze that is not resolved by as much as it froze, once
        Locks the funds by updating them, in the order of their ids: of two transactions
        that touch one fund the second gets a serialization failure and is run again.
        Access is the business of the calling verb.
        """
        Entry = self.env["key.account.fund.entry"].sudo()  # sudo: nobody has rights
        if not vals_list:
            return Entry.with_env(self.env)
        known = {
            entry.key: entry
            for entry in Entry.search([("key", "in", [v["key"] for v in vals_list])])
        }
        new = [self._prepare_entry_vals(v) for v in vals_list if v["key"] not in known]
        if new:
            self._assert_resolutions(new)
            self._update_balances(new)
            # In the funds' company: nobody's own is asked for.
            for entry in Entry.with_company(new[0]["company_id"])._append(new):
                known[entry.key] = entry
        entries = Entry.union(*(known[vals["key"]] for vals in vals_list))
        return entries.with_env(self.env)

    @api.model
    def _prepare_entry_vals(self, vals):
        vals = dict(vals)
        fund = vals.pop("fund").sudo()  # sudo: as in _book
        is_incoming = vals.pop("is_incoming", False)
        if not vals.pop("is_rest", False) and vals["kind"] == "freeze":
            fund._assert_serves(self.env["sale.order"].browse(vals.get("order_id")))
        amount = fund.currency_id.round(vals["amount"])
        fund._assert_bookable(amount)
        posted, frozen = self._get_effect(vals, is_incoming)
        date = vals.get("date") or fund.company_id._get_today()
        company_currency = fund.company_id.currency_id
        if vals.get("amount_company") is None:
            vals["amount_company"] = fund.currency_id._convert(
                amount, company_currency, fund.company_id, date
            )
        return {
            # What rounds the amounts comes first: the ORM would read it otherwise.
            "company_id": fund.company_id.id,
            "currency_id": fund.currency_id.id,
            **vals,
            "fund_id": fund.id,
            "fund_kind": fund.kind,
            "key_account_id": fund.key_account_id.id,
            "user_id": self.env.uid,
            "date": date,
            "amount": amount,
            "posted_change": posted * amount,
            "frozen_change": frozen * amount,
        }

    @api.model
    def _get_effect(self, vals, is_incoming):
        """Return what an entry does to ``(balance, frozen)``, times its amount."""
        if vals["kind"] == "transfer":
            return (1 if is_incoming else -1), 0
        if vals["kind"] == "reverse":
            # sudo: as in _book
            Entry = self.env["key.account.fund.entry"].sudo()
            original = Entry.browse(vals["reversed_id"])
            return (-1 if original.posted_change > 0 else 1), 0
        return EFFECTS[vals["kind"]]

    def _assert_bookable(self, amount):
        """Raise unless ``amount`` is one and the fund is open."""
        if self.currency_id.compare_amounts(amount, 0.0) <= 0:
            raise FundError(
                self.env._(
                    "%(fund)s: %(amount)s cannot be booked, enter an amount greater than "
                    "zero.",
                    fund=self.display_name,
                    amount=self.currency_id.format(amount),
                )
            )
        if self.state != "open":
            raise FundError(
                self.env._(
                    "%s is closed: open it again, or use another fund.",
                    self.display_name,
                )
            )

    def _assert_serves(self, order):
        """Raise when the order is not one that this fund's money is for."""
        order = order.sudo()  # sudo: as in _book
        if not order:
            return
        if order.company_id != self.company_id:
            problem = self.env._("it belongs to another company")
        elif order.key_account_id != self.key_account_id:
            problem = self.env._("it belongs to another customer")
        elif order.currency_id != self.currency_id:
            problem = self.env._("it is kept in %s", self.currency_id.name)
        else:
            return
        raise FundError(
            self.env._(
                "%(fund)s does not serve %(order)s, %(problem)s: use a fund of the "
                "order's customer in the order's currency.",
                fund=self.display_name,
                order=order.name,
                problem=problem,
            )
        )

    @api.model
    def _assert_resolutions(self, vals_list):
        """Raise when these entries end a freeze that has ended before, or not all of it:
        what is left of it would be frozen for nobody."""
        sums = defaultdict(float)
        for vals in vals_list:
            if freeze_id := vals.get("freeze_id"):
                order_id = vals.get("order_id") or None
                sums[freeze_id, vals["fund_id"], order_id] += vals["amount"]
        if not sums:
            return
        # sudo: as in _book
        Entry = self.env["key.account.fund.entry"].sudo()
        freezes = Entry.browse(freeze_id for freeze_id, _fund, _order in sums)
        ended = Entry.search([("freeze_id", "in", freezes.ids)]).freeze_id
        for freeze, (about, amount) in zip(freezes, sums.items(), strict=True):
            expected = (freeze.id, freeze.fund_id.id, freeze.order_id.id or None)
            is_all = not freeze.currency_id.compare_amounts(amount, freeze.amount)
            if freeze in ended or not is_all or about != expected:
                raise FundError(freeze._describe_ended(amount))

    @api.model
    def _update_balances(self, vals_list):
        """Update the funds of these entries and write into ``vals_list`` what the
        balances are after each of them."""
        sums = defaultdict(lambda: [0.0, 0.0])
        for vals in vals_list:
            sums[vals["fund_id"]][0] += vals["posted_change"]
            sums[vals["fund_id"]][1] += vals["frozen_change"]
        funds = self.browse(sorted(sums))
        rounded = {
            # sudo: as in _book
            fund.id: [fund.sudo().currency_id.round(part) for part in sums[fund.id]]
            for fund in funds
        }
        funds.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                UPDATE_BALANCES,
                ids=funds.ids,
                posted=[rounded[fund.id][0] for fund in funds],
                frozen=[rounded[fund.id][1] for fund in funds],
            )
        )
        # What is computed of them, too, is forgotten, wherever it has been read: asking
        # the ORM for all that depends on them would read every order of the account.
        funds.invalidate_recordset(
            ["amount_posted", "amount_frozen", "amount_available"]
        )
        for model, names in FOLLOWERS.items():
            self.env[model].invalidate_model(names, flush=False)
        after = {fund_id: (posted, frozen) for fund_id, posted, frozen in rows}
        for fund in funds:
            if fund.id not in after:
                raise fund._get_shortage(*rounded[fund.id])
        self._add_running_balances(vals_list, after)

    @api.model
    def _add_running_balances(self, vals_list, after):
        balances = {fund_id: list(pair) for fund_id, pair in after.items()}
        for vals in reversed(vals_list):
            balance = balances[vals["fund_id"]]
            vals["posted_after"], vals["frozen_after"] = balance
            balance[0] = float(balance[0]) - vals["posted_change"]
            balance[1] = float(balance[1]) - vals["frozen_change"]

    def _get_shortage(self, posted, frozen):
        """Return the exception that says what is missing and which orders hold it."""
        fund = self.sudo()  # sudo: as in _book
        wanted = frozen - posted
        orders = fund._get_open_freezes().order_id
        held = ", ".join(orders[:5].mapped("name"))
        values = {
            "fund": fund.display_name,
            "available": fund.currency_id.format(fund.amount_available),
            "missing": fund.currency_id.format(wanted - fund.amount_available),
        }
        if held:
            return InsufficientFundsError(
                self.env._(
                    "%(fund)s: %(available)s is available, %(missing)s too little; the "
                    "rest is frozen for %(orders)s: have the customer pay, or cancel what "
                    "is not needed.",
                    orders=held,
                    **values,
                )
            )
        return InsufficientFundsError(
            self.env._(
                "%(fund)s: %(available)s is available, %(missing)s too little: have the "
                "customer pay first.",
                **values,
            )
        )

    # ----------------------------------------------------------------- freezes

    def _get_open_freezes(self):
        """Return the freezes of these funds that are not resolved, the oldest first."""
        Entry = self.env["key.account.fund.entry"]
        return Entry._get_open_freezes([("fund_id", "in", self.ids)])

    @api.model
    def _prepare_resolution(self, freezes, capture=0.0, release=0.0, **capture_vals):
        """Return the entries that take ``capture`` and ``release`` out of open freezes,
        in this order, and freeze the rest of the last one touched anew.

        A freeze is resolved once: what a capture or a release leaves of it is released
        and frozen again in the same call.

        :param capture_vals: what the captures are about
        """
        vals_list = []
        for freeze in freezes:
            currency = freeze.currency_id
            captured = min(capture, freeze.amount)
            released = min(release, currency.round(freeze.amount - captured))
            if currency.is_zero(captured) and currency.is_zero(released):
                continue
            capture = currency.round(capture - captured)
            release = currency.round(release - released)
            vals_list += self._prepare_end(freeze, captured, released, capture_vals)
        return vals_list

    @api.model
    def _prepare_end(self, freeze, captured, released, capture_vals):
        """Return the entries that end a freeze: what is captured of it, the release of
        all else, and what of that is frozen anew."""
        currency = freeze.currency_id
        rest = currency.round(freeze.amount - captured)
        kept = currency.round(rest - released)
        ends = {"freeze_id": freeze.id}
        parts = [
            ("capture", captured, {**capture_vals, **ends}),
            ("release", rest, ends),
            ("freeze", kept, {"is_rest": True}),
        ]
        return [
            {
                "fund": freeze.fund_id,
                "order_id": freeze.order_id.id,
                "kind": kind,
                "amount": amount,
                "key": f"{'rest' if kind == 'freeze' else kind} of {freeze.id}",
                **about,
            }
            for kind, amount, about in parts
            if not currency.is_zero(amount)
        ]

    @api.model
    def _prepare_reversal(self, entry, **vals):
        """Return the entry that undoes another one's movement of money."""
        return {
            "fund": entry.fund_id,
            "kind": "reverse",
            "amount": entry.amount,
            "amount_company": entry.amount_company,
            "reversed_id": entry.id,
            "order_id": entry.order_id.id,
            "invoice_id": entry.invoice_id.id,
            "key": f"reversal of {entry.id}",
            **vals,
        }
