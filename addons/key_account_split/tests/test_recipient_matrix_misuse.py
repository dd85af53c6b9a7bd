from odoo.exceptions import MissingError
from odoo.tests import tagged

from ..exceptions import RecipientMatrixConflictError, RecipientMatrixError
from .common_matrix import MatrixCase


@tagged("post_install", "-at_install")
class TestRecipientMatrixMisuse(MatrixCase):
    """What a client of its own making may send: one sentence, and nothing changes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parent = cls.make_parent([cls.tea, cls.cup], [(3, 0), (1, 2)])
        cls.other = cls.make_parent([cls.tea], [(3,)])

    def assertRefused(self, error, sentence, *arguments):
        with self.assertRaisesRegex(error, sentence) as caught:
            self.parent.save_recipient_matrix(*arguments)
        self.assertEqual(len(str(caught.exception).splitlines()), 1)
        self.assertEqual(self.quantities(self.parent), [[3, 0], [1, 2]])

    def test_what_is_no_quantity(self):
        first, second = self.parent.recipient_ids
        good = self.change(second, 0, 9, 1)
        for wrong in (
            float("nan"),
            float("inf"),
            -1,
            -0.01,
            1e13,
            10**400,
            True,
            "5",
            None,
            [],
        ):
            with self.subTest(quantity=wrong):
                sentence = (
                    "Recipient 1, Tea: .* is no quantity; enter a number from 0 to"
                )
                bad = self.change(first, 0, wrong, 3)
                self.assertRefused(RecipientMatrixError, sentence, [good, bad])
                added = self.row(
                    "partner", first.partner_id, {self.parent.order_line[0]: wrong}
                )
                self.assertRefused(RecipientMatrixError, sentence, [good], [added])

    def test_ids_of_another_order(self):
        first = self.parent.recipient_ids[0]
        theirs = self.other.recipient_ids
        no_recipient = f"{self.parent.name} has no such recipient"
        no_line = f"{self.parent.name} has no such order line"
        row = {**self.change(first, 0, 9, 3), "recipient": theirs.id}
        self.assertRefused(RecipientMatrixConflictError, no_recipient, [row])
        row = {**self.change(first, 0, 9, 3), "line": self.other.order_line.id}
        self.assertRefused(RecipientMatrixConflictError, no_line, [row])
        row = self.row("recipient", theirs, {})
        self.assertRefused(RecipientMatrixConflictError, no_recipient, [], [], [row])
        row = self.row("partner", first.partner_id, {self.other.order_line: 1})
        self.assertRefused(RecipientMatrixConflictError, no_line, [], [row])
        self.assertEqual(self.quantities(self.other), [[3]])

    def test_an_address_that_does_not_exist(self):
        address = self.make_address("Gone")
        row = self.row("partner", address, {})
        address.unlink()
        self.assertRefused(RecipientMatrixError, "does not exist any more", [], [row])

    def test_what_has_no_such_form(self):
        change = self.change(self.parent.recipient_ids[0], 0, 9, 3)
        sentence = f"The changes of the recipients of {self.parent.name} cannot be read"
        for wrong in (
            "everything",
            5,
            None,
            [5],
            [{}],
            [{**change, "shown": None}],
            [{**change, "shown": float("nan")}],
            [{**change, "shown": 10**400}],
            [{**change, "recipient": "1"}],
            [{**change, "recipient": True}],
            [{**change, "recipient": -1}],
            [{**change, "recipient": 2**40}],
            [{**change, "line": [1]}],
            [{**change, "price_unit": 0}],
            {"recipient": 1},
        ):
            with self.subTest(wrong=wrong):
                self.assertRefused(RecipientMatrixError, sentence, wrong)
                self.assertRefused(RecipientMatrixError, sentence, [], wrong)
                self.assertRefused(RecipientMatrixError, sentence, [], [], wrong)
        line = self.parent.order_line[0]
        row = self.row("recipient", self.parent.recipient_ids[0], {line: float("nan")})
        self.assertRefused(RecipientMatrixError, sentence, [], [], [row])

    def test_shares_that_cannot_be(self):
        line = self.parent.order_line[0].id
        for wrong in (
            (line, 0),
            (line, -1),
            (line, 10**9),
            (line, 1.5),
            (line, "2"),
            (line, 2, float("nan")),
            (line, 2, -1),
            ("x", 2),
            (self.other.order_line.id, 2),
        ):
            with self.subTest(wrong=wrong), self.assertRaises(RecipientMatrixError):
                self.parent.get_even_shares(*wrong)

    def test_an_order_that_is_gone_is_told(self):
        parent = self.make_parent([self.tea], [(1,)])
        parent.unlink()
        with self.assertRaises(MissingError):
            parent.get_recipient_matrix()
