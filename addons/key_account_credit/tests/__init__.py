from . import test_exposure, test_gate, test_score
