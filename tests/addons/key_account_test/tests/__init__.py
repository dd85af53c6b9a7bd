from . import test_gate_price
