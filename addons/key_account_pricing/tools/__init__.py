from . import (
    decision,
    exchange_plan,
    signed_file,
)
