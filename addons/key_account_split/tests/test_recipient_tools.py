import datetime

from odoo.tests import BaseCase, tagged

from odoo.addons.key_account.tools.cells import CellError
from odoo.addons.key_account.tools.workbook import Cell, WorkbookError

from ..tools.chinese_address import index_provinces, parse_address
from ..tools.csv_table import read_csv
from ..tools.recipient_cells import read_day, read_line, read_quantity
from ..tools.recipient_columns import propose

NAMES = {
    name: name
    for name in (
        "北京市",
        "上海市",
        "重庆市",
        "广东省",
        "海南省",
        "湖北省",
        "吉林省",
        "四川省",
        "云南省",
        "江苏省",
        "内蒙古自治区",
        "新疆维吾尔自治区",
        "香港特别行政区",
    )
}
PROVINCES = index_provinces(NAMES)


@tagged("post_install", "-at_install")
class TestRecipientTools(BaseCase):
    def test_chinese_addresses(self):
        for given, expected in (
            (
                ("", "", "广东省深圳市南山区科技园路1号"),
                ("广东省", "深圳市", "南山区科技园路1号"),
            ),
            (
                ("广东", "深圳", "广东省深圳市南山区1号"),
                ("广东省", "深圳市", "南山区1号"),
            ),
            (("广东省深圳市", "", "南山区1号"), ("广东省", "深圳市", "南山区1号")),
            (("", "广东省深圳市", "南山区1号"), ("广东省", "深圳市", "南山区1号")),
            (
                ("", "深圳市南山区", "科技园路1号"),
                (None, "深圳市", "南山区科技园路1号"),
            ),
            (("四川", "成都", "武侯区1号"), ("四川省", "成都", "武侯区1号")),
            (
                ("", "", "北京市朝阳区建国路88号"),
                ("北京市", "北京市", "朝阳区建国路88号"),
            ),
            (
                ("", "", "北京朝阳区建国路88号"),
                ("北京市", "北京市", "朝阳区建国路88号"),
            ),
            (("", "", "上海上海市浦东新区1号"), ("上海市", "上海市", "浦东新区1号")),
            (("", "", "重庆市市辖区渝中区8号"), ("重庆市", "重庆市", "渝中区8号")),
            (
                ("", "", "内蒙古呼和浩特市新城区2号"),
                ("内蒙古自治区", "呼和浩特市", "新城区2号"),
            ),
            (
                ("", "", "新疆维吾尔自治区伊犁哈萨克自治州伊宁市3号"),
                ("新疆维吾尔自治区", "伊犁哈萨克自治州", "伊宁市3号"),
            ),
            (
                ("", "", "云南省大理白族自治州大理市4号"),
                ("云南省", "大理白族自治州", "大理市4号"),
            ),
            (
                ("", "", "湖北省荆州市沙市区北京路5号"),
                ("湖北省", "荆州市", "沙市区北京路5号"),
            ),
            (
                ("", "", "湖北省省直辖县级行政区划仙桃市7号"),
                ("湖北省", "仙桃市", "7号"),
            ),
            (
                ("", "", "香港特别行政区弥敦道1号"),
                ("香港特别行政区", "香港特别行政区", "弥敦道1号"),
            ),
            # A street, a city and a prefecture that are called like a province.
            (("", "", "北京路1号"), (None, "", "北京路1号")),
            (("", "", "吉林市昌邑区1号"), ("吉林省", "吉林市", "昌邑区1号")),
            (
                ("", "", "海南藏族自治州共和县1号"),
                (None, "海南藏族自治州", "共和县1号"),
            ),
            (("", "", "1 Main Street"), (None, "", "1 Main Street")),
            (("", "", ""), (None, "", "")),
        ):
            with self.subTest(given=given):
                found = parse_address(*given, PROVINCES)
                self.assertEqual((found.state, found.city, found.street), expected)
                # What was taken apart stays as it is.
                again = parse_address(expected[0] or "", *expected[1:], PROVINCES)
                self.assertEqual(again, found)

    def test_days(self):
        day = datetime.date(2026, 5, 3)
        moment = datetime.datetime(2026, 5, 3, 12)
        for value in ("2026-05-03", "2026/5/3", "2026年5月3日", "20260503", 20260503.0):
            self.assertEqual(read_day(Cell(value)), day)
        for value in ("3.5.2026", "3/5/2026", "2026-05-03 12:00:00", moment, day):
            self.assertEqual(read_day(Cell(value)), day)
        self.assertEqual(read_day(Cell("5/3/2026"), is_month_first=True), day)
        self.assertEqual(read_day(Cell("3.5.2026"), is_month_first=True), day)
        for value in (
            46000,
            "soon",
            "2026-02-30",
            "1926-01-01",
            True,
            datetime.time(1),
        ):
            with self.subTest(value=value), self.assertRaises(CellError) as caught:
                read_day(Cell(value))
            self.assertEqual(caught.exception.code, "day")

    def test_texts_and_quantities(self):
        self.assertEqual(read_line(Cell(" a\n b\x00\ud800 ")), "a  b")
        self.assertEqual(read_line(Cell(13800138000.0)), "13800138000")
        for cell, code in (
            (Cell("1.38E+10"), "scientific"),
            (Cell("x" * 256), "long"),
            (Cell(datetime.date(2026, 1, 1)), "date"),
            (Cell("=A1", "formula"), "formula"),
            (Cell("#N/A", "error"), "error"),
        ):
            with self.subTest(code=code), self.assertRaises(CellError) as caught:
                read_line(cell)
            self.assertEqual(caught.exception.code, code)
        self.assertEqual(read_quantity(Cell("1,5"), 2, (",", ".")), 1.5)
        for value, code in (
            (-1, "negative"),
            (1.005, "decimals"),
            (1e10, "large"),
            (float("inf"), "infinite"),
            (float("nan"), "infinite"),
            ("inf", "text"),
        ):
            with self.subTest(value=value), self.assertRaises(CellError) as caught:
                read_quantity(Cell(value), 2, (".", ","))
            self.assertEqual(caught.exception.code, code)

    def test_text_tables(self):
        def texts(content, **kwargs):
            rows = read_csv(content, **kwargs)
            return [(n, [cell and cell.value for cell in cells]) for n, cells in rows]

        self.assertEqual(
            texts(b'sep=;\r\na;b\r\n\r\n"c ""d""\r\n, e";\r\n'),
            [(2, ["a", "b"]), (4, ['c "d" , e'])],
        )
        self.assertEqual(
            texts(b"a\tb, c\n1\t2,5"), [(1, ["a", "b, c"]), (2, ["1", "2,5"])]
        )
        self.assertEqual(texts("名,量".encode("utf-16-be")), [(1, ["名", "量"])])
        self.assertEqual(texts("名|量".encode("utf-32")), [(1, ["名", "量"])])
        for content, code in (
            (b"", "empty"),
            (b"\n\n ,\n", "blank"),
            (b"\x81\x20\x8d", "encoding"),
            (b"a\n" * 12, "rows"),
            (b"a," * 200 + b"b", "columns"),
            (b"x" * (10 * 1024**2 + 1), "large"),
        ):
            with self.subTest(code=code), self.assertRaises(WorkbookError) as caught:
                read_csv(content, max_rows=10)
            self.assertEqual(caught.exception.code, code)

    def test_columns_are_proposed(self):
        headers = [
            "收货人",
            "NAME *",
            "Mobile Phone",
            "T-1",
            None,
            "X",
            "errors",
            "Old",
        ]
        self.assertEqual(
            propose(headers, {"errors": ""}, {"old": ("note", None)}, {"t-1": 5}),
            [
                ("name", None),
                (None, None),
                ("phone", None),
                ("line", 5),
                (None, None),
                (None, None),
                (None, None),
                ("note", None),
            ],
        )
