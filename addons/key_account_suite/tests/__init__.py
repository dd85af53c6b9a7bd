from . import test_agreement_split, test_fund_split
