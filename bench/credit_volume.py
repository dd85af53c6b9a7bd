"""Credit with many documents: one account with very many, and many accounts with some."""

from copies import begin_copying, copy_row, reserve_ids
from credit import CREDIT, OCA, give_limit
from harness import Case, variant

from odoo.fields import Command

BIG_ORDERS, BIG_INVOICES = 100_000, 100_000  # of the one account, three parts each
ACCOUNTS, ORDERS, INVOICES = 10_000, 5, 5  # of the many

# Whose each document is: of the one account, or of the many in turn.
DOCUMENTS = """
CREATE TEMP TABLE {table} AS
SELECT number, owner.*, ROUND((10 + random() * 1000)::numeric, 2) AS amount,
       CURRENT_DATE - (random() * 260)::int + 60 AS day
  FROM generate_series(1, %(count)s) number
  JOIN bench_owner owner
    ON owner.rank = CASE WHEN number <= %(big)s THEN 0 ELSE 1 + number %% %(owners)s END
"""


class Volume:
    """Loads the documents; what the measured cases have in common."""

    repeats = 15

    @classmethod
    def load(cls, env):
        cr = env.cr
        partner = env["res.partner"].create({"name": "Volume", "is_company": True})
        account = give_limit(env, partner)
        product = env["product.product"].create(
            {"name": "Volume", "type": "service", "taxes_id": [], "list_price": 20}
        )
        order, invoice = cls.make_documents(env, partner, product)
        begin_copying(cr)
        cls.load_owners(cr, partner, account)
        cls.load_orders(cr, order)
        cls.load_invoices(cr, invoice)
        if "key.account.open.item" in env:
            env["key.account.open.item"]._fill()  # as at the installation

    @classmethod
    def make_documents(cls, env, partner, product):
        line = {"product_id": product.id, "product_uom_qty": 1}
        order = env["sale.order"].create(
            {"partner_id": partner.id, "order_line": [Command.create(line)]}
        )
        order.action_confirm()
        line = {"product_id": product.id, "price_unit": 20, "tax_ids": []}
        invoice = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": "2026-01-01",
                "invoice_line_ids": [Command.create(line)],
            }
        )
        invoice.action_post()
        env.flush_all()
        return order, invoice

    @classmethod
    def load_owners(cls, cr, partner, account):
        cr.execute(
            "CREATE TEMP TABLE bench_many AS SELECT number FROM generate_series(1, %s) number",
            [ACCOUNTS],
        )
        first = reserve_ids(cr, "res_partner", ACCOUNTS)
        name = "'Volume ' || number"
        copy_row(
            cr,
            partner,
            "bench_many",
            id=f"{first} + number",
            name=name,
            complete_name=name,
            commercial_partner_id=f"{first} + number",
        )
        first_account = 0
        if account:
            first_account = reserve_ids(cr, "key_account", ACCOUNTS)
            copy_row(
                cr,
                account,
                "bench_many",
                id=f"{first_account} + number",
                name=name,
                code="'V' || number",
                partner_id=f"{first} + number",
            )
            copy_row(
                cr,
                account.credit_limit_ids,
                "bench_many",
                key_account_id=f"{first_account} + number",
                partner_id=f"{first} + number",
            )
        cr.execute(
            """
            CREATE TEMP TABLE bench_owner AS
            SELECT 0 AS rank, %(partner)s AS partner_id, %(account)s AS account_id
             UNION ALL
            SELECT number, %(first)s + number, %(first_account)s + number FROM bench_many
            """,
            {
                "partner": partner.id,
                "account": account.id if account else 0,
                "first": first,
                "first_account": first_account,
            },
        )

    @classmethod
    def make_table(cls, cr, table, big, small):
        count = big + ACCOUNTS * small
        cr.execute(
            DOCUMENTS.replace("{table}", table),
            {"count": count, "big": big, "owners": ACCOUNTS},
        )
        cr.execute(f"ANALYZE {table}")
        return count

    @classmethod
    def load_orders(cls, cr, order):
        count = cls.make_table(cr, "bench_order", BIG_ORDERS, ORDERS)
        first = reserve_ids(cr, "sale_order", count)
        # One in ten has been delivered.
        undelivered = "CASE WHEN number % 10 > 0 THEN amount ELSE 0 END"
        copy_row(
            cr,
            order,
            "bench_order",
            id=f"{first} + number",
            name="'V' || number",
            access_token="NULL",
            partner_id="bench_order.partner_id",
            partner_invoice_id="bench_order.partner_id",
            partner_shipping_id="bench_order.partner_id",
            key_account_id="account_id",
            debtor_account_id="account_id",
            amount_untaxed="amount",
            amount_total="amount",
            amount_undelivered=undelivered,
            amount_unbilled=f"amount - {undelivered}",
        )
        first_line = reserve_ids(cr, "sale_order_line", count)
        copy_row(
            cr,
            order.order_line,
            "bench_order",
            id=f"{first_line} + number",
            order_id=f"{first} + number",
            order_partner_id="bench_order.partner_id",
            price_unit="amount",
            price_subtotal="amount",
            price_total="amount",
            price_reduce_taxexcl="amount",
            price_reduce_taxinc="amount",
            untaxed_amount_to_invoice="amount",
            risk_amount="amount",
            risk_partner_id="bench_order.partner_id",
        )

    @classmethod
    def load_invoices(cls, cr, invoice):
        count = cls.make_table(cr, "bench_invoice", BIG_INVOICES, INVOICES)
        first = reserve_ids(cr, "account_move", count)
        copy_row(
            cr,
            invoice,
            "bench_invoice",
            id=f"{first} + number",
            name="'V/' || number",
            sequence_number="number",
            access_token="NULL",
            partner_id="bench_invoice.partner_id",
            commercial_partner_id="bench_invoice.partner_id",
            amount_total="3 * amount",
            amount_residual="3 * amount",
            amount_total_signed="3 * amount",
            amount_residual_signed="3 * amount",
        )
        cr.execute(
            "CREATE TEMP TABLE bench_part AS SELECT bench_invoice.*, part,"
            " day + 30 * part AS due, CASE WHEN (number + part) % 40 = 0 THEN -amount"
            " ELSE amount END AS residual"
            " FROM bench_invoice, generate_series(0, 2) part"
        )
        receivable = invoice.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        copy_row(
            cr,
            receivable,
            "bench_part",
            id=f"{reserve_ids(cr, 'account_move_line', 3 * count)} + 3 * number + part - 2",
            move_id=f"{first} + number",
            partner_id="bench_part.partner_id",
            date="bench_part.day",
            date_maturity="bench_part.due",
            debit="GREATEST(residual, 0)",
            credit="GREATEST(-residual, 0)",
            balance="residual",
            amount_currency="residual",
            amount_residual="residual",
            amount_residual_currency="residual",
        )


class CheckOne(Volume, Case):
    title = "one account with 100,000 open orders and 300,000 open items"

    def prepare(self, env):
        self.partner = env["res.partner"].search([("name", "=", "Volume")])
        if "key.account" in env:
            self.account = env["key.account"].search(
                [("partner_id", "=", self.partner.id)]
            )
            # What is judged at the gate.
            product = env["product.product"].search([("name", "=", "Volume")])
            self.order = env["sale.order"].create(
                {
                    "partner_id": self.partner.id,
                    "order_line": [Command.create({"product_id": product.id})],
                }
            )

    @variant("the bare SQL sums", addons=CREDIT)
    def bare(self, env):
        # As ours: what several processes gain depends on how many cores idle.
        env.cr.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        self.bare_parallel(env)

    @variant("the bare SQL sums, parallel as the server likes", addons=CREDIT)
    def bare_parallel(self, env):
        env.cr.execute(
            "SELECT SUM(amount_undelivered), SUM(amount_unbilled) FROM sale_order "
            "WHERE debtor_account_id = %s AND state = 'sale' "
            "AND (amount_undelivered <> 0 OR amount_unbilled <> 0)",
            [self.account.id],
        )
        env.cr.fetchall()
        env.cr.execute(
            "SELECT SUM(amount_residual) FROM account_move_line WHERE partner_id = %s "
            "AND parent_state = 'posted' AND amount_residual > 0 AND account_id = ANY("
            "ARRAY(SELECT id FROM account_account WHERE account_type = 'asset_receivable'))",
            [self.partner.id],
        )
        env.cr.fetchall()

    @variant("ours: its exposure, by component", addons=CREDIT)
    def exposure(self, _env):
        assert self.account._get_exposure()[self.account]["overdue"]

    @variant("ours: what the check goes by, with what is overdue", addons=CREDIT)
    def standing(self, _env):
        found = self.account._get_standings(with_overdue=True)
        assert found[self.account].overdue

    @variant("ours: an order of it judged at the gate", addons=CREDIT)
    def judged(self, _env):
        assert self.order._gate_judge()

    @variant("OCA: its risk", addons=OCA)
    def oca(self, _env):
        assert self.partner.risk_total > 10**8


class CheckMany(Volume, Case):
    title = (
        f"{ACCOUNTS} accounts with 5 open orders and 15 open items each, in one call"
    )
    repeats = 5

    def prepare(self, env):
        self.accounts = env["key.account"].search([])
        assert len(self.accounts) > ACCOUNTS

    @variant("their exposure", addons=CREDIT)
    def exposure(self, _env):
        assert len(self.accounts._get_exposure()) > ACCOUNTS

    @variant("how they stand, with limits and what is overdue", addons=CREDIT)
    def standings(self, _env):
        assert len(self.accounts._get_standings(with_overdue=True)) > ACCOUNTS
