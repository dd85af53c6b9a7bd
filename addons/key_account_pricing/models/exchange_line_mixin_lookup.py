import re
from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain

# How records are named in a sheet, the first way that finds something counts.
WAYS = {
    "product.product": ("default_code", "barcode", "name", "display", "xmlid", "id"),
    "product.template": ("default_code", "barcode", "name", "display", "xmlid", "id"),
    "product.category": ("complete_name", "name", "xmlid", "id"),
}
OTHER_WAYS = ("rec_name", "xmlid", "id")
# The same when exporting: what people read comes first.
EXPORT_WAYS = ("default_code", "complete_name", "name", "display", "barcode", "id")
XMLID = re.compile(r"[a-z]\w*\.[\w.-]+", re.IGNORECASE)


class PriceExchangeLine(models.AbstractModel):
    """Which record a text of the sheet means, and how a record is named in one; some
    queries for all of them."""

    _inherit = "key.account.price.exchange.line"

    @api.model
    def _find_exchange_records(self, comodel, texts, company):
        """Return ``{text: (record, code)}``: the record that the text means, or what is
        wrong: ``unknown``, ``ambiguous``, ``archived``.

        Of several records with a reference the active one counts, if it is one.

        :param company: records of other companies are not found
        """
        model = self.env[comodel].with_context(active_test=False)
        found = {}
        remaining = set(texts)
        for way in WAYS.get(comodel, OTHER_WAYS):
            if not remaining:
                break
            candidates = self._get_exchange_candidates(model, way, remaining, company)
            for text, records in candidates.items():
                if records:
                    found[text] = self._choose_exchange_record(records)
            remaining -= set(found)
        return {text: found.get(text, (None, "unknown")) for text in texts}

    @api.model
    def _choose_exchange_record(self, records):
        active = records
        if "active" in records._fields:
            active = records.filtered("active")
            if not active:
                return None, "archived"
        if len(active) > 1:
            return None, "ambiguous"
        return self.env[active._name].browse(active.id), None

    @api.model
    def _get_exchange_candidates(self, model, way, texts, company):
        """Return ``{text: records}``."""
        domain = Domain.TRUE
        if "company_id" in model._fields:
            domain = Domain("company_id", "in", [False, company.id])
        if way == "rec_name":
            way = model._rec_name or "id"
        if way == "display":
            return self._get_exchange_displayed(model, texts, domain)
        if way in ("xmlid", "id"):
            return self._get_exchange_by_id(model, way, texts, domain)
        if way not in model._fields:
            return {}
        found = defaultdict(model.browse)
        for record in model.search(domain & Domain(way, "in", list(texts))):
            if record[way] in texts:
                found[record[way]] += record
        return found

    @api.model
    def _get_exchange_displayed(self, model, texts, domain):
        """Find variants by what Odoo shows for them, with or without reference:
        ``[W-1] Widget (Red)``, ``Widget (Red)``."""
        names = defaultdict(set)
        for text in texts:
            bare = re.sub(r"^\[[^\]]*\]\s*", "", text)
            names[bare].add(text)
            # The attributes may hold brackets themselves.
            for match in re.finditer(r"\s\(", bare):
                names[bare[: match.start()]].add(text)
        records = model.search(domain & Domain("name", "in", list(names)))
        found = defaultdict(model.browse)
        plain = records.with_context(display_default_code=False)
        for record, short in zip(records, plain, strict=True):
            for text in {record.display_name, short.display_name} & texts:
                found[text] += record
        return found

    @api.model
    def _get_exchange_by_id(self, model, way, texts, domain):
        """Find records by External ID, or by ``model,id``."""
        ids = {}
        if way == "id":
            for text in texts:
                name, _comma, number = text.partition(",")
                if name == model._name and number.isascii() and number.isdigit():
                    ids[text] = int(number)
        else:
            wanted = {text: text.split(".", 1) for text in texts if XMLID.match(text)}
            if not wanted:
                return {}
            # sudo: users may not read External IDs; the search below asks what they
            # may see of the records.
            data = self.env["ir.model.data"].sudo()
            rows = data.search_fetch(
                Domain("model", "=", model._name)
                & Domain("module", "in", [module for module, _name in wanted.values()])
                & Domain("name", "in", [name for _module, name in wanted.values()]),
                ["module", "name", "res_id"],
            )
            known = {row.complete_name: row.res_id for row in rows}
            ids = {text: known[text] for text in wanted if text in known}
        ids = {text: number for text, number in ids.items() if number < 2**31}
        if not ids:
            return {}
        records = model.search(domain & Domain("id", "in", list(ids.values())))
        by_id = {record.id: record for record in records}
        return {text: by_id[number] for text, number in ids.items() if number in by_id}

    @api.model
    def _name_exchange_records(self, records, company):
        """Return ``{record: text}`` such that each text finds its record again."""
        named, fallback = {}, {}
        remaining = records
        for way in EXPORT_WAYS:
            texts = {
                record: text.strip()
                for record in remaining
                if (text := self._name_exchange_record(record, way))
            }
            meant = self._find_exchange_records(
                records._name, set(texts.values()), company
            )
            for record, text in texts.items():
                other = meant[text][0]
                if other == record:
                    named[record] = text
                elif not other:
                    fallback.setdefault(record, text)
            remaining = remaining.filtered(lambda record: record not in named)
        # Archived, or of another company: people read what it is, and the import says
        # why it cannot be taken over.
        return {**fallback, **named}

    @api.model
    def _name_exchange_record(self, record, way):
        if way == "id":
            return f"{record._name},{record.id}"
        if way == "display":
            return record.with_context(display_default_code=False).display_name
        return way in record._fields and record[way]
