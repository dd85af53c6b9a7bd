from . import (
    test_capture,
    test_gate,
    test_ledger,
    test_money_in,
    test_statement_line,
)
