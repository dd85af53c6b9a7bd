from . import key_account_agreement_portal, portal
