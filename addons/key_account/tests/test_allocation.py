from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.allocation import allocate


@tagged("post_install", "-at_install")
class TestAllocation(BaseCase):
    def test_equal_weights_give_the_rest_to_the_last(self):
        self.assertEqual(allocate(10.0, [1, 1, 1], 0.01), [3.33, 3.33, 3.34])

    def test_largest_remainder_comes_first(self):
        self.assertEqual(allocate(0.07, [3, 2, 5], 0.01), [0.02, 0.01, 0.04])

    def test_weight_of_zero_gets_nothing(self):
        self.assertEqual(allocate(1.0, [0, 3], 0.01), [0.0, 1.0])

    def test_negative_amount_is_shared_like_a_positive_one(self):
        self.assertEqual(allocate(-10.0, [1, 1, 1], 0.01), [-3.33, -3.33, -3.34])

    def test_weights_must_make_sense(self):
        for weights in ([0, 0], [1, -1], [-1, 3]):
            with self.subTest(weights=weights), self.assertRaises(ValueError):
                allocate(1.0, weights, 0.01)

    @settings(max_examples=300, deadline=None)
    @given(
        cents=st.integers(-(10**9), 10**9),
        weights=st.lists(
            st.decimals(0, 10**5, places=3), min_size=1, max_size=60
        ).filter(any),
        precision=st.sampled_from([0.01, 1.0, 0.001]),
    )
    def test_nothing_is_lost_and_nobody_is_a_unit_off(self, cents, weights, precision):
        unit = Decimal(str(precision))
        amount = float(cents * unit)
        shares = [Decimal(str(s)) for s in allocate(amount, weights, precision)]
        self.assertEqual(sum(shares), Decimal(str(amount)))
        total = sum(weights)
        for share, weight in zip(shares, weights, strict=True):
            exact = Decimal(str(amount)) * weight / total
            self.assertLess(abs(share - exact), unit)
