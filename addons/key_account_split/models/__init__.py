from . import account_move
from . import sale_order_recipient
from . import sale_order_recipient_line
from . import sale_order_line
from . import sale_order
from . import sale_order_split
from . import sale_order_fulfilment
