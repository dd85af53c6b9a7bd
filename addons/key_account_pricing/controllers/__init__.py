from . import key_account_agreement_portal, sale_order_portal
