from . import test_agreement_split
