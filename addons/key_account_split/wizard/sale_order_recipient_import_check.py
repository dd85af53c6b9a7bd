from odoo import models
from odoo.fields import Command

from odoo.addons.key_account.tools.cells import normalize

from ..tools.chinese_address import index_provinces, strip_kind
from ..tools.csv_table import clean_text
from ..tools.recipient_cells import simplify
from ..tools.recipient_columns import LINE, propose
from ..tools.recipient_plan import Lookup, get_text, make_plan
from .sale_order_recipient_import import LISTED_ERRORS

# Enough to see what the file is about.
PREVIEW_ROWS = 50
# How China is called where Odoo has no translations to Chinese.
CHINA = ("中国", "中华人民共和国", "中国大陆", "PRC", "P.R. China")


class SaleOrderRecipientImport(models.TransientModel):
    """What a file says, compared with the order and the customer's addresses."""

    _inherit = "sale.order.recipient.import"

    def _read(self):
        """Return ``(rows, plan)``, see `read_sheet` and `make_plan`."""
        rows = self._read_file()
        self._propose_columns(rows)
        plan = make_plan(rows, self._get_columns(), self._get_lookup(), self.duplicates)
        self._match_addresses(plan)
        self._find_present(plan)
        plan.problems.sort(key=lambda problem: (problem.row, problem.index or 0))
        return rows, plan

    # ----------------------------------------------------------------- columns

    def _propose_columns(self, rows):
        """Say what the columns are, unless somebody has said it for these headers."""
        header = rows[0][1]
        headers = [clean_text(get_text(cell)) for cell in header]
        if [column.header or "" for column in self.column_ids] == headers:
            return
        order = self.order_id
        lines, _ambiguous = order._get_line_aliases()
        # sudo: as in _remember_columns.
        remembered = (
            self.env["sale.order.recipient.column"]
            .sudo()
            ._recall(order.partner_id.commercial_partner_id, order._get_split_lines())
        )
        found = propose(
            headers,
            self._get_column_labels(),
            remembered,
            {code: line.id for code, line in lines.items()},
        )
        self.column_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "index": index,
                        "header": text,
                        "sample": self._get_sample(rows, index),
                        "name": name,
                        "order_line_id": line,
                    }
                )
                for index, (text, (name, line)) in enumerate(
                    zip(headers, found, strict=True)
                )
            ),
        ]

    def _get_sample(self, rows, index):
        texts = (get_text(cells[index]) for _n, cells in rows[1:] if index < len(cells))
        return clean_text(next(filter(None, texts), ""))[:80]

    def _get_column_labels(self):
        labels = dict.fromkeys(self._get_error_labels(), "")
        for lang in {self.env.lang or "en_US", "en_US"}:
            columns = self.env["sale.order.recipient.import.column"]
            for name, label in columns.with_context(lang=lang)._get_labels().items():
                if name != LINE:
                    labels[normalize(label)] = name
        return labels

    def _get_error_labels(self):
        """Return the normalized headers of the column with the errors."""
        wizards = (self, self.with_context(lang="en_US"))
        return {normalize(wizard.env._("Errors")) for wizard in wizards}

    def _get_columns(self):
        """Return ``[(field, order line id)]`` by position."""
        lines = self.order_id._get_split_lines()
        columns = []
        for column in self.column_ids:
            line = column.order_line_id
            if column.name != LINE:
                columns.append((column.name or None, None))
            elif line in lines:
                columns.append((LINE, line.id))
            else:
                # Nobody has said which product yet, or it is another order's.
                columns.append((None, None))
        return columns

    # ------------------------------------------------------------------ lookup

    def _get_lookup(self):
        """Return the `Lookup` for the order."""
        order = self.order_id
        aliases, ambiguous = order._get_line_aliases()
        lines = {code: line.id for code, line in aliases.items()}
        countries, states, names = self._get_places()
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        month, day = lang.date_format.find("%m"), lang.date_format.find("%d")
        commercial = order.partner_id.commercial_partner_id
        country = commercial.country_id or order.company_id.country_id
        return Lookup(
            lines=lines,
            ambiguous=ambiguous,
            bare={
                code.lstrip("0"): line
                for code, line in lines.items()
                if code.isdigit() and code.lstrip("0") not in lines
            },
            countries=countries,
            states=states,
            provinces=index_provinces(names),
            china=self.env.ref("base.cn").id,
            default_country=country.id,
            decimals=self.env["decimal.precision"].precision_get("Product Unit"),
            separators=(lang.decimal_point, lang.thousands_sep or ","),
            is_month_first=-1 < month < day,
        )

    def _get_places(self):
        """Return countries and states as in `Lookup`, and ``{name: province}``."""
        china = self.env.ref("base.cn")
        countries = {simplify(name): china.id for name in CHINA}
        states, provinces = {}, {}
        # Names in every language, English last: it says what names are worth.
        for code, _name in reversed(self.env["res.lang"].get_installed()):
            in_lang = self.with_context(lang=code).env
            for country in in_lang["res.country"].search([("code", "!=", False)]):
                countries[simplify(country.name)] = country.id
                countries[simplify(country.code)] = country.id
        # The names of states are the same in all languages.
        for state in self.env["res.country.state"].search([("name", "!=", False)]):
            country = state.country_id.id
            states.setdefault((country, simplify(state.code)), state.id)
            states[country, simplify(state.name)] = state.id
            if country == china.id:
                provinces[state.name] = state.id
                states.setdefault((country, strip_kind(state.name)), state.id)
        return countries, states, provinces

    # -------------------------------------------------------------------- show

    def _show(self, rows, plan):
        """Write down what was found in ``plan``, for people."""
        self.error_ids.unlink()
        self.preview_ids.unlink()
        self.total_ids.unlink()
        has_errors = bool(plan.problems)
        self.write(
            {
                "state": "refused" if has_errors else "ready",
                "row_count": plan.row_count,
                "error_count": len(plan.problems),
                "recipient_count": len(plan.recipients),
                "known_count": sum(bool(r.address) for r in plan.recipients),
            }
        )
        if has_errors:
            self._show_problems(rows, plan)
        else:
            self._show_recipients(plan)
            self._show_totals(plan)

    def _show_problems(self, rows, plan):
        cells_of = dict(rows)
        header = cells_of[plan.header]
        vals_list = []
        for problem in plan.problems[:LISTED_ERRORS]:
            index, cells = problem.index, cells_of.get(problem.row, [])
            is_cell = index is not None
            value = get_text(cells[index]) if is_cell and index < len(cells) else ""
            column = get_text(header[index]) if is_cell else ""
            vals_list.append(
                {
                    "import_id": self.id,
                    "row": problem.row,
                    "column": clean_text(column),
                    "value": clean_text(value)[:200],
                    "text": self._get_sentence(problem, rows),
                }
            )
        self.env["sale.order.recipient.import.error"].create(vals_list)

    def _show_recipients(self, plan):
        codes = {
            line.id: code for line, code in self.order_id._get_line_codes().items()
        }
        State = self.env["res.country.state"]
        self.env["sale.order.recipient.import.preview"].create(
            [
                {
                    "import_id": self.id,
                    "row": recipient.row,
                    "name": recipient.get("name"),
                    "address": ", ".join(
                        filter(
                            None,
                            (
                                recipient.get("street"),
                                recipient.get("street2"),
                                recipient.get("city"),
                                State.browse(recipient.values["state"] or []).name,
                                recipient.get("zip"),
                            ),
                        )
                    ),
                    "partner_id": recipient.address,
                    "reference": recipient.get("reference"),
                    "date_wished": recipient.values.get("date_wished"),
                    "quantities": ", ".join(
                        f"{codes[line]}: {quantity:g}"
                        for line, quantity in recipient.quantities.items()
                    ),
                }
                for recipient in plan.recipients[:PREVIEW_ROWS]
            ]
        )

    def _show_totals(self, plan):
        order = self.order_id
        missing = order._get_quantities_missing()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        vals_list = []
        for line, unserved in missing.items():
            present = line.product_uom_qty - unserved if self.mode == "add" else 0.0
            imported = sum(r.quantities.get(line.id, 0.0) for r in plan.recipients)
            vals_list.append(
                {
                    "import_id": self.id,
                    "order_line_id": line.id,
                    "quantity_ordered": line.product_uom_qty,
                    "quantity_present": present,
                    "quantity_imported": imported,
                    "quantity_missing": round(
                        line.product_uom_qty - present - imported, digits
                    ),
                }
            )
        self.env["sale.order.recipient.import.total"].create(vals_list)
