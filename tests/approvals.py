"""Rules, and orders that somebody asked about."""

from scene import unique

REQUEST = "key.account.approval.request"
STEP = "key.account.approval.request.step"
DECISION = "key.account.approval.decision"
DELEGATION = "key.account.approval.delegation"
RULE = "key.account.approval.rule"


def make_rule(scene, approvers, **step):
    """Return the reference of the orders, no other test's, that ``approvers`` are asked
    about."""
    reference = unique("PO")
    scene.admin.call(
        RULE,
        "create",
        {
            "name": f"Rule {reference}",
            "res_model": "sale.order",
            "domain": repr([("client_order_ref", "=", reference)]),
            "step_ids": [
                [
                    0,
                    0,
                    {
                        "name": "Business",
                        "approver_kind": "users",
                        "user_ids": [[6, 0, [user.uid for user in approvers]]],
                        **step,
                    },
                ]
            ],
        },
    )
    return reference


def make_asked(scene, owner, reference):
    """Return ``(order, request)`` of an order that its owner asked about."""
    account = scene.make_account(user_id=owner.uid)
    company = scene.get("key.account", account, "partner_id")
    product = scene.make_product(price=100, stock=9)
    order = scene.make_order(
        company, product, user=owner, client_order_ref=reference, user_id=owner.uid
    )
    (request,) = owner.call(
        "sale.order", "action_ask_approval", [order], "A good customer"
    )
    return order, request
