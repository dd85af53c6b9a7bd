from . import test_reconcile, test_reconcile_currency, test_tours
