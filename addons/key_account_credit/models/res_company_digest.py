from datetime import timedelta

from odoo import fields, models

# So many records of a kind are named; what there is more is told as a number.
NAMED = 15
DAYS = 7
# The figures of a company that the digest compares with a week ago.
FIGURES = ("amount_exposure", "amount_limit", "amount_overdue", "amount_unallocated")


class ResCompany(models.Model):
    """What the weekly digest tells about a company; read with the rights of whoever gets
    it."""

    _inherit = "res.company"

    credit_digest = fields.Boolean(
        string="Weekly Credit Digest",
        default=True,
        help="The credit controllers of the company get a mail each week about exposure, "
        "limits, overdue invoices and held orders.",
    )

    def _get_credit_digest(self):
        """Return what there is to tell, a dictionary for the mail, or None as long as
        nothing was written down of the company.

        Amounts are in the company's currency. Lists name at most ``NAMED`` records: each
        is ``{"rows": rows, "count": of all}``, a row ``{"name", "url", ...}``.
        """
        self.ensure_one()
        day = self.env["key.account.credit.snapshot"]._get_latest_days().get(self.id)
        if not day:
            return None
        before = self._get_digest_day_before(day)
        return {
            "company": self.name,
            "currency": self.currency_id,
            "day": day,
            "before": before,
            "totals": self._get_digest_totals(day, before),
            "changes": self._get_digest_changes(day, before),
            "near": self._get_digest_near(day),
            "ending": self._get_digest_ending(),
            "overdue": self._get_digest_overdue(),
            "held": self._get_digest_held(),
        }

    def _get_digest_day_before(self, day):
        """Return the last day written down that is a week before ``day`` or longer."""
        row = self.env["key.account.credit.snapshot"].search(
            [("company_id", "=", self.id), ("date", "<=", day - timedelta(days=DAYS))],
            order="date desc",
            limit=1,
        )
        return row.date

    def _get_digest_totals(self, day, before):
        """Return ``[(label, now, a week before or None)]``."""
        Snapshot = self.env["key.account.credit.snapshot"]
        sums = {
            date: amounts
            for date, *amounts in Snapshot._read_group(
                [("company_id", "=", self.id), ("date", "in", (day, before))],
                ["date:day"],
                [f"{name}:sum" for name in FIGURES],
            )
        }
        labels = Snapshot.fields_get(FIGURES, ["string"])
        old = sums.get(before) or [None] * len(FIGURES)
        return [
            (labels[name]["string"], now, past)
            for name, now, past in zip(FIGURES, sums[day], old, strict=True)
        ]

    def _get_digest_changes(self, day, before):
        """Return the accounts whose exposure has changed most since ``before``."""
        Snapshot = self.env["key.account.credit.snapshot"]
        if not before:
            return self._list_digest(Snapshot, 0)
        sums = {}
        for account, date, amount in Snapshot._read_group(
            [("company_id", "=", self.id), ("date", "in", (day, before))],
            ["key_account_id", "date:day"],
            ["amount_exposure:sum"],
        ):
            change = amount if date == day else -amount
            sums[account] = sums.get(account, 0.0) + change
        changed = [
            (account, self.currency_id.round(amount))
            for account, amount in sums.items()
            if not self.currency_id.is_zero(amount)
        ]
        changed.sort(key=lambda pair: (-abs(pair[1]), pair[0].id))
        accounts = Snapshot.key_account_id.union(
            *(account for account, _amount in changed[:NAMED])
        )
        amounts = dict(changed)
        return self._list_digest(
            accounts, len(changed), lambda a: {"amount": amounts[a]}
        )

    def _get_digest_near(self, day):
        """Return the accounts over or near their limit, the worst first."""
        Snapshot = self.env["key.account.credit.snapshot"]
        domain = [
            ("company_id", "=", self.id),
            ("date", "=", day),
            ("standing", "in", ("near", "over", "expired")),
        ]
        rows = Snapshot.search(domain, order="amount_available, id", limit=NAMED)
        standings = dict(Snapshot._fields["standing"]._description_selection(self.env))
        return {
            "count": Snapshot.search_count(domain),
            "rows": [
                {
                    **self._get_digest_row(row.key_account_id),
                    "standing": standings[row.standing],
                    "amount": row.amount_available,
                }
                for row in rows
            ],
        }

    def _get_digest_ending(self):
        """Return the limits that end within the company's days of warning."""
        Limit = self.env["key.account.credit.limit"]
        today = self._get_today()
        domain = [
            ("company_id", "=", self.id),
            ("state", "=", "active"),
            ("date_end", ">=", today),
            ("date_end", "<=", today + timedelta(days=self.credit_limit_warn_days)),
        ]
        limits = Limit.search(domain, order="date_end, id", limit=NAMED)
        return self._list_digest(
            limits, Limit.search_count(domain), lambda each: {"date": each.date_end}
        )

    def _get_digest_overdue(self):
        """Return what has become overdue within the week, the largest first."""
        Ageing = self.env["key.account.credit.ageing"]
        domain = [
            ("company_id", "=", self.id),
            ("bucket", "=", "overdue_001"),
            ("days_overdue", "<=", DAYS),
        ]
        items = Ageing.search(domain, order="amount desc, id", limit=NAMED)
        [(count, total)] = Ageing._read_group(domain, [], ["__count", "amount:sum"])
        rows = [
            {
                **self._get_digest_row(item.move_id),
                "account": item.key_account_id.display_name,
                "days": item.days_overdue,
                "amount": item.amount,
            }
            for item in items
        ]
        return {"rows": rows, "count": count, "amount": total or 0.0}

    def _get_digest_held(self):
        """Return the orders that wait for credit, the longest waiting first."""
        groups = self.env["key.account.gate.issue"]._read_group(
            [
                ("company_id", "=", self.id),
                ("kind", "=", "credit"),
                ("state", "=", "open"),
            ],
            ["order_id"],
            ["date:min"],
        )
        groups.sort(key=lambda pair: (pair[1], pair[0].id))
        today = self._get_today()
        days = {order: (today - self._get_day(since)).days for order, since in groups}
        orders = self.env["sale.order"].union(
            *(order for order, _since in groups[:NAMED])
        )
        return self._list_digest(
            orders,
            len(groups),
            lambda order: {
                "account": order.key_account_id.display_name,
                "days": days[order],
                "amount": order.amount_total,
                "currency": order.currency_id,
            },
        )

    def _list_digest(self, records, count, more=None):
        rows = [
            {**self._get_digest_row(record), **(more(record) if more else {})}
            for record in records
        ]
        return {"rows": rows, "count": count}

    def _get_digest_row(self, record):
        """Return the name of a record and the link to it."""
        # sudo: a document is named to readers who may not open it.
        return {
            "name": record.sudo().display_name,
            "url": f"{self.get_base_url()}/odoo/{record._name}/{record.id}",
        }


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    credit_digest = fields.Boolean(related="company_id.credit_digest", readonly=False)
