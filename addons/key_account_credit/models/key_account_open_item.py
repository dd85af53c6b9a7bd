import logging

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# The item as it was is taken out of the sum, and put in as it is now: rows are only
# added, so that two who post or pay for one customer never wait for each other.
FUNCTION = """
CREATE OR REPLACE FUNCTION key_account_open_item() RETURNS trigger AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.parent_state = 'posted' AND OLD.amount_residual <> 0
    THEN
        INSERT INTO key_account_open_item
                    (partner_id, company_id, account_id, date_due, amount)
             VALUES (OLD.partner_id, OLD.company_id, OLD.account_id,
                     CASE WHEN OLD.amount_residual > 0
                          THEN COALESCE(OLD.date_maturity, OLD.date) END,
                     -OLD.amount_residual);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.parent_state = 'posted' AND NEW.amount_residual <> 0
    THEN
        INSERT INTO key_account_open_item
                    (partner_id, company_id, account_id, date_due, amount)
             VALUES (NEW.partner_id, NEW.company_id, NEW.account_id,
                     CASE WHEN NEW.amount_residual > 0
                          THEN COALESCE(NEW.date_maturity, NEW.date) END,
                     NEW.amount_residual);
    END IF;
    RETURN NULL;
END
$$ LANGUAGE plpgsql
"""

# Most changes of an item do not touch what is open: they must cost nothing.
COUNTS = "{row}.parent_state = 'posted' AND {row}.amount_residual <> 0"
COLUMNS = (
    *("partner_id", "company_id", "account_id", "parent_state"),
    *("amount_residual", "date_maturity", "date"),
)
EVENTS = {
    "insert": ("INSERT", COUNTS.format(row="NEW")),
    "delete": ("DELETE", COUNTS.format(row="OLD")),
    "update": (
        f"UPDATE OF {', '.join(COLUMNS)}",
        f"({COUNTS.format(row='OLD')} OR {COUNTS.format(row='NEW')}) AND "
        f"({', '.join(f'OLD.{name}' for name in COLUMNS)}) IS DISTINCT FROM "
        f"({', '.join(f'NEW.{name}' for name in COLUMNS)})",
    ),
}
TRIGGER = """
CREATE OR REPLACE TRIGGER key_account_open_item_{name}
  AFTER {event} ON account_move_line
    FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION key_account_open_item()
"""

# What the rows are to add up to.
DOCUMENTS = """
SELECT partner_id, company_id, account_id,
       CASE WHEN amount_residual > 0 THEN COALESCE(date_maturity, date) END AS date_due,
       amount_residual AS amount
  FROM account_move_line
 WHERE parent_state = 'posted' AND amount_residual <> 0
"""
FILL = f"""
INSERT INTO key_account_open_item (partner_id, company_id, account_id, date_due, amount)
SELECT partner_id, company_id, account_id, date_due, SUM(amount)
  FROM ({DOCUMENTS}) item
GROUP BY 1, 2, 3, 4
"""
DIFFERENCES = f"""
SELECT partner_id, company_id, account_id, date_due, SUM(amount)
  FROM ({DOCUMENTS}
 UNION ALL
SELECT partner_id, company_id, account_id, date_due, -amount
  FROM key_account_open_item) part
GROUP BY 1, 2, 3, 4
HAVING SUM(amount) <> 0
ORDER BY 1, 2, 3, 4
"""

# Rows of one partner, account and day become one, or none where they cancel out.
GATHER = """
WITH scattered AS (
    SELECT partner_id, company_id, account_id, date_due,
           array_agg(id) AS ids, SUM(amount) AS amount
      FROM key_account_open_item
  GROUP BY 1, 2, 3, 4
    HAVING count(*) > 1
), gone AS (
    DELETE FROM key_account_open_item
          WHERE id IN (SELECT unnest(ids) FROM scattered)
)
INSERT INTO key_account_open_item (partner_id, company_id, account_id, date_due, amount)
SELECT partner_id, company_id, account_id, date_due, amount
  FROM scattered
 WHERE amount <> 0
"""


class KeyAccountOpenItem(models.Model):
    """What is open on partners' journal items, summed by the day when it is due.

    A cache, for accounts with very many items: a trigger keeps it in the transaction that
    changes an item, whichever door that comes through. Several rows of one day add up;
    what is not allocated has no day. Journal items stay the truth: `_audit` compares.
    """

    _name = "key.account.open.item"
    _description = "Open Items of a Day"
    _log_access = False

    partner_id = fields.Many2one("res.partner", readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    account_id = fields.Many2one("account.account", readonly=True, ondelete="cascade")
    date_due = fields.Date(readonly=True)
    amount = fields.Monetary(readonly=True)

    _exposure_idx = models.Index(
        "(partner_id, company_id) INCLUDE (account_id, date_due, amount)"
    )

    def init(self):
        # EXTENDS 'base': with the triggers come the items that are there already.
        result = super().init()
        self.env.cr.execute(
            "SELECT FROM pg_trigger WHERE tgname = 'key_account_open_item_insert'"
        )
        is_kept = self.env.cr.rowcount
        self.env.cr.execute(FUNCTION)
        for name, (event, condition) in EVENTS.items():
            # Constants of this file.
            trigger = TRIGGER.format(name=name, event=event, condition=condition)
            self.env.cr.execute(trigger)  # pylint: disable=sql-injection
        if not is_kept:
            self._fill()
        return result

    @api.model
    def _fill(self):
        """Sum the journal items afresh. What others change meanwhile this transaction
        does not see, neither the items nor the rows that they add."""
        self.env.cr.execute("DELETE FROM key_account_open_item")
        self.env.cr.execute(FILL)  # pylint: disable=sql-injection

    @api.model
    def _audit(self):
        """Return where the sums are not those of the journal items: ``[(partner id,
        company id, ledger account id, day or None, amount missing)]``; none is right."""
        self.env.flush_all()
        return self.env.execute_query(SQL(DIFFERENCES))  # pylint: disable=sql-injection

    @api.model
    def _cron_gather(self):
        """Prove the sums, and gather the rows of a day into one, so that few are read."""
        if found := self._audit():
            _logger.error(
                "Open items were not in sum what they are one by one: %s", found
            )
            self._fill()
        self.env.cr.execute(GATHER)
