"""Which column of a recipients file is what: known headers in English and Chinese, those
that a customer used before, and the products of the order."""

from odoo.addons.key_account.tools.cells import normalize

# What tells recipients apart, then who and where they are, then what they get.
ADDRESS_FIELDS = ("street", "street2", "city", "state", "country", "zip")
RECIPIENT_FIELDS = (
    "number",
    "reference",
    "name",
    "phone",
    *ADDRESS_FIELDS,
    "date_wished",
    "note",
)
# A column for each product instead of these two.
LONG_FIELDS = ("product", "quantity")
# The order of the template.
FIELDS = (
    "number",
    "name",
    "phone",
    "street",
    "street2",
    "city",
    "state",
    "country",
    "zip",
    "product",
    "quantity",
    "date_wished",
    "note",
    "reference",
)
LINE = "line"
REQUIRED = ("name",)

SYNONYMS = {
    "number": "no., no, #, recipient no., 序号, 行号",
    "name": (
        "name, recipient, recipient name, contact, contact name, consignee, receiver, "
        "full name, employee, shop, store, "
        "姓名, 收货人, 收件人, 收货人姓名, 收件人姓名, 联系人, 名称, 员工姓名, 门店, 门店名称"
    ),
    "phone": (
        "phone, telephone, tel, tel., mobile, mobile phone, phone number, cell, "
        "电话, 手机, 手机号, 手机号码, 联系电话, 联系方式, 收货电话, 收件人电话, 收货人电话"
    ),
    "street": (
        "street, address, street address, address 1, address line 1, street 1, "
        "delivery address, shipping address, full address, "
        "地址, 详细地址, 街道, 街道地址, 收货地址, 收件地址, 送货地址, 收货人地址, 收件人地址"
    ),
    "street2": (
        "street2, street 2, address 2, address line 2, apartment, suite, building, "
        "地址2, 街道2, 补充地址, 楼栋, 门牌号"
    ),
    "city": "city, town, 城市, 市, 所在城市, 地级市",
    "state": "state, province, state/province, region, 省, 省份, 省/市, 省市, 所在省份, 州省, 州",
    "country": "country, country code, 国家, 国家/地区, 国别",
    "zip": "zip, zip code, postcode, postal code, post code, 邮编, 邮政编码",
    "product": (
        "product, product code, sku, item, item code, article, article number, barcode, "
        "internal reference, part number, "
        "产品, 产品编码, 产品代码, 商品, 商品编码, 商品代码, 货号, 物料编码, 条码, 条形码, 内部参考"
    ),
    "quantity": "quantity, qty, pieces, count, 数量, 件数, 订购数量, 发货数量",
    "date_wished": (
        "wished date, delivery date, date, requested date, desired date, wish date, "
        "期望日期, 期望送达日期, 期望到货日期, 送货日期, 交货日期, 到货日期, 日期, 要求到货日期"
    ),
    "note": "note, notes, remark, remarks, comment, comments, 备注, 说明, 附言, 配送备注",
    "reference": (
        "own reference, reference, ref, ref., employee number, personnel number, "
        "employee id, shop number, store number, customer reference, "
        "自有编号, 客户参考, 参考, 参考号, 工号, 员工编号, 员工号, 门店编号, 店号, 客户编号"
    ),
}


def _index_synonyms():
    index = {}
    for name, texts in SYNONYMS.items():
        index.update({normalize(text): name for text in texts.split(", ")})
    return index


KNOWN = _index_synonyms()


def propose(headers, labels, remembered, lines):
    """Return ``[(field, line)]`` for each header, in their order: one of ``FIELDS``;
    ``LINE`` with the line whose quantities the column holds; or ``(None, None)``.

    :param headers: texts, None where a column has no header
    :param labels: ``{normalized label: field}`` of the template, "" for the column of
        errors
    :param remembered: ``{normalized header: (field, line)}`` as this customer's file was
        taken before
    :param lines: ``{normalized product code: line}``
    """
    taken = set()
    found = []
    for header in headers:
        column = _propose_one(header, labels, remembered, lines)
        # Of two columns for the same the first is the one.
        if column in taken:
            column = (None, None)
        elif column[0]:
            taken.add(column)
        found.append(column)
    return found


def _propose_one(header, labels, remembered, lines):
    text = normalize(header or "")
    if not text:
        return None, None
    if text in remembered:
        return remembered[text]
    if text in labels:
        return labels[text] or None, None
    # A product may be called as a column is: the code stands for the product.
    if text in lines:
        return LINE, lines[text]
    return KNOWN.get(text), None
