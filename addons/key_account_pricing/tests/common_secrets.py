import re

from odoo.fields import Command
from odoo.tests import new_test_user

from .common import PricingCase

# Each occurs in one place only. REASON is what those write who see guide prices, WORDS
# what staff write who decide.
PRICE, GUIDE, COST = 66.3842, 77.1357, 41.9731
REASON, WORDS = "zebra-reason", "yak-words"
# Of a sheet that is not in force: before and after it was changed.
OTHER_GUIDES = (78.2468, 79.3579)
QUANTITY = 3
NUMBER = re.compile(r"\d[\d,\u202f\xa0]*(?:\.\d+)?")
# Longer values are pictures.
LONGEST = 50_000


def get_figures(*figures):
    return {round(figure, 2) for figure in figures}


SECRETS = {
    "guide": {
        REASON,
        *get_figures(
            GUIDE, *OTHER_GUIDES, GUIDE - PRICE, 100 * (GUIDE - PRICE) / GUIDE
        ),
    },
    "cost": get_figures(COST, QUANTITY * COST),
    "margin": get_figures(
        100 * (PRICE - COST) / PRICE, PRICE - COST, QUANTITY * (PRICE - COST)
    ),
    "price": get_figures(PRICE, QUANTITY * PRICE),
    "words": {WORDS},
}


def find_secrets(answer):
    """Return the kinds of secrets that occur in ``answer``, in whatever format."""
    if isinstance(answer, dict):
        return {kind for item in answer.items() for kind in find_secrets(item)}
    if isinstance(answer, list | tuple):
        return {kind for item in answer for kind in find_secrets(item)}
    if isinstance(answer, bytes):
        answer = answer[:LONGEST].decode(errors="ignore")
    if isinstance(answer, int | float):
        found = {round(abs(float(answer)), 2)}
    else:
        text = str(answer)[:LONGEST]
        parts = (re.sub(r"[^\d.]", "", part) for part in NUMBER.findall(text))
        found = {round(float(part), 2) for part in parts if part}
        found |= {word for word in (REASON, WORDS) if word in text}
    return {kind for kind, figures in SECRETS.items() if figures & found}


class SecretsCase(PricingCase):
    """Documents that tell the secrets, and people who may not know them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As in real life, what changes is tracked.
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.env.ref("product.decimal_price").digits = 4
        cls.product.write({"standard_price": COST, "list_price": 100})
        cls.make_people()
        limits = {"guide_distance": 5, "margin": 90, "margin_line": 90}
        cls.make_rule(cls.manager, name=WORDS, thresholds=limits)
        cls.sheet_rule = cls.make_rule(
            cls.manager, name="Sheets", res_model="key.account.price.sheet"
        )
        cls.agreement = cls.make_agreement({"price": PRICE})
        cls.sheet = cls.make_guide(GUIDE)
        request = cls.sheet.sudo()._get_latest_request()
        request.with_user(cls.manager).action_approve(f"{REASON} {GUIDE}")
        cls.sheet.action_submit()
        cls.sheet.with_user(cls.manager).action_activate()
        cls.void_sheet = cls.make_guide(OTHER_GUIDES[0])
        line = Command.update(cls.void_sheet.line_ids.id, {"price": OTHER_GUIDES[1]})
        cls.void_sheet.write({"line_ids": [line]})
        cls.order = cls.make_low(cls.salesperson)
        cls.plain_order = cls.make_low(cls.plain)
        request = cls.plain_order.sudo()._get_latest_request()
        request.with_user(cls.manager).action_reject(WORDS)

    @classmethod
    def make_people(cls):
        exports = "base.group_allow_export"
        stock = f"base.group_user,{exports},stock.group_stock_user"
        for name, groups in (
            ("plain", f"sales_team.group_sale_salesman_all_leads,{exports}"),
            ("clerk", f"{stock},key_account.group_price_reader"),
            ("customer", "base.group_portal"),
        ):
            user = new_test_user(cls.env, f"secrets_{name}", groups=groups)
            setattr(cls, name, user)
        cls.customer.partner_id.parent_id = cls.account.partner_id
        cls.controller = cls.user("controller")
        cls.warehouse = cls.user("warehouse")

    @classmethod
    def make_guide(cls, price):
        """Return a sheet with a guide price that is asked about, and what people write
        on it, attach to it and have to do about it."""
        sheet = cls.make_sheet({"price": price}, kind="guide", state="draft")
        sheet = sheet.with_user(cls.second_manager)
        words = f"{REASON} {price}"
        sheet.write({"title": words, "description": words})
        sheet.action_ask_approval(words)
        sheet.message_post(body=words, attachments=[("guide.txt", words.encode())])
        todo = "mail.mail_activity_data_todo"
        sheet.activity_schedule(todo, note=words, user_id=cls.manager.id)
        return sheet

    @classmethod
    def make_low(cls, author):
        """Return an order below guide, with a reason, that is asked about and held."""
        order = cls.make_quotation_of(author)
        order.sudo().order_line.guide_reason = REASON
        order.action_ask_approval("A good customer")
        order.action_confirm()
        return order

    @classmethod
    def make_quotation_of(cls, author, price=PRICE):
        line = {
            "product_id": cls.product.id,
            "product_uom_qty": QUANTITY,
            "price_unit": price,
        }
        vals = {
            "partner_id": cls.account.partner_id.id,
            "order_line": [Command.create(line)],
        }
        return cls.env["sale.order"].with_user(author).create(vals)
