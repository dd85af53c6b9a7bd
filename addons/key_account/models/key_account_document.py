from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain


class KeyAccountDocument(models.Model):
    """A qualification document of an account, for example its business licence.

    Of each kind the newest document counts: a renewed licence may be added beside
    the old one, which stays readable.
    """

    _name = "key.account.document"
    _description = "Key Account Document"
    _order = "date_expiry desc, id desc"

    name = fields.Char(string="Number", required=True)
    account_id = fields.Many2one(
        "key.account", required=True, index=True, ondelete="cascade"
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
    file = fields.Binary(attachment=True)
    file_name = fields.Char()

    _dates_ordered = models.Constraint(
        "CHECK(date_expiry IS NULL OR date_issued IS NULL "
        "OR date_expiry >= date_issued)",
        "A document cannot expire before it was issued: correct one of the two dates.",
    )

    @api.depends("date_expiry", "company_id.key_account_document_warn_days")
    @api.depends_context("tz")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for document in self:
            expiry = document.date_expiry
            warn_days = document.company_id.key_account_document_warn_days
            if expiry and expiry < today:
                document.state = "expired"
            elif expiry and expiry <= today + timedelta(days=warn_days):
                document.state = "expiring"
            else:
                document.state = "valid"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        expired = Domain("date_expiry", "<", today)
        # The warning period differs by company: one term for each.
        expiring = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("date_expiry", ">=", today)
            & Domain(
                "date_expiry",
                "<=",
                today + timedelta(days=company.key_account_document_warn_days),
            )
            for company in self.env["res.company"].sudo().search([])
        )
        terms = {
            "expired": expired,
            "expiring": expiring,
            "valid": ~expired & ~expiring,
        }
        return Domain.OR(terms[state] for state in value if state in terms)

    def _filtered_latest(self):
        """Return the newest document of each account and kind; one without an
        expiry date counts as the newest."""
        latest = {}
        for document in self:
            key = (document.account_id, document.kind)
            best = latest.get(key)
            if best is None or document._sort_key_expiry() > best._sort_key_expiry():
                latest[key] = document
        return self.browse().union(*latest.values())

    def _sort_key_expiry(self):
        return (not self.date_expiry, self.date_expiry or fields.Date.today(), self.id)

    @api.model
    def _cron_warn_expiry(self):
        """Schedule an activity for each document that is about to expire, once for
        each expiry date, with the account's salesperson."""
        documents = self.search([("state", "in", ["expiring", "expired"])])
        due = documents._filtered_latest().filtered(
            lambda document: (
                document.date_warned != document.date_expiry
                and document.account_id.state != "closed"
            )
        )
        for document in due:
            document.account_id.activity_schedule(
                "key_account.mail_activity_type_document",
                date_deadline=document.date_expiry,
                summary=self.env._(
                    "Renew document %(number)s, it expires on %(date)s",
                    number=document.name,
                    date=document.date_expiry,
                ),
                user_id=(document.account_id.user_id or self.env.user).id,
            )
            document.date_warned = document.date_expiry
