from . import delivery_list_report, sale_report
