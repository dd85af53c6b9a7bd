from . import (
    test_agreement,
    test_guide,
    test_price,
    test_reply,
    test_reply_forged,
    test_reply_portal,
    test_revision,
    test_sheet,
    test_validity,
    test_volume,
)
