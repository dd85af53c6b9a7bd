from . import (
    test_capture,
    test_gate,
    test_ledger,
    test_money_in,
    test_statement_line,
    test_request,
    test_request_effects,
    test_request_refund,
    test_check,
    test_statement,
    test_watch,
)
