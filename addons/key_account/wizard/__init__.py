from . import (
    base_partner_merge_automatic_wizard,
    key_account_gate_reject,
    key_account_gate_release,
)
