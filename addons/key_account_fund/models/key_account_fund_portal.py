from odoo import models

# What customers may read of their funds. Other fields, also those that addons add later,
# are internal.
PORTAL_FIELDS = {
    "amount_available",
    "amount_frozen",
    "amount_posted",
    "currency_id",
    "display_name",
    "id",
    "kind",
}
# What the page of a fund shows of its entries.
ENTRY_FIELDS = (
    "date",
    "kind",
    "posted_change",
    "frozen_change",
    "posted_after",
    "frozen_after",
    "order_id",
    "invoice_id",
)


class KeyAccountFund(models.Model):
    """What the customer sees of a fund."""

    _inherit = "key.account.fund"

    def _has_field_access(self, field, operation):
        # EXTENDS 'base'
        if not self.env.su and self.env.user.share and field.name not in PORTAL_FIELDS:
            return False
        return super()._has_field_access(field, operation)

    def _order_to_sql(self, order, query, alias=None, reverse=False):
        # EXTENDS 'base': the usual order is by a field that customers do not read.
        if order == self._order and not self.env.su and self.env.user.share:
            order = "kind, id"
        return super()._order_to_sql(order, query, alias, reverse)

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        # EXTENDS 'mail': salespeople, who only read funds, ask for payments.
        if message_operation == "create" and not self.env.user.share:
            return dict.fromkeys(self, "read")
        return super()._mail_get_operation_for_mail_message_operation(message_operation)

    def _get_portal_page_url(self):
        """Return the address of the customer's page of this fund; it takes a login."""
        self.ensure_one()
        return f"{self.get_base_url()}/my/funds/{self.id}"

    def action_request_payment(self):
        """Return the dialog that asks the customer for an amount."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request Payment"),
            "res_model": "key.account.prepayment.request",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_fund_id": self.id},
        }

    def _get_portal_entries(self, limit, offset=0):
        """Return what the customer's page shows of this fund's entries, the latest
        first: dicts with `ENTRY_FIELDS`, where ``order_id`` and ``invoice_id`` are
        records that the current user may read, or empty."""
        self.ensure_one()
        self.check_access("read")
        # sudo: customers do not read entries, whose reasons and users are internal.
        Entry = self.env["key.account.fund.entry"].sudo()
        rows = Entry.search_read(
            [("fund_id", "=", self.id)],
            ENTRY_FIELDS,
            limit=limit,
            offset=offset,
            load=None,
        )
        for name in ("order_id", "invoice_id"):
            model = self.env[Entry._fields[name].comodel_name]
            ids = {row[name] for row in rows if row[name]}
            may_read = model.has_access("read")
            found = model.search([("id", "in", list(ids))]) if may_read else model
            known = {record.id: record for record in found}
            for row in rows:
                row[name] = known.get(row[name], model)
        return rows
