from . import test_agreement, test_price, test_volume
