from markupsafe import Markup

from odoo import api, fields, models

from .key_account import CREDIT_READERS


class KeyAccount(models.Model):
    """The figures that a decision on a limit goes by."""

    _inherit = "key.account"

    def _get_credit_figures(self, scope="account"):
        """Return how the account, or the group that it heads, stands today, amounts in
        the company's currency, taxes included: a dict with ``limit``, ``exposure``,
        ``parts`` (``[(code, label, amount)]`` that add up to it), ``available``,
        ``utilisation`` in percent, ``overdue`` and ``overdue_days`` of the oldest item.
        """
        self.ensure_one()
        # sudo: they are frozen for those who decide, whoever asks.
        account = self.sudo()
        members = account._get_group_members()[account] if scope == "group" else account
        parts = members._get_exposure_parts()
        exposure = sum(amount for _code, _label, amount in parts)
        limits = account.env["key.account.credit.limit"]._get_of_accounts(account)
        ceiling = account._get_ceiling(limits, scope, exposure)
        items = members._get_overdue_items()
        late = [item for member in members for item in items[member]]
        available = -ceiling.get_missing(0.0)
        if scope == "account":
            available = account.credit_available
        currency = account.currency_id
        return {
            "limit": ceiling.limit,
            "exposure": ceiling.exposure,
            "parts": [
                (code, label, currency.round(sum_)) for code, label, sum_ in parts
            ],
            "available": currency.round(available),
            "utilisation": ceiling.get_percent(0.0) if ceiling.limit else 0.0,
            "overdue": currency.round(sum(amount for _days, amount in late)),
            "overdue_days": max((days for days, _amount in late), default=0),
        }

    def _get_exposure_parts(self):
        """Return ``[(code, label, amount)]`` of these accounts together. What one has
        paid ahead does not lower what another owes: where that happens, it is a part of
        its own."""
        found = self._get_exposure()
        ahead = 0.0
        if len(self) > 1:
            ahead = -sum(min(sum(parts.values()), 0.0) for parts in found.values())
        rows = [
            (
                part.code,
                part.label,
                sum(own.get(part.code, 0.0) for own in found.values()),
            )
            for part in self._get_exposure_components()
        ]
        if ahead:
            label = self.env._("Paid Ahead, Counts for Nobody Else")
            rows.append(("ahead", label, ahead))
        return [row for row in rows if row[2]]


class KeyAccountCreditRequest(models.Model):
    """The figures of the moment when it was asked, frozen into the request for good."""

    _inherit = "key.account.credit.request"

    _VERB_FIELDS = {
        "figure_limit": False,
        "figure_exposure": False,
        "figure_parts": False,
        "figure_available": False,
        "figure_utilisation": False,
        "figure_overdue": False,
        "figure_overdue_days": False,
        "figure_currency_id": False,
    }

    figure_currency_id = fields.Many2one(
        "res.currency", readonly=True, copy=False, groups=CREDIT_READERS
    )
    figure_limit = fields.Monetary(
        string="Limit When Asked",
        currency_field="figure_currency_id",
        readonly=True,
        copy=False,
        groups=CREDIT_READERS,
        help="The limit that was in force when it was asked.",
    )
    figure_exposure = fields.Monetary(
        string="Exposure When Asked",
        currency_field="figure_currency_id",
        readonly=True,
        copy=False,
        groups=CREDIT_READERS,
    )
    figure_parts = fields.Json(
        string="Parts of the Exposure",
        readonly=True,
        copy=False,
        groups=CREDIT_READERS,
        export_string_translation=False,
    )
    figure_table = fields.Html(
        string="What the Exposure Was Made of",
        compute="_compute_figure_table",
        groups=CREDIT_READERS,
    )
    figure_available = fields.Monetary(
        string="Available When Asked",
        currency_field="figure_currency_id",
        readonly=True,
        copy=False,
        groups=CREDIT_READERS,
    )
    figure_utilisation = fields.Float(
        string="Used When Asked (%)", readonly=True, copy=False, groups=CREDIT_READERS
    )
    figure_overdue = fields.Monetary(
        string="Overdue When Asked",
        currency_field="figure_currency_id",
        readonly=True,
        copy=False,
        groups=CREDIT_READERS,
    )
    figure_overdue_days = fields.Integer(
        string="Oldest Overdue When Asked (Days)",
        readonly=True,
        copy=False,
        groups=CREDIT_READERS,
    )

    @api.depends("figure_parts", "figure_currency_id")
    @api.depends_context("lang")
    def _compute_figure_table(self):
        # In the reader's language where the part still exists.
        components = self.env["key.account"]._get_exposure_components()
        labels = {part.code: part.label for part in components}
        for request in self:
            rows = Markup().join(
                Markup("<tr><td>%s</td><td class='text-end'>%s</td></tr>")
                % (
                    labels.get(code, label),
                    request.figure_currency_id.format(amount),
                )
                for code, label, amount in request.figure_parts or ()
            )
            request.figure_table = rows and (
                Markup("<table class='table table-sm'>%s</table>") % rows
            )

    def _prepare_figures_vals(self):
        """Return the values that freeze the figures of this moment."""
        self.ensure_one()
        figures = self.key_account_id._get_credit_figures(self.scope)
        return {
            **{f"figure_{name}": value for name, value in figures.items()},
            "figure_currency_id": self.key_account_id.currency_id.id,
        }
