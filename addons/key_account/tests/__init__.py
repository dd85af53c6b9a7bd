from . import (
    test_access,
    test_account_lifecycle,
    test_document,
    test_gate,
    test_partner_merge,
    test_price_visibility,
    test_price_visibility_flow,
    test_tours,
)
