from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..exceptions import GateError

# The accounts of orders: of the customer, of whoever gets the invoice, and the one that
# the order was written under. Each row is locked once, in the order of ids, and counted
# up.
LOCK_ACCOUNTS = """
WITH found AS (
    SELECT orders.id AS order_id, account.id AS account_id,
           bool_or(partner.id = orders.partner_id
                   AND account.partner_id = partner.commercial_partner_id
                   AND account.company_id = orders.company_id) AS is_customer
      FROM sale_order orders
      JOIN res_partner partner
        ON partner.id IN (orders.partner_id, orders.partner_invoice_id)
      JOIN key_account account
        ON (account.partner_id = partner.commercial_partner_id
            AND account.company_id = orders.company_id)
        OR account.id = orders.key_account_id
     WHERE orders.id = ANY(%(orders)s)
  GROUP BY orders.id, account.id
), locked AS (
    -- Each row once: after the update it would be skipped.
    SELECT id FROM key_account
     WHERE id IN (SELECT account_id FROM found)
  ORDER BY id
       FOR UPDATE
), updated AS (
    UPDATE key_account
       SET gate_seq = COALESCE(gate_seq, 0) + 1
     WHERE id IN (SELECT id FROM locked)
 RETURNING id, state
)
SELECT found.order_id, updated.id, found.is_customer,
       updated.state IN ('suspended', 'closed') OR EXISTS (
           SELECT FROM key_account_document document
            WHERE document.account_id = updated.id
              AND document.active
              -- Whether it has expired is for the company's day to say.
              AND document.date_expiry <= %(today)s)
  FROM found JOIN updated ON updated.id = found.account_id
"""


class SaleOrder(models.Model):
    """What stops an order at the gate, and what has been let through."""

    _inherit = "sale.order"

    def _gate_get_issues(self):
        """Return what stops the orders, ``{order: [issue values]}``; orders that
        nothing stops are absent.

        This is the hook for a new check: call ``super()``, append values, return.
        An issue is a dict with ``code`` (stable, for tests and statistics), ``kind``
        (``account``, ``document``, ``price``, ``fund``, ``credit``, ``stock``), which
        decides who may release it, and ``text``, one sentence that names the cause and
        the fix but no amount: it is also posted in the chatter, which the warehouse
        reads. Optional: ``amount_missing`` in the order's currency, and ``subject``,
        which tells several issues of one code apart.

        Updates the rows of the orders' accounts, so that two transactions that judge
        one account run into each other.
        """
        troubled = self._gate_lock_accounts()
        # sudo: the gate judges the account whether or not the user may open it.
        accounts = self.env["key.account"].sudo().union(*troubled.values())
        found = {account: account._get_order_issues() for account in accounts}
        issues = {}
        for order in self:
            for account in troubled.get(order.id, ()):
                for issue in found[account]:
                    if account != order.key_account_id:
                        # Whoever pays, or whom it was written for, stops it, too.
                        subject = f"{account.id} {issue.get('subject') or ''}"
                        issue = {**issue, "subject": subject.strip()}
                    issues.setdefault(order, []).append(dict(issue))
        return issues

    def _gate_get_subjects(self):
        """Return ``{order: the order whose issues count for it}``, here itself."""
        return {order: order for order in self}

    @api.model
    def _gate_get_subject_domain(self):
        """Return the domain of the orders whose own issues count for them, see
        `_gate_get_subjects`; here all."""
        return Domain.TRUE

    def _gate_get_parts(self):
        """Return the orders that were made from these and are judged with them, here
        none: a check does not count their goods a second time."""
        return self.browse()

    def _gate_get_amount_left(self):
        """Return how much of this order no other order was made of that would count in
        its place, taxes included, in its currency; here all of it."""
        self.ensure_one()
        # sudo: the gate judges amounts that the user may not see.
        return self.sudo().amount_total

    def _gate_get_due_date(self):
        """Return the moment by which the first goods are to be delivered, in UTC; False
        where nobody has named a day."""
        self.ensure_one()
        return self.commitment_date

    def _gate_commit(self):
        """Hook: the gate has let these orders through, by whichever door, and they are
        confirmed now: what that takes is taken here. Their accounts are locked."""

    def _filter_divisible(self):
        """Return those of these orders whose lines may be divided before they are
        judged, here all."""
        return self

    def _gate_lock_accounts(self):
        """Update the accounts' rows, in the order of their ids, and find them afresh:
        a contact may have moved to another company since the order was written.

        One statement. The loser of two transactions gets a serialization failure, and
        Odoo runs its request again.

        :return: ``{order id: accounts}`` whose own standing may stop the order
        """
        Account = self.env["key.account"]
        self.flush_model(
            ["partner_id", "partner_invoice_id", "company_id", "key_account_id"]
        )
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        Account.flush_model(["partner_id", "company_id", "state"])
        self.env["key.account.document"].flush_model()
        rows = self.env.execute_query(
            SQL(LOCK_ACCOUNTS, orders=self.ids, today=fields.Date.today())
        )
        own = {
            order: account for order, account, is_customer, _t in rows if is_customer
        }
        moved = self.filtered(
            lambda o: o.id and o.key_account_id.id != own.get(o.id, False)
        )
        if moved:
            self.env.add_to_compute(self._fields["key_account_id"], moved)
        troubled = {}
        for order, account, _is_customer, is_troubled in rows:
            if is_troubled:
                known = troubled.get(order, Account)
                troubled[order] = known | Account.browse(account)
        return troubled

    def _gate_judge(self):
        """Return what stops the orders now and has not been released:
        ``{order: [issue values]}``."""
        if not self:
            return {}
        subjects = self._gate_get_subjects()
        found = self.browse().union(*subjects.values())._gate_get_issues()
        of_orders = {order: found.get(subject) for order, subject in subjects.items()}
        return self._gate_get_unreleased(of_orders)

    def _gate_get_unreleased(self, found):
        """Return the issues that no release covers, of the order itself or of the one
        that it is judged by.

        :param found: ``{order: [issue values]}``, what stops the orders
        """
        if not any(found.values()):
            return {}
        subjects = self._gate_get_subjects()
        released = (self | self.browse().union(*subjects.values()))._gate_get_released()
        blocking = {}
        for order, subject in subjects.items():
            amounts = {**released.get(subject, {}), **released.get(order, {})}
            stopped = [
                issue
                for issue in found.get(order) or ()
                if not order._gate_is_covered(issue, amounts)
            ]
            if stopped:
                blocking[order] = stopped
        return blocking

    def _gate_is_covered(self, issue, released):
        """Return whether a release covers the issue: as much was missing then."""
        amount = released.get((issue["code"], issue.get("subject") or False))
        if amount is None:
            return False
        missing = issue.get("amount_missing") or 0.0
        return self.currency_id.compare_amounts(missing, amount) <= 0

    def _gate_get_released(self):
        """Return ``{order: {(code, subject): amount}}`` of the releases that count: for
        the content that the orders have now, and not from before a cancellation."""
        known = self.filtered(lambda order: order.gate_state != "clear")
        released = {}
        # sudo: what was released counts whoever confirms.
        Issue = self.env["key.account.gate.issue"].sudo()
        domain = [("order_id", "in", known.ids), ("state", "=", "released")]
        for issue in Issue.search(domain) if known else ():
            order = self.browse(issue.order_id.id)
            now = (order.fingerprint, order.gate_round)
            if (issue.fingerprint, issue.gate_round) == now and not issue._is_over():
                amounts = released.setdefault(order, {})
                key = (issue.code, issue.subject)
                # Releases from before amounts were named are worth what was missing.
                amount = max(issue.amount_released, issue.amount_missing)
                amounts[key] = max(amounts.get(key, 0.0), amount)
        return released

    def _gate_assert(self, sentence="%(order)s: %(text)s"):
        """Raise when anything stops one of the orders.

        :raise GateError: one sentence for each issue, the order named.
        """
        sentences = [
            sentence % {"order": order.name, "text": issue["text"]}
            for order, issues in self._gate_judge().items()
            for issue in issues
        ]
        if sentences:
            raise GateError("\n".join(sentences))

    def _gate_assert_raise(self):
        """Raise when anything stops one of these confirmed orders from being raised.

        :raise GateError: as `_gate_assert`
        """
        self._gate_assert(
            self.env._(
                "%(order)s is confirmed and cannot be raised, put the difference on a "
                "new quotation: %(text)s",
                order="%(order)s",
                text="%(text)s",
            )
        )

    # Which content of which orders has passed in this transaction: the confirmation
    # itself writes the state and need not be judged a second time.

    def _gate_get_passed(self):
        return self.env.cr.cache.setdefault("key_account.gate.passed", {})

    def _gate_assert_once(self):
        passed = self._gate_get_passed()
        known = {order: passed.pop(order.id, None) for order in self}
        self.filtered(lambda order: known[order] != order.fingerprint)._gate_assert()
