from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ..exceptions import RevisionError


class SaleOrder(models.Model):
    """A quotation is revised by its next version; earlier ones stay readable, and only
    the last one lives."""

    _inherit = "sale.order"

    _VERB_FIELDS = {
        "quotation_version": 1,
        "revised_from_id": False,
        "first_version_id": False,
        "revision_ids": False,
    }

    quotation_version = fields.Integer(
        string="Version", readonly=True, copy=False, default=1
    )
    revised_from_id = fields.Many2one(
        "sale.order",
        string="Earlier Version",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    first_version_id = fields.Many2one(
        "sale.order",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Empty in the first version itself.",
    )
    revision_ids = fields.One2many(
        "sale.order", "revised_from_id", string="Next Version", readonly=True
    )
    is_revised = fields.Boolean(compute="_compute_is_revised", compute_sudo=True)
    version_count = fields.Integer(compute="_compute_version_count")

    # Of two people who revise a quotation at once the second finds it done.
    _revised_once = models.UniqueIndex(
        "(revised_from_id) WHERE revised_from_id IS NOT NULL",
        "This quotation has been revised already: open its next version.",
    )
    _version_unique = models.UniqueIndex(
        "(first_version_id, quotation_version) WHERE first_version_id IS NOT NULL",
        "This version of the quotation exists already: open it.",
    )

    @api.depends("revision_ids")
    def _compute_is_revised(self):
        for order in self:
            order.is_revised = bool(order.revision_ids)

    @api.depends("first_version_id", "revision_ids")
    def _compute_version_count(self):
        firsts = self._origin.first_version_id | self._origin
        counts = dict(
            self._read_group(
                [("first_version_id", "in", firsts.ids)],
                ["first_version_id"],
                ["__count"],
            )
        )
        for order in self:
            first = order.first_version_id or order._origin
            order.version_count = 1 + counts.get(first, 0)

    # ----------------------------------------------------------------- actions

    def action_revise(self):
        """Replace a quotation by its next version: a copy with the same prices, terms
        and rules; the present one is cancelled and stays readable.

        :return: the action that opens the next version
        :raise RevisionError: it is confirmed, a part of another order, revised already,
            or paid or invoiced in part
        Locks the quotation's row; a unique index backs that.
        """
        self.ensure_one()
        self.check_access("write")
        self.env.cr.execute(
            SQL("SELECT id FROM sale_order WHERE id = %s FOR UPDATE", self.id)
        )
        self._assert_may_be_revised()
        version = self._make_next_version()
        if self.state != "cancel":
            self.action_cancel()
        self._message_log(body=self.env._("Revised as %s.", version._get_html_link()))
        version._message_log(
            body=self.env._("Next version of %s.", self._get_html_link())
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": version.id,
            "views": [(False, "form")],
        }

    def action_open_versions(self):
        """Return the action that lists all versions of the quotation."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        action.update(
            domain=self._get_versions_domain(),
            context={"create": False},
            display_name=self.env._("Versions of %s", self._get_first_version().name),
        )
        return action

    def _make_next_version(self):
        version = self.copy(
            {
                "name": f"{self._get_first_version().name}-{self.quotation_version + 1}",
                # What the customer said and was promised stays the same.
                "client_order_ref": self.client_order_ref,
                "commitment_date": self.commitment_date,
            }
        )
        # sudo: written here only, users never do.
        version.sudo().write(
            {
                "quotation_version": self.quotation_version + 1,
                "revised_from_id": self.id,
                "first_version_id": self._get_first_version().id,
                # Whom the earlier version came from does not release this one.
                # sudo: also those of them whom the user may not read.
                "gate_owner_ids": [
                    Command.set((self.sudo().gate_owner_ids | self.create_uid).ids)
                ],
            }
        )
        # The indexes speak up here, not at some later statement.
        version.flush_recordset()
        return version

    def _get_first_version(self):
        # sudo: only its name counts, whoever it belongs to.
        return self.sudo().first_version_id or self

    def _get_versions_domain(self):
        first = self._get_first_version().id
        return ["|", ("id", "=", first), ("first_version_id", "=", first)]

    def _get_last_version(self):
        # sudo: who is told about it may not read it.
        return self.sudo().search(
            self._get_versions_domain(), order="quotation_version desc", limit=1
        )

    # ------------------------------------------------------------------ checks

    def _assert_may_be_revised(self):
        self._assert_not_revised()
        # sudo: whoever writes the quotation may not see payments.
        order = self.sudo()
        if self._gate_get_subjects()[self] != self:
            problem = self.env._(
                "%s is a part of another order and not revised by itself: revise that "
                "one.",
                self.name,
            )
        elif self.state not in ("draft", "sent", "cancel"):
            problem = self.env._(
                "%s is confirmed and cannot be revised: put the difference on a new "
                "quotation.",
                self.name,
            )
        elif order.amount_paid or order.invoice_ids.filtered(
            lambda invoice: invoice.state == "posted"
        ):
            problem = self.env._(
                "%s has been paid or invoiced in part and cannot be revised: refund "
                "that first.",
                self.name,
            )
        else:
            return
        raise RevisionError(problem)

    def _assert_not_revised(self):
        """Raise when one of these has been replaced by its next version."""
        # sudo: the next version counts for those who may not read it, too.
        for order in self.sudo().filtered("revision_ids"):
            raise RevisionError(order._get_revised_sentence())

    def _get_revised_sentence(self):
        return self.env._(
            "%(order)s has been revised: work on %(version)s.",
            order=self.name,
            version=self._get_last_version().name,
        )

    def _confirmation_error_message(self):
        # EXTENDS 'sale': names the version that can be confirmed.
        # sudo: as in _assert_not_revised.
        if self.sudo().revision_ids:
            return self._get_revised_sentence()
        return super()._confirmation_error_message()

    # -------------------------------------------------------------------- CRUD

    def write(self, vals):
        if vals.get("state", "cancel") != "cancel" or vals.get("signature"):
            # Whichever door led here: two living versions would be two offers.
            self._assert_not_revised()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_revised(self):
        # sudo: as in _assert_not_revised.
        for order in self.sudo():
            if order.revision_ids - self:
                raise RevisionError(
                    self.env._(
                        "%(order)s is kept with its next version: delete %(version)s "
                        "first.",
                        order=order.name,
                        version=order._get_last_version().name,
                    )
                )
