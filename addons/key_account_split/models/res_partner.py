from odoo import api, fields, models
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    is_one_time_address = fields.Boolean(
        string="One-Time Address",
        readonly=True,
        copy=False,
        help="A delivery address that came with a file of recipients. It is kept for the "
        "orders that go there and stays out of the list of contacts; unarchive it to "
        "keep it as a contact.",
    )

    _one_time_address_index = models.Index(
        "(parent_id, name) WHERE is_one_time_address IS TRUE"
    )

    def write(self, vals):
        # EXTENDS 'base': whoever brings an address back wants to keep it.
        if vals.get("active"):
            vals = {**vals, "is_one_time_address": False}
        return super().write(vals)

    def _handle_first_contact_creation(self):
        # EXTENDS 'base': where goods go once is not where the customer is.
        if self.is_one_time_address:
            return None
        return super()._handle_first_contact_creation()

    @api.autovacuum
    def _gc_one_time_addresses(self, limit=10_000):
        """Delete one-time addresses that nothing refers to any more: the recipients of
        a quotation were replaced, or the quotation was deleted."""
        address = SQL.identifier("address", "id")
        unused = SQL(" AND ").join(
            SQL(
                "NOT EXISTS (SELECT FROM %s AS link WHERE %s = %s%s)",
                SQL.identifier(table),
                SQL.identifier("link", column),
                address,
                # An address may be said to be its own commercial partner.
                SQL(" AND link.id != address.id") if table == self._table else SQL(),
            )
            for table, column in self._get_referring_columns()
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT address.id FROM res_partner AS address
                 WHERE address.is_one_time_address AND NOT address.active
                   AND address.create_date < now() at time zone 'UTC' - interval '1 day'
                   AND %s
                 LIMIT %s
                """,
                unused,
                limit,
            )
        )
        self.browse(row[0] for row in rows).unlink()

    @api.model
    def _get_referring_columns(self):
        """Return ``[(table, column)]`` of what the database lets refer to a contact."""
        return self.env.execute_query(
            SQL(
                """
                SELECT child.relname, attribute.attname
                  FROM pg_constraint AS link
                  JOIN pg_class AS child ON child.oid = link.conrelid
                  JOIN pg_attribute AS attribute
                    ON attribute.attrelid = link.conrelid
                   AND attribute.attnum = link.conkey[1]
                 WHERE link.contype = 'f' AND link.confrelid = 'res_partner'::regclass
                """
            )
        )
