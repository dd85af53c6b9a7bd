import random

from odoo.fields import Command
from odoo.tests import tagged

from .common_delta import DeltaCase

PRICES = (0.335, 0.005, 1.452, 2.569, 9.995, 33.33, 0.01)


@tagged("post_install", "-at_install")
class TestDeltaRandom(DeltaCase):
    """Whatever is changed after a split: sums stay exact, the unchanged untouched."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Tax = cls.env["account.tax"]
        included = {"price_include_override": "tax_included"}
        cls.taxes = [
            Tax,
            Tax.create({"name": "VAT 13", "amount": 13}),
            Tax.create({"name": "Incl 7", "amount": 7, **included}),
            Tax.create({"name": "Eco", "amount": 0.17, "amount_type": "fixed"}),
        ]

    def test_any_changes_conserve_every_cent(self):
        for seed in range(12):
            with self.subTest(seed=seed):
                self.play(random.Random(seed))

    def play(self, rng):
        self.env.company.tax_calculation_rounding_method = rng.choice(
            ["round_globally", "round_per_line"]
        )
        shares = [
            (rng.randint(1, 9), rng.randint(0, 4)) for _one in range(rng.randint(1, 7))
        ]
        parent = self.make_parent([self.tea, self.cup], shares)
        parent.split_by = rng.choice(["recipient", "recipient", "address", "together"])
        for line in parent.order_line:
            self.set_terms(rng, line)
        parent.action_split()
        self.assertAddsUp(parent)
        for _round in range(3):
            self.change_and_split(rng, parent)

    def set_terms(self, rng, line):
        line.write(
            {
                "price_unit": rng.choice(PRICES),
                "discount": rng.choice([0, 0, 3, 33.33]),
                "tax_ids": [Command.set(rng.choice(self.taxes).ids)],
            }
        )

    def change_and_split(self, rng, parent):
        before = self.get_record(self.living(parent))
        served = {one: one.child_order_id for one in parent.recipient_ids}
        parent.action_change_recipients()
        touched = set()
        for _change in range(rng.randint(0, 3)):
            touched |= self.change(rng, parent)
        self.order_given(parent)
        if rng.random() < 0.2:
            parent.action_discard_changes()
            touched = set()
            self.assertEqual(self.get_record(self.living(parent)), before)
        else:
            parent.action_split()
        self.assertEqual(parent.state, "split")
        self.assertAddsUp(parent)
        if touched is None or parent.split_by != "recipient":
            return
        for one, child in served.items():
            if one.exists() and one not in touched:
                self.assertEqual(one.child_order_id, child)
                self.assertEqual(self.get_record(child)[child.id], before[child.id])

    def change(self, rng, parent):
        """Change something; return the recipients whom that concerns."""
        kind = rng.choice(["add", "remove", "quantity", "date", "terms"])
        one = rng.choice(list(parent.recipient_ids))
        if kind == "add":
            share = (rng.randint(1, 9), rng.randint(0, 4))
            return {self.add_recipient(parent, "Added", share)}
        if kind == "remove" and len(parent.recipient_ids) > 1:
            one.unlink()
            return {one}
        if kind == "quantity":
            one.line_ids[0].quantity = rng.randint(1, 9)
        if kind == "date":
            one.date_wished = f"2031-01-{rng.randint(10, 28)}"
        if kind == "terms":
            line = rng.choice(list(parent.order_line))
            self.set_terms(rng, line)
            parts = line.recipient_line_ids.filtered("quantity")
            return set(parts.recipient_id)
        return {one}
