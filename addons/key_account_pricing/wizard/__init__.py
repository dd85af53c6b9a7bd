from . import key_account_agreement_sign, sale_order_reply_record
