from . import (
    test_access,
    test_approval,
    test_bad_input,
    test_delegation,
    test_duties,
    test_escalation,
    test_evasion,
    test_mail_link,
    test_offer,
    test_rules,
    test_tours,
    test_void,
)
