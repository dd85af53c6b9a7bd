from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .key_account_range import POLICIES

STRICTNESS = [policy for policy, _label in POLICIES]

# Every account with the accounts of the companies that its customer belongs to, itself
# among them; also where a company in between is no key account.
ACCOUNTS_ABOVE = """
WITH RECURSIVE above AS (
    SELECT id AS account_id, company_id, partner_id
      FROM key_account
     WHERE id = ANY(%(accounts)s)
     UNION
    SELECT above.account_id, above.company_id, partner.parent_id
      FROM above JOIN res_partner partner ON partner.id = above.partner_id
     WHERE partner.parent_id IS NOT NULL
)
SELECT above.account_id, array_agg(account.id)
  FROM above
  JOIN key_account account
    ON account.partner_id = above.partner_id
   AND account.company_id = above.company_id
 GROUP BY above.account_id
"""

# The other way round, for ranges.
ACCOUNTS_BELOW = """
WITH RECURSIVE below AS (
    SELECT rel.range_id, account.company_id, account.partner_id
      FROM key_account_range_account_rel rel
      JOIN key_account account ON account.id = rel.account_id
     WHERE rel.range_id = ANY(%(ranges)s)
     UNION
    SELECT below.range_id, below.company_id, partner.id
      FROM below JOIN res_partner partner ON partner.parent_id = below.partner_id
)
SELECT below.range_id, array_agg(account.id)
  FROM below
  JOIN key_account account
    ON account.partner_id = below.partner_id
   AND account.company_id = below.company_id
 GROUP BY below.range_id
"""


class Scope(NamedTuple):
    """What an account may buy on a day: ids, and what becomes of everything else."""

    policy: str
    products: frozenset
    templates: frozenset
    categories: frozenset

    def has(self, product):
        """Return whether a product belongs to it."""
        return (
            product.id in self.products
            or product.product_tmpl_id.id in self.templates
            or not self.categories.isdisjoint(product._get_category_ids())
        )


class KeyAccountRange(models.Model):
    """What belongs to the ranges of accounts: the one answer for lines, pickers, the
    catalogue and the gate. The number of queries does not grow with the lines."""

    _inherit = "key.account.range"

    @api.model
    def _get_outside(self, lines):
        """Return those of the order lines that are outside of what their customers may
        buy, whatever the policy."""
        policies = self._get_outside_policies(lines)
        return lines.filtered(lambda line: line in policies)

    @api.model
    def _get_outside_policies(self, lines):
        """Return ``{order line outside: policy}``.

        Sections, notes, down payments, discounts, rewards, extras and the parts of a
        combo are not bought by themselves, and never outside. It is the customer's
        account that counts, whoever pays, and the day of the order.
        """
        # sudo: what an account may buy does not depend on who looks.
        bought = lines.sudo()._filtered_bought()
        subjects = bought.order_id._gate_get_subjects()
        bought = bought.filtered(lambda line: subjects[line.order_id] == line.order_id)
        keys = self._get_order_keys(bought.order_id)
        scopes = self._get_scopes(set(keys.values()))
        outside = {}
        for line in bought:
            scope = scopes.get(keys.get(line.order_id))
            if scope and not scope.has(line.product_id):
                outside[line] = scope.policy
        return outside

    @api.model
    def _get_domain(self, account, company, date=None, model="product.product"):
        """Return ``(domain, policy)``: what the account may buy from the company on a
        day, of ``product.product`` or ``product.template``, and what becomes of the
        rest; without a range everything, and no policy."""
        scopes = {}
        if account.company_id == company:
            day = date or company._get_today()
            scopes = self._get_scopes({(account, day)})
        for scope in scopes.values():
            products, template = "id", "product_tmpl_id"
            if model == "product.template":
                products, template = "product_variant_ids", "id"
            domain = (
                Domain(products, "in", sorted(scope.products))
                | Domain(template, "in", sorted(scope.templates))
                | Domain("categ_id", "child_of", sorted(scope.categories))
            )
            return domain, scope.policy
        return Domain.TRUE, False

    @api.model
    def _get_order_keys(self, orders):
        """Return ``{order: (account, day)}`` of the orders of key accounts.

        By the customer, not by what the order says: a contact may have moved to another
        company since.
        """
        if not self._is_used():
            return {}
        # sudo: as in _get_outside_policies.
        accounts = self.env["key.account"].sudo()._get_by_partner(orders.partner_id)
        keys = {}
        for order in orders:
            customer = order.partner_id.commercial_partner_id._origin
            if account := accounts.get((customer, order.company_id._origin)):
                keys[order] = (account, order._get_order_day())
        return keys

    @api.model
    def _get_by_account(self, accounts):
        """Return ``{account: ranges}`` that count for the accounts: their own, and those
        of the groups that they belong to."""
        above = self._get_accounts_above(accounts)
        given_to = {id_ for ids in above.values() for id_ in ids}
        # Not sudo: the caller decides who looks.
        ranges = self.search([("account_ids", "in", list(given_to))])
        # sudo: of a range of the group, not all accounts may be the user's.
        holders = {
            sellable: set(sellable.sudo().account_ids.ids) for sellable in ranges
        }
        found = {}
        for account in accounts:
            ids = above.get(account.id, ())
            found[account] = ranges.filtered(
                lambda r, i=ids, a=account: (
                    r.company_id == a.company_id and not holders[r].isdisjoint(i)
                )
            )
        return found

    @api.model
    def _get_scopes(self, wanted):
        """Return ``{(account, day): scope}``; absent: the account has no range.

        :param wanted: set of ``(account, day)``
        """
        if not wanted:
            return {}
        accounts = self.env["key.account"].union(*(account for account, _d in wanted))
        # sudo: as in _get_outside_policies. What was archived still belongs to a range.
        service = self.sudo().with_context(active_test=False)
        by_account = {
            account: ranges.filtered("active")
            for account, ranges in service._get_by_account(accounts).items()
        }
        # Read here, once for all of them.
        found = service.union(*by_account.values())
        for name in ("product_ids", "product_tmpl_ids", "categ_ids"):
            found.mapped(name)
        agreed = service._get_agreed_lines(by_account)
        scopes = {}
        for account, day in wanted:
            if ranges := by_account[account]:
                agreements = agreed.get(account)
                scopes[account, day] = ranges._prepare_scope(agreements, day)
        return scopes

    def _prepare_scope(self, agreements, day):
        """Return what these ranges hold together."""
        products, templates, categories = (
            set(self.product_ids.ids),
            set(self.product_tmpl_ids.ids),
            set(self.categ_ids.ids),
        )
        if agreements and any(self.mapped("has_agreement_lines")):
            lines = agreements._filtered_in_force(day).line_ids
            products.update(lines.product_id.ids)
            templates.update(lines.product_tmpl_id.ids)
            categories.update(lines.categ_id.ids)
        policy = max(self.mapped("policy"), key=STRICTNESS.index)
        return Scope(policy, *map(frozenset, (products, templates, categories)))

    @api.model
    def _get_agreed_lines(self, by_account):
        """Return ``{account: agreements}`` of those whose ranges want them."""
        wanting = [
            account.id
            for account, ranges in by_account.items()
            if any(ranges.mapped("has_agreement_lines"))
        ]
        if not wanting:
            return {}
        agreements = self.env["key.account.agreement"].search(
            [("account_id", "in", wanting), ("state", "=", "active")]
        )
        # As above.
        agreements.line_ids.mapped("product_id")
        return agreements.grouped("account_id")

    @api.model
    def _get_accounts_above(self, accounts):
        """Return ``{account id: [ids of it and of the accounts of its groups]}``."""
        self.env["res.partner"].flush_model(["parent_id"])
        self.env["key.account"].flush_model(["partner_id", "company_id"])
        return dict(self.env.execute_query(SQL(ACCOUNTS_ABOVE, accounts=accounts.ids)))

    def _get_covered(self):
        """Return ``{range id: [ids of the accounts that it counts for]}``."""
        self.flush_model(["account_ids"])
        self.env["res.partner"].flush_model(["parent_id"])
        self.env["key.account"].flush_model(["partner_id", "company_id"])
        ids = self._origin.ids
        return dict(self.env.execute_query(SQL(ACCOUNTS_BELOW, ranges=ids)))


class KeyAccountAgreement(models.Model):
    _inherit = "key.account.agreement"

    def _filtered_in_force(self, day):
        """Return those of the active agreements that count on a day, of each the latest
        version."""
        latest = {}
        for agreement in self.sorted("version"):
            if agreement._is_of_day(day):
                latest[agreement.name] = agreement
        return self.browse(agreement.id for agreement in latest.values())

    def action_activate(self):
        # What it prices may belong to a range now.
        result = super().action_activate()
        self.env["sale.order"]._gate_wake()
        return result
