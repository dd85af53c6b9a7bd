from . import test_access
from . import test_account_lifecycle
from . import test_document
from . import test_gate
from . import test_partner_merge
