import base64
import io

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import HttpCase, tagged

from .common_exchange import ExchangeCase


@tagged("post_install", "-at_install")
class TestExchangeExport(ExchangeCase):
    def export(self, agreement, user=None):
        action = agreement.with_user(user or self.salesperson).action_export_lines()
        return self.download(action)

    def test_a_workbook_with_the_lines(self):
        agreement = self.make_agreement(
            {"price": 80.5, "quantity_min": 2, "quantity_committed": 40},
            {"product_id": False, "categ_id": self.sub.id, "price_kind": "discount"},
        )
        agreement = agreement.sudo()
        name, content = self.export(agreement)
        self.assertEqual(name, f"{agreement.display_name}.xlsx".replace("/", "-"))
        header, first, second = self.read_book(content)
        self.assertEqual(
            dict(zip(header, first, strict=True)),
            {
                "Sequence": 10,
                "Product": "W-1",
                "All Variants of": None,
                "Product Category": None,
                "Display Name": "[W-1] Widget",
                "From Quantity": 2,
                "Gives": "Price",
                "Price": 80.5,
                "Discount (%)": None,
                "Price Basis": None,
                "Freight": None,
                "Freight Is": None,
                "Least per Order": 0,
                "Most per Order": 0,
                "Committed": 40,
                "Committed Value": 0,
            },
        )
        self.assertEqual(second[3], "Exchange Goods / Small")
        # What does not count for a line is not in its row.
        self.assertEqual(second[6:9], ["Discount on the list price", None, 0])

    def test_an_agreement_without_lines_gives_a_template(self):
        agreement = self.make_agreement(state="draft")
        _name, content = self.export(agreement)
        self.assertEqual(len(self.read_book(content)), 1)
        hints = self.read_book(content, sheet=1)
        self.assertIn("FURN-0001", [row[2] for row in hints])
        self.assertIn("Price / Discount on the list price", [row[1] for row in hints])
        # As it is, it is a file without rows.
        wizard = self.make_import(agreement, content=content)
        wizard.action_check()
        self.assertEqual((wizard.state, wizard.row_count), ("ready", 0))

    def test_formulas_in_references_stay_text(self):
        for code in ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "007"):
            self.product.default_code = code
            agreement = self.make_agreement({"price": 1}, state="draft")
            content = self.export(agreement)[1]
            cell = openpyxl.load_workbook(io.BytesIO(content)).active["B2"]
            self.assertEqual((cell.data_type, cell.value), ("s", code))
            fresh = self.make_agreement(state="draft")
            self.make_import(fresh, content=content).action_check()
            wizard = self.make_import(fresh, content=content)
            wizard.action_check()
            wizard.action_import()
            self.assertEqual(fresh.line_ids.product_id, self.product)

    def test_who_reads_an_agreement_has_it_as_a_file(self):
        agreement = self.make_agreement({"price": 80})
        for role in ("manager", "controller", "accountant"):
            header, row = self.read_book(self.export(agreement, self.user(role))[1])
            self.assertEqual(row[header.index("Price")], 80)

    def test_targets_that_share_their_names_find_their_way_back(self):
        twins = self.make_product(name="Twin", default_code="T-1") | self.make_product(
            name="Twin", default_code="T-1"
        )
        twins[1].barcode = "2000000000008"
        agreement = self.make_agreement(
            *[{"product_id": twin.id, "price": 1} for twin in twins], state="draft"
        )
        self.assertRoundTrip(agreement)

    def test_an_archived_product_is_told_on_import(self):
        agreement = self.make_agreement({"price": 1}, state="draft")
        self.product.active = False
        content = self.export(agreement)[1]
        wizard = self.make_import(agreement, content=content)
        wizard.action_check()
        self.assertRegex(self.remarks(wizard)[0][3], "is archived")

    def assertRoundTrip(self, agreement):
        content = self.export(agreement)[1]
        fresh = self.make_agreement(state="draft")
        wizard = self.make_import(fresh, content=content, mode="replace")
        wizard.action_check()
        self.assertEqual(self.remarks(wizard), [])
        wizard.action_import()
        self.assertEqual(self.lines(fresh), self.lines(agreement))
        # The file changes nothing where it came from, in either mode.
        for mode in ("update", "replace"):
            wizard = self.make_import(agreement, content=content, mode=mode)
            wizard.action_check()
            self.assertEqual(
                self.counts(wizard), (0, 0, 0, len(agreement.line_ids)), mode
            )

    def test_round_trip(self):
        """What is exported and imported into another draft is the same."""
        money = st.integers(0, 10**9).map(lambda cents: cents / 100)
        line = st.fixed_dictionaries(
            {
                "target": st.integers(0, 4),
                "quantity_min": st.integers(0, 10**7).map(lambda n: n / 100),
                "price_kind": st.sampled_from(["fixed", "discount"]),
                "figure": money,
                "committed": money,
                "sequence": st.integers(-5, 100),
            }
        )
        targets = [
            {"product_id": self.product.id},
            {"product_id": self.other.id},
            {"product_tmpl_id": self.product.product_tmpl_id.id, "product_id": False},
            {"categ_id": self.category.id, "product_id": False},
            {"categ_id": self.sub.id, "product_id": False},
        ]

        @settings(
            max_examples=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.lists(line, min_size=1, max_size=8))
        def check(drawn):
            lines, seen, committed = [], set(), set()
            for values in drawn:
                target = targets[values["target"]]
                key = (values["target"], values["quantity_min"])
                if key in seen:
                    continue
                seen.add(key)
                is_fixed = values["price_kind"] == "fixed"
                vals = {
                    **target,
                    "quantity_min": values["quantity_min"],
                    "price_kind": values["price_kind"],
                    "price": values["figure"] if is_fixed else 0,
                    "discount": 0 if is_fixed else values["figure"] % 100,
                    "sequence": values["sequence"],
                }
                product = target.get("product_id")
                if product and product not in committed:
                    committed.add(product)
                    vals["quantity_committed"] = values["committed"]
                lines.append(vals)
            self.assertRoundTrip(self.make_agreement(*lines, state="draft"))

        check()

    def test_a_file_that_is_edited_between(self):
        agreement = self.make_agreement(
            {"price": 80}, {"price": 70, "quantity_min": 10}, state="draft"
        )
        book = openpyxl.load_workbook(io.BytesIO(self.export(agreement)[1]))
        page = book.active
        column = [cell.value for cell in page[1]].index("Price") + 1
        page.cell(row=3, column=column, value=65)
        stream = io.BytesIO()
        book.save(stream)
        wizard = self.make_import(agreement, content=stream.getvalue())
        wizard.action_check()
        self.assertEqual(self.counts(wizard), (0, 1, 0, 1))
        wizard.action_import()
        self.assertEqual([line[5] for line in self.lines(agreement)], [80, 65])


@tagged("post_install", "-at_install")
class TestExchangeQueries(ExchangeCase):
    def make_rows(self, count, start=0):
        products = self.env["product.product"].create(
            [
                {"name": f"Part {start + n}", "default_code": f"PART-{start + n}"}
                for n in range(count)
            ]
        )
        return products, [
            [product.default_code, 5, 10 + number, 3]
            for number, product in enumerate(products)
        ]

    def test_queries_do_not_grow_with_the_rows(self):
        header = ["Product", "From Quantity", "Price", "Committed"]
        counted = []
        for count in (1, 20):
            products, rows = self.make_rows(count, start=1000 * count)
            unknown = [[f"NONE-{n}", 0, "x", 1] for n in range(count)]
            agreement = self.make_agreement(
                *[{"product_id": p.id, "price": 1} for p in products], state="draft"
            ).with_user(self.salesperson)
            content = self.make_book(header, *rows, *unknown)
            self.env.flush_all()
            # Once before: what is read once for all is not counted.
            agreement._read_exchange(content, "update")
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            plan = agreement._read_exchange(content, "update")
            counted.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(plan.errors), 2 * count)
        self.assertLessEqual(counted[1], counted[0])

    def test_queries_of_the_export_do_not_grow_with_the_lines(self):
        counted = []
        for count in (1, 20):
            products, _rows = self.make_rows(count, start=5000 + 1000 * count)
            products[: count // 2].default_code = False
            agreement = self.make_agreement(
                *[{"product_id": p.id, "price": 1} for p in products], state="draft"
            ).with_user(self.salesperson)
            agreement._export_lines()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            agreement._export_lines()
            counted.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counted[1], counted[0] + 8)


@tagged("post_install", "-at_install")
class TestExchangeDownload(HttpCase, ExchangeCase):
    def test_the_browser_gets_the_workbook_and_nobody_elses(self):
        agreement = self.make_agreement({"price": 80}, state="draft")
        self.salesperson.password = "test_salesperson_1"
        self.manager.password = "test_manager_1"
        self.authenticate("test_salesperson", "test_salesperson_1")
        action = self.make_jsonrpc_request(
            "/web/dataset/call_button/key.account.agreement/action_export_lines",
            {
                "model": "key.account.agreement",
                "method": "action_export_lines",
                "args": [[agreement.id]],
                "kwargs": {},
            },
        )
        response = self.url_open(action["url"])
        self.assertEqual(response.status_code, 200)
        self.assertIn(".xlsx", response.headers["Content-Disposition"])
        page = openpyxl.load_workbook(io.BytesIO(response.content)).active
        self.assertIn(80, [cell.value for cell in page[2]])
        self.authenticate("test_manager", "test_manager_1")
        self.assertNotEqual(self.url_open(action["url"]).status_code, 200)

    def test_the_import_over_rpc(self):
        agreement = self.make_agreement(state="draft")
        self.salesperson.password = "test_salesperson_1"
        self.authenticate("test_salesperson", "test_salesperson_1")
        content = self.make_book(["Product", "Price"], ["W-1", 75])

        def call(method, args, **kwargs):
            return self.make_jsonrpc_request(
                f"/web/dataset/call_kw/key.account.price.import/{method}",
                {
                    "model": "key.account.price.import",
                    "method": method,
                    "args": args,
                    "kwargs": kwargs,
                },
            )

        (number,) = call(
            "create",
            [
                [
                    {
                        "res_model": "key.account.agreement",
                        "res_id": agreement.id,
                        "file": base64.b64encode(content).decode(),
                    }
                ]
            ],
        )
        call("action_check", [[number]])
        shown = call(
            "web_read",
            [[number]],
            specification={"state": {}, "added_count": {}, "file": {}},
            context={"bin_size": True},
        )[0]
        self.assertEqual((shown["state"], shown["added_count"]), ("ready", 1))
        # As the web client does it: binary fields are read as their size.
        call("action_import", [[number]], context={"bin_size": True})
        self.assertEqual(agreement.line_ids.price, 75)
