import base64

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from odoo.addons.key_account.tools.download import download

from ..tools.workbook import Sheet, write_workbook

WIDTHS = [12, 14, 34, 30, 16, 16, 16, 16, 16]


class KeyAccountFundStatement(models.TransientModel):
    """Asks for which funds and which days a statement is wanted; it is there for who
    asked alone, with the workbook until that is downloaded."""

    _name = "key.account.fund.statement"
    _description = "Statement of Funds"

    fund_ids = fields.Many2many(
        "key.account.fund",
        string="Funds",
        required=True,
        default=lambda self: self._get_default_funds(),
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.context_today(self) + relativedelta(day=1),
    )
    date_to = fields.Date(string="To", required=True, default=fields.Date.context_today)
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)

    @api.constrains("fund_ids", "date_from", "date_to")
    def _check_period(self):
        for statement in self:
            if not statement.fund_ids:
                raise ValidationError(
                    self.env._("There is nothing to state: choose one fund or several.")
                )
            if statement.date_from > statement.date_to:
                raise ValidationError(
                    self.env._(
                        "The period ends on %(date_to)s, before it begins on "
                        "%(date_from)s: change one of the days.",
                        date_from=format_date(self.env, statement.date_from),
                        date_to=format_date(self.env, statement.date_to),
                    )
                )

    @api.model
    def _get_default_funds(self):
        """Return the funds that the user has chosen in a list or form of funds."""
        Fund = self.env["key.account.fund"]
        if self.env.context.get("active_model") != Fund._name:
            return Fund
        return Fund.browse(self.env.context.get("active_ids", []))

    def _compute_display_name(self):
        for statement in self:
            funds = statement.fund_ids
            name = funds.display_name if len(funds) == 1 else self.env._("Funds")
            statement.display_name = self.env._(
                "Statement %(name)s %(date_from)s to %(date_to)s",
                name=name,
                date_from=statement.date_from,
                date_to=statement.date_to,
            )

    # ----------------------------------------------------------------- actions

    def action_print(self):
        """Return the statement as a PDF, in each customer's language."""
        self.ensure_one()
        return self.env.ref(
            "key_account_fund.key_account_fund_statement_report"
        ).report_action(self)

    def action_export(self):
        """Return the download of the statement as a workbook, a sheet for each fund."""
        self.ensure_one()
        statements = self._get_statements()
        content = write_workbook([self._prepare_sheet(s) for s in statements])
        self.file = base64.b64encode(content)
        self.file_name = f"{self.display_name.replace('/', '-')}.xlsx"
        return download(self, filename_field="file_name")

    # ---------------------------------------------------------------- business

    def _get_statements(self):
        """Return the statements in the order of the funds, in the language of the
        environment.

        :raise AccessError: a fund that the user may not read
        """
        self.ensure_one()
        found = self.fund_ids._get_statements(self.date_from, self.date_to)
        return list(found.values())

    def _get_statements_by_language(self):
        """Return ``[(language, [statements])]`` for paper: in each customer's language.

        :raise AccessError: as `_get_statements`
        """
        self.ensure_one()
        groups = self.fund_ids.grouped(lambda fund: fund.partner_id.lang)
        found = []
        for lang, funds in groups.items():
            lang = lang or self.env.lang
            told = funds.with_context(lang=lang)
            statements = told._get_statements(self.date_from, self.date_to)
            found.append((lang, list(statements.values())))
        return found

    def _prepare_sheet(self, statement):
        fund = statement.fund
        opening, closing = statement.opening, statement.closing
        return Sheet(
            title=fund.key_account_id.display_name,
            caption=[
                fund.display_name,
                self.env._(
                    "%(date_from)s to %(date_to)s",
                    date_from=format_date(self.env, statement.date_from),
                    date_to=format_date(self.env, statement.date_to),
                ),
            ],
            header=[
                self.env._("Date"),
                self.env._("Kind"),
                self.env._("Document"),
                self.env._("Reason"),
                self.env._("Balance Change"),
                self.env._("Frozen Change"),
                self.env._("Balance"),
                self.env._("Frozen"),
                self.env._("Available"),
            ],
            rows=[
                [statement.date_from, self.env._("Opening"), *[None] * 4, *opening],
                *(
                    [
                        *(row.date, row.kind, row.document, row.reason),
                        *(row.change.posted, row.change.frozen),
                        *row.after,
                    ]
                    for row in statement.rows
                ),
                [statement.date_to, self.env._("Closing"), *[None] * 4, *closing],
            ],
            widths=WIDTHS,
            decimals=fund.currency_id.decimal_places,
            bold=frozenset({0, len(statement.rows) + 1}),
        )
