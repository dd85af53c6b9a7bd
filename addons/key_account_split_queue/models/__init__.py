from . import (
    res_company,
    res_config_settings,
    sale_order,
    sale_order_background,
    sale_order_jobs,
    sale_order_line,
    sale_order_recipient,
    sale_order_release,
)
