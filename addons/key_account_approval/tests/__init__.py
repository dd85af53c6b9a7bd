from . import test_approval, test_tours
