from . import (
    test_ageing,
    test_credit_file,
    test_credit_request,
    test_credit_request_bad_input,
    test_digest,
    test_exposure,
    test_gate,
    test_limit_time,
    test_score,
    test_snapshot,
    test_tours,
)
from . import test_doors_transfer, test_exposure, test_gate
    test_doors_invoice,
    test_doors_move,
    test_doors_transfer,
    test_doors,
    test_waiting,
