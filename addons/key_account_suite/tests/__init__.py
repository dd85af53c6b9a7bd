from . import (
    test_agreement_split,
    test_credit_funds,
    test_credit_random,
    test_credit_split,
    test_delta_credit,
    test_delta_funds,
    test_fund_split,
    test_fund_split_random,
)
