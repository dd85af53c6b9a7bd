from . import (
    test_agreement,
    test_guide,
    test_price,
    test_sheet,
    test_volume,
)
