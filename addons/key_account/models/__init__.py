from . import (
    key_account,
    key_account_document,
    key_account_grade,
    key_account_lifecycle,
    key_account_team_member,
    price_visibility,
    price_visibility_flow,
    res_company,
    res_config_settings,
    res_partner,
    res_users,
    sale_order,
)
