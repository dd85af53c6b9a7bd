from . import test_exposure, test_gate, test_score
from . import test_credit_request, test_credit_request_bad_input, test_exposure, test_gate, test_limit_time, test_tours
from . import test_ageing, test_exposure, test_gate, test_snapshot
from . import test_ageing, test_credit_file, test_exposure, test_gate, test_snapshot
from . import test_ageing, test_credit_file, test_digest, test_exposure, test_gate, test_snapshot
from . import (
    test_ageing,
    test_credit_file,
    test_digest,
    test_exposure,
    test_gate,
    test_snapshot,
)
