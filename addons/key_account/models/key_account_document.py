from datetime import date, timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date


class KeyAccountDocument(models.Model):
    """A qualification document of an account, for example its business licence.

    A renewed licence is added beside the old one, which stays readable: of the kinds
    that an account has one of, the newest counts. Other documents count until they
    are archived.
    """

    _name = "key.account.document"
    _description = "Key Account Document"
    _order = "date_expiry desc, id desc"

    _SINGLE_KINDS = ("licence", "tax", "bank")

    name = fields.Char(string="Number", required=True)
    account_id = fields.Many2one(
        "key.account",
        string="Key Account",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("licence", "Business licence"),
            ("tax", "Tax registration"),
            ("permit", "Trade permit"),
            ("bank", "Bank certificate"),
            ("other", "Other"),
        ],
        required=True,
        default="licence",
    )
    date_issued = fields.Date(string="Issued on")
    date_expiry = fields.Date(
        string="Expires on", help="Leave it empty when the document does not expire."
    )
    date_warned = fields.Date(
        readonly=True,
        copy=False,
        help="The expiry date that the salesperson has been warned of.",
    )
    state = fields.Selection(
        [("valid", "Valid"), ("expiring", "Expiring"), ("expired", "Expired")],
        compute="_compute_state",
        search="_search_state",
    )
    active = fields.Boolean(default=True)
    file = fields.Binary(attachment=True)
    file_name = fields.Char()

    _dates_ordered = models.Constraint(
        "CHECK(date_expiry IS NULL OR date_issued IS NULL "
        "OR date_expiry >= date_issued)",
        "A document cannot expire before it was issued: correct one of the two dates.",
    )

    @api.depends("date_expiry", "company_id.key_account_document_warn_days")
    def _compute_state(self):
        for document in self:
            # A new one may not have its account yet.
            company = document.company_id or self.env.company
            today = company._get_today()
            expiry = document.date_expiry
            warn_days = company.key_account_document_warn_days
            if expiry and expiry < today:
                document.state = "expired"
            elif expiry and expiry <= today + timedelta(days=warn_days):
                document.state = "expiring"
            else:
                document.state = "valid"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Day and warning period differ by company: one term for each.
        # sudo: which documents are found does not depend on the user's companies.
        days = {
            company: company._get_today()
            for company in self.env["res.company"].sudo().search([])
        }
        expired = Domain.OR(
            Domain("company_id", "=", company.id) & Domain("date_expiry", "<", today)
            for company, today in days.items()
        )
        expiring = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("date_expiry", ">=", today)
            & Domain(
                "date_expiry",
                "<=",
                today + timedelta(days=company.key_account_document_warn_days),
            )
            for company, today in days.items()
        )
        terms = {
            "expired": expired,
            "expiring": expiring,
            "valid": ~expired & ~expiring,
        }
        return Domain.OR(terms[state] for state in value if state in terms)

    def _filtered_latest(self):
        """Return the documents that count: the newest of each kind that an account has
        one of, and each of the other kinds. One without expiry date is the newest."""
        latest = {}
        for document in self.filtered("active"):
            key = (document.account_id, document.kind)
            if document.kind not in self._SINGLE_KINDS:
                key = document
            best = latest.get(key)
            if best is None or document._sort_key_expiry() > best._sort_key_expiry():
                latest[key] = document
        return self.browse().union(*latest.values())

    def _sort_key_expiry(self):
        return (not self.date_expiry, self.date_expiry or date.max, self.id)

    @api.model_create_multi
    def create(self, vals_list):
        documents = super().create(vals_list)
        documents.account_id._close_document_activities()
        self.env["sale.order"]._gate_wake()
        return documents

    def write(self, vals):
        result = super().write(vals)
        self.account_id._close_document_activities()
        self.env["sale.order"]._gate_wake()
        return result

    @api.model
    def _cron_warn_expiry(self):
        """Schedule an activity for each document that is about to expire, once for
        each expiry date, with the account's salesperson."""
        ending = self.search([("state", "in", ["expiring", "expired"])])
        latest = ending.account_id.document_ids._filtered_latest()
        for document in ending & latest:
            if document.date_warned == document.date_expiry:
                continue
            if document.account_id.state != "closed":
                document._warn_salesperson()

    def _warn_salesperson(self):
        account = self.account_id
        user = account.user_id or self.env.user
        document = self.with_context(lang=user.lang)
        values = {
            "number": document.name,
            "date": format_date(document.env, document.date_expiry),
        }
        if document.state == "expired":
            summary = document.env._(
                "Document %(number)s expired on %(date)s", **values
            )
        else:
            summary = document.env._(
                "Document %(number)s expires on %(date)s", **values
            )
        account.activity_schedule(
            "key_account.mail_activity_type_document",
            date_deadline=self.date_expiry,
            summary=summary,
            user_id=user.id,
        )
        self.date_warned = self.date_expiry
