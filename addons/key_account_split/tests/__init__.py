from . import (
    test_access,
    test_bad_input,
    test_cancel_and_copy,
    test_conservation,
    test_fulfilment,
    test_gate_split,
    test_invoice,
    test_like_by_hand,
    test_portal,
    test_recipient_matrix,
    test_split,
    test_tours,
)
