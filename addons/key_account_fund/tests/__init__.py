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
    test_fund_portal,
    test_online_payment,
    test_prepayment_request,
    test_tours,
)
from . import test_capture, test_fund_random, test_gate, test_ledger, test_money_in
from . import test_capture, test_document_random, test_fund_random, test_gate, test_ledger, test_money_in
