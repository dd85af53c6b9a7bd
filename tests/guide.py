"""An order below its guide price, what was written about it, and who may not know.

The figures and words occur nowhere else, so that a test may look for them in any answer.
"""

import base64
import re

from approvals import REQUEST, RULE
from rpc import RpcError
from scene import unique

SHEET, LINE = "key.account.price.sheet", "key.account.price.sheet.line"
NUMBER = re.compile(r"\d[\d,\u202f\xa0 ]*(?:\.\d+)?")
PRICE, GUIDE, COST = 6613.84, 7713.57, 4197.31
# What those write who see guide prices, and what is said inside the company.
REASON, WORDS = "zebra-reason", "yak-words"
EXPORT = "base.group_allow_export"
PEOPLE = {
    "plain": f"sales_team.group_sale_salesman_all_leads,{EXPORT}",
    "controller": f"base.group_user,key_account.group_key_account_credit,{EXPORT}",
    "accountant": f"account.group_account_manager,account.group_account_user,{EXPORT}",
    "warehouse": f"base.group_user,stock.group_stock_user,{EXPORT}",
    "customer": "base.group_portal",
}


def get_figures(*figures):
    return {round(figure, 2) for figure in figures}


SECRETS = {
    "guide": {REASON, *get_figures(GUIDE, GUIDE - PRICE, 100 * (1 - PRICE / GUIDE))},
    "cost": get_figures(COST),
    "margin": get_figures(PRICE - COST, 100 * (1 - COST / PRICE)),
    "price": get_figures(PRICE),
    "words": {WORDS},
}
# Who may not be told what.
CLOSED = {
    "plain": {"guide"},
    "controller": {"guide"},
    "accountant": {"guide"},
    "warehouse": {"guide", "cost", "margin", "price", "words"},
    "customer": {"guide", "cost", "margin", "words"},
}


def find(answer):
    """Return the kinds of secrets that occur anywhere in ``answer``."""
    if isinstance(answer, dict):
        return {kind for item in answer.items() for kind in find(item)}
    if isinstance(answer, list | tuple):
        return {kind for item in answer for kind in find(item)}
    if isinstance(answer, float | int):
        found = {round(abs(float(answer)), 2)}
    else:
        text = str(answer)
        parts = (re.sub(r"[^\d.]", "", part) for part in NUMBER.findall(text))
        found = {round(float(part), 2) for part in parts if part}
        found |= {word for word in (REASON, WORDS) if word in text}
    return {kind for kind, secrets in SECRETS.items() if secrets & found}


class LowOrder:
    """An order of a key-account salesperson and one of a salesperson who may not see
    guide prices, both asked about and held, one of them rejected; one that a customer
    was sent; and the sheet with the guide price, which was approved."""

    def __init__(self, scene):
        self.scene = scene
        self.reference = unique("PO")
        self.author = scene.user("salesperson", "low_salesperson")
        self.manager = scene.user("manager", "low_manager")
        self.writer = scene.user("manager", "low_writer")
        self.logins = {name: self._make_person(name) for name in PEOPLE}
        self._make_customer()
        self._make_rules()
        self._make_sheet()
        self._make_orders()

    def person(self, name, door=None):
        return self.scene.log_in(self.logins[name], *([door] if door else []))

    def ask(self, user, model, method, *args, **kwargs):
        """Return what ``user`` is answered, the sentence when it is refused."""
        try:
            return user.call(model, method, *args, **kwargs)
        except RpcError as error:
            assert error.is_refusal, error
            return error.message

    def ask_json(self, user, path, **params):
        """As `ask`, of a JSON route."""
        try:
            return user.json(path, **params)
        except RpcError as error:
            return error.message

    def _make_person(self, name):
        login = unique(f"low_{name}")
        groups = [self.scene.ref(xmlid) for xmlid in PEOPLE[name].split(",")]
        self.scene.admin.call(
            "res.users",
            "create",
            {
                "name": login,
                "login": login,
                "password": login,
                "email": f"{login}@example.com",
                "group_ids": [[6, 0, groups]],
            },
        )
        return login

    def _make_customer(self):
        scene = self.scene
        self.account = scene.make_account(user_id=self.author.uid)
        self.company = scene.get("key.account", self.account, "partner_id")
        partner = scene.get("res.users", self.person("customer").uid, "partner_id")
        scene.admin.call("res.partner", "write", [partner], {"parent_id": self.company})
        self.product = scene.make_product("Icon", 9900, stock=20, standard_price=COST)

    def _make_rules(self):
        step = {
            "name": "Business",
            "approver_kind": "users",
            "user_ids": [[6, 0, [self.manager.uid]]],
        }
        for model, field, thresholds in (
            (SHEET, "title", {}),
            ("sale.order", "client_order_ref", {"guide_distance": 5, "margin": 90}),
        ):
            self.scene.admin.call(
                RULE,
                "create",
                {
                    "name": f"{WORDS} {self.reference}",
                    "res_model": model,
                    "domain": repr([(field, "like", self.reference)]),
                    "step_ids": [[0, 0, step]],
                    "threshold_ids": [
                        [0, 0, {"measure": measure, "value": value}]
                        for measure, value in thresholds.items()
                    ],
                },
            )

    def _make_sheet(self):
        words = f"{REASON} {GUIDE}"
        line = {"product_id": self.product, "price": GUIDE}
        self.sheet = self.writer.call(
            SHEET,
            "create",
            {
                "kind": "guide",
                "title": f"{self.reference} {words}",
                "description": words,
                "line_ids": [[0, 0, line]],
            },
        )
        (self.sheet_line,) = self.scene.get(SHEET, self.sheet, "line_ids")
        (self.sheet_request,) = self.writer.call(
            SHEET, "action_ask_approval", [self.sheet], words
        )
        self.manager.call(REQUEST, "action_approve", [self.sheet_request], words)
        self.writer.call(SHEET, "action_submit", [self.sheet])
        self.manager.call(SHEET, "action_activate", [self.sheet])
        self.file = self.writer.call(
            "ir.attachment",
            "create",
            {
                "name": "guide.txt",
                "datas": base64.b64encode(words.encode()).decode(),
                "res_model": SHEET,
                "res_id": self.sheet,
            },
        )
        self.writer.call(
            SHEET,
            "message_post",
            [self.sheet],
            body=words,
            attachment_ids=[self.file],
            partner_ids=[self.scene.get("res.users", self.manager.uid, "partner_id")],
        )

    def _make_orders(self):
        plain = self.person("plain")
        self.order = self.make_order(self.author, client_order_ref=self.reference)
        self.plain_order = self.make_order(plain, client_order_ref=self.reference)
        self.sent_order = self.make_order(plain)
        plain.call("sale.order", "action_quotation_sent", [self.sent_order])
        self.orders = [self.order, self.plain_order, self.sent_order]
        self.requests = []
        for user, order in ((self.author, self.order), (plain, self.plain_order)):
            self.requests += user.call(
                "sale.order", "action_ask_approval", [order], "A good customer"
            )
            user.call("sale.order", "action_confirm", [order])
        self.manager.call(REQUEST, "action_reject", self.requests[1:], WORDS)
        self.lines = self.scene.admin.call(
            "sale.order.line", "search", [["order_id", "in", self.orders]], order="id"
        )

    def make_order(self, user, **vals):
        order = self.scene.make_order(self.company, self.product, user=user, **vals)
        (line,) = self.scene.get("sale.order", order, "order_line")
        user.call("sale.order.line", "write", [line], {"price_unit": PRICE})
        self.scene.admin.call(
            "sale.order.line", "write", [line], {"guide_reason": REASON}
        )
        return order
