from . import sale_order_reply_record
