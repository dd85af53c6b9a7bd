import logging

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..exceptions import StockReserveError

_logger = logging.getLogger(__name__)

WAREHOUSE = "stock.group_stock_user"
MANAGER = "key_account.group_key_account_manager"
# What is settled once goods are kept.
FIXED_FIELDS = {"product_id", "warehouse_id", "quantity", "account_id", "order_id"}


class KeyAccountStockReserve(models.Model):
    """Goods that are set aside: for key accounts, for one of them, or for a parent order.

    A stock move that never leaves its location keeps them reserved, as Odoo reserves;
    what is held is what that move holds. Its demand is what nobody has taken yet.
    """

    _name = "key.account.stock.reserve"
    _description = "Set-Aside Stock"
    _inherit = [
        "key.account.guarded.state",
        "key.account.computed.guard",
        "mail.thread",
    ]
    _order = "id desc"

    _VERB_FIELDS = {"state": "draft", "order_id": False}
    _TRANSITIONS = {
        "draft": {"active": (WAREHOUSE, MANAGER)},
        "active": {
            "released": (WAREHOUSE, MANAGER),
            "expired": (WAREHOUSE, MANAGER),
        },
    }

    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("is_storable", "=", True)],
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    quantity = fields.Float(
        required=True,
        digits="Product Unit",
        help="How much is set aside, in the unit of the product.",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        index=True,
        default=lambda self: self.env.user._get_default_warehouse_id(),
    )
    company_id = fields.Many2one(
        related="warehouse_id.company_id", store=True, index=True
    )
    date_until = fields.Date(
        string="Until",
        tracking=True,
        help="The last day on which the goods are kept. After it, what was not taken "
        "is for everybody.",
    )
    account_id = fields.Many2one(
        "key.account",
        string="Key Account",
        index="btree_not_null",
        ondelete="restrict",
        help="Whose orders may take the goods; empty: those of every key account.",
    )
    order_id = fields.Many2one(
        "sale.order",
        string="Parent Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
        help="The parent order whose child orders wait for these goods.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("active", "Set Aside"),
            ("released", "Released"),
            ("expired", "Expired"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
    )
    move_ids = fields.One2many("stock.move", "stock_reserve_id", readonly=True)
    line_ids = fields.One2many(
        "key.account.stock.reserve.line", "reserve_id", readonly=True
    )
    quantity_taken = fields.Float(
        string="Taken",
        compute="_compute_quantity_taken",
        store=True,
        digits="Product Unit",
        help="What orders have taken, less what they gave back.",
    )
    quantity_left = fields.Float(
        string="Left",
        compute="_compute_quantity_taken",
        store=True,
        digits="Product Unit",
        help="What nobody has taken yet.",
    )
    quantity_held = fields.Float(
        string="Held",
        compute="_compute_quantity_held",
        digits="Product Unit",
        help="What is really reserved in the warehouse now. It is less than what is left "
        "while goods are missing; arriving goods fill it up.",
    )

    @api.depends("line_ids.quantity", "quantity")
    def _compute_quantity_taken(self):
        for reserve in self:
            taken = sum(reserve.line_ids.mapped("quantity"))
            unit = reserve.product_id.uom_id
            reserve.quantity_taken = unit.round(taken) if unit else taken
            left = max(reserve.quantity - taken, 0.0)
            reserve.quantity_left = unit.round(left) if unit else left

    @api.depends("move_ids.quantity", "move_ids.state")
    def _compute_quantity_held(self):
        # sudo: who reads a set-aside need not read stock moves.
        for reserve in self.sudo():
            reserve.quantity_held = sum(reserve._get_move().mapped("quantity"))

    @api.depends("product_id", "warehouse_id", "order_id", "account_id")
    def _compute_display_name(self):
        for reserve in self.sudo():  # sudo: the name tells whom it is for
            owner = reserve.order_id or reserve.account_id
            names = (reserve.product_id, owner, reserve.warehouse_id)
            parts = [one.display_name for one in names if one]
            reserve.display_name = ", ".join(parts)

    # ------------------------------------------------------------------ checks

    @api.constrains("quantity")
    def _check_quantity(self):
        for reserve in self:
            if reserve.uom_id.compare(reserve.quantity, 0.0) <= 0:
                raise ValidationError(
                    self.env._("%s: enter a quantity above zero.", reserve.display_name)
                )

    @api.constrains("product_id")
    def _check_product_storable(self):
        for reserve in self:
            if not reserve.product_id.is_storable:
                raise ValidationError(
                    self.env._(
                        "%s is not kept in stock and cannot be set aside: choose a "
                        "product whose inventory is tracked.",
                        reserve.product_id.display_name,
                    )
                )

    @api.constrains("date_until", "order_id")
    def _check_date_until(self):
        for reserve in self:
            day = reserve.date_until
            if not day and not reserve.order_id:
                raise ValidationError(
                    self.env._(
                        "%s: enter until when the goods are kept.",
                        reserve.display_name,
                    )
                )
            if day and day < reserve.company_id._get_day(fields.Datetime.now()):
                raise ValidationError(
                    self.env._(
                        "%(reserve)s: %(day)s has passed, enter a later day until which "
                        "the goods are kept.",
                        reserve=reserve.display_name,
                        day=day,
                    )
                )

    @api.constrains("warehouse_id", "account_id", "product_id")
    def _check_one_company(self):
        for reserve in self.sudo():  # sudo: the other company may be hidden
            for record in (reserve.account_id, reserve.product_id):
                company = record.company_id
                if company and company != reserve.company_id:
                    raise ValidationError(
                        self.env._(
                            "%(name)s belongs to %(company)s, the warehouse "
                            "%(warehouse)s does not: choose another warehouse.",
                            name=record.display_name,
                            company=company.name,
                            warehouse=reserve.warehouse_id.name,
                        )
                    )

    def write(self, vals):
        if not self.env.su and FIXED_FIELDS.intersection(vals):
            self._assert_draft()
        return super().write(vals)

    def _assert_draft(self):
        for reserve in self:
            if reserve.state != "draft":
                raise StockReserveError(
                    self.env._(
                        "%s is set aside as it is: release it and set aside anew, or "
                        "change its last day.",
                        reserve.display_name,
                    )
                )

    def unlink(self):
        # EXTENDS 'base': no move keeps goods for a set-aside that is gone.
        self.check_access("unlink")
        self._cancel_moves()
        return super().unlink()

    # ----------------------------------------------------------------- actions

    def action_set_aside(self):
        """Keep the goods of these drafts: as much as is free now, the rest as it comes
        in. Orders that may not take them do not find them any more."""
        self.check_access("write")
        self._check_date_until()
        self._set_state("active")
        self._hold()
        return True

    def action_release(self):
        """Give back what nobody has taken; it is free for everybody."""
        self.check_access("write")
        self._end("released")
        return True

    def action_open_lines(self):
        """Return the action that lists who took how much."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_split.key_account_stock_reserve_line_action"
        )
        action["domain"] = [("reserve_id", "=", self.id)]
        return action

    # ---------------------------------------------------------------- business

    def _set_state(self, state):
        self._assert_transition(state)
        # sudo: only verbs write the state, see _VERB_FIELDS.
        self.sudo().write({"state": state})

    def _get_move(self):
        """Return the moves that keep the goods, one for each active set-aside."""
        return self.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))

    def _lock(self):
        """Lock the rows, in the order of ids, before any quant. Whoever changes a
        set-aside updates its row: of two who take from it at once the second fails to
        serialise, which Odoo retries."""
        self.env.cr.execute(
            SQL(
                "SELECT id FROM key_account_stock_reserve WHERE id = ANY(%s) "
                "ORDER BY id FOR UPDATE",
                self.ids,
            )
        )

    def _hold(self):
        """Reserve the goods with a move for each of these set-asides."""
        # sudo: managers set aside and have no right to stock moves.
        moves = self.env["stock.move"].sudo()
        moves = moves.create([reserve._prepare_move_vals() for reserve in self])
        moves._action_confirm(merge=False)

    def _prepare_move_vals(self):
        """Return the values of the move that keeps the goods: from the stock to where
        they are, so that no forecast changes, and without a transfer, so that nobody
        carries it out. By its day of reservation the scheduler fills it up."""
        self.ensure_one()
        place = self.warehouse_id.lot_stock_id
        return {
            "stock_reserve_id": self.id,
            "product_id": self.product_id.id,
            "product_uom": self.product_id.uom_id.id,
            "product_uom_qty": self.quantity_left,
            "location_id": place.id,
            "location_dest_id": place.id,
            "company_id": self.company_id.id,
            "origin": self.display_name,
            "reservation_date": fields.Date.today(),
        }

    def _follow_left(self):
        """Make the moves demand what is left, and reserve it again."""
        for reserve in self:
            move = reserve._get_move()
            if move.product_uom.compare(move.product_uom_qty, reserve.quantity_left):
                move.product_uom_qty = reserve.quantity_left
        self._get_move()._action_assign()

    def _shrink(self, wanted):
        """Keep no more than is wanted still.

        :param wanted: ``{set-aside: quantity}``, in the product's unit
        """
        over = self.filtered(lambda one: wanted.get(one, 0.0) < one.quantity_left)
        if not over:
            return
        over._lock()
        done = over.filtered(
            lambda one: one.product_id.uom_id.is_zero(wanted.get(one, 0.0))
        )
        done._end("released")
        for reserve in over - done:
            reserve.quantity = reserve.quantity_taken + wanted[reserve]
        (over - done)._follow_left()

    def _end(self, state):
        self._lock()
        self._set_state(state)
        self._cancel_moves()

    def _cancel_moves(self):
        # sudo: as for reserving.
        self.sudo()._get_move()._action_cancel()

    @api.model
    def _cron_expire(self):
        """Give back what is kept longer than its day, each in a transaction of its
        own."""
        # No company's day is later than this.
        late = fields.Date.add(fields.Date.today(), days=1)
        domain = [("state", "=", "active"), ("date_until", "<=", late)]
        reserves = self.search(domain, order="id").filtered(
            lambda one: one.date_until < one.company_id._get_day(fields.Datetime.now())
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(reserves))
        for reserve in reserves:
            try:
                reserve._end("expired")
                self.env.flush_all()
            except Exception:  # pylint: disable=broad-exception-caught
                # A write conflict is gone the next time.
                self.env.cr.rollback()
                _logger.exception("Set-aside %s could not be given back", reserve.id)
            if not cron._commit_progress(1):
                break
