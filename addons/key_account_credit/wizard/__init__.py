from . import key_account_credit_reject
from . import base_partner_merge_automatic_wizard
