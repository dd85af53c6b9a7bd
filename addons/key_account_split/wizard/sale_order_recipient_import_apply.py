from collections import defaultdict

from odoo import models
from odoo.fields import Command

from odoo.addons.key_account.tools.cells import normalize

from ..tools.chinese_address import index_provinces, parse_address
from ..tools.recipient_cells import get_digits, simplify
from ..tools.recipient_plan import KEEP, REFUSE, Problem

ADDRESS_FIELDS = (
    "name",
    "phone",
    "street",
    "street2",
    "city",
    "zip",
    "state_id",
    "country_id",
)


class SaleOrderRecipientImport(models.TransientModel):
    """Addresses that are known, and recipients that are made."""

    _inherit = "sale.order.recipient.import"

    # --------------------------------------------------------------- addresses

    def _match_addresses(self, plan):
        """Find recipients' addresses among the customer's contacts, those of the order
        and one-time addresses of earlier files; what is not found is made at import."""
        contacts = self._get_known_addresses()
        by_place, by_name = {}, {}
        for contact, place in contacts.items():
            name = simplify(contact.name or "")
            by_place.setdefault((name, place), []).append(contact)
            by_name.setdefault(name, []).append(contact)
        made = self._get_one_time_addresses(plan)
        for recipient in plan.recipients:
            name = simplify(recipient.get("name"))
            if not name:
                continue
            if recipient.has_address or recipient.get("state"):
                found = by_place.get((name, self._get_place(recipient)), [])
                fitting = [c for c in found if _fits(recipient, c)]
                known = made.get(self._get_address_key(recipient))
                recipient.address = fitting[0].id if fitting else known
                continue
            found = [c for c in by_name.get(name, []) if _fits(recipient, c)]
            if len(found) == 1:
                recipient.address = found[0].id
            elif not recipient.bad & {"street", "city"}:
                code = "address_ambiguous" if found else "address_unknown"
                plan.problems.append(Problem(recipient.row, None, code))

    def _get_known_addresses(self):
        """Return ``{address: its place as it is compared}``."""
        order = self.order_id
        commercial = order.partner_id.commercial_partner_id
        contacts = self.env["res.partner"].search_fetch(
            [
                ("commercial_partner_id", "=", commercial.id),
                ("type", "!=", "invoice"),
            ],
            ADDRESS_FIELDS,
        )
        contacts |= order.recipient_ids.partner_id
        china = self.env.ref("base.cn")
        provinces = index_provinces({s.name: s.id for s in china.state_ids})
        places = {}
        for contact in contacts:
            street, city = contact.street or "", contact.city or ""
            if contact.country_id in (china, self.env["res.country"]):
                # It may have been typed in one piece.
                address = parse_address("", city, street, provinces)
                street, city = address.street, address.city
            places[contact] = simplify(street, contact.street2 or "", city)
        return places

    def _get_one_time_addresses(self, plan):
        """Return ``{(parts of the address): id}``."""
        commercial = self.order_id.partner_id.commercial_partner_id
        names = {recipient.get("name") for recipient in plan.recipients}
        partners = (
            self.env["res.partner"]
            .with_context(active_test=False)
            .search_fetch(
                [
                    ("is_one_time_address", "=", True),
                    ("parent_id", "=", commercial.id),
                    ("name", "in", list(names)),
                ],
                ADDRESS_FIELDS,
                order="id DESC",
            )
        )
        return {
            tuple(
                partner[name].id if name.endswith("_id") else partner[name]
                for name in ADDRESS_FIELDS
            ): partner.id
            for partner in partners
        }

    def _get_place(self, recipient):
        return simplify(
            *(recipient.get(name) for name in ("street", "street2", "city"))
        )

    def _get_address_key(self, recipient):
        """Return the parts of an address, in the order of ``ADDRESS_FIELDS``."""
        texts = (recipient.get(name) or False for name in ADDRESS_FIELDS[:6])
        state, country = recipient.values.get("state"), recipient.values.get("country")
        return *texts, state or False, country or False

    # -------------------------------------------------------- present recipients

    def _find_present(self, plan):
        """Find recipients that the order has already, where it keeps them."""
        if self.mode == "replace" or self.duplicates == KEEP:
            return
        known = {}
        for present in self.order_id.recipient_ids:
            known.setdefault(("address", present.partner_id.id), present.id)
            if present.reference:
                known.setdefault(("text", normalize(present.reference)), present.id)
        known.pop(("address", False), None)
        for recipient in plan.recipients:
            reference = ("text", normalize(recipient.get("reference")))
            served = known.get(("address", recipient.address)) or known.get(reference)
            if served and self.duplicates == REFUSE:
                plan.problems.append(Problem(recipient.row, None, "present"))
            recipient.served = served

    # ------------------------------------------------------------------- apply

    def _apply(self, plan):
        """Change the order's recipients to what ``plan`` says."""
        order = self.order_id
        removed = len(order.recipient_ids) if self.mode == "replace" else 0
        if removed:
            order.recipient_ids.unlink()
        self._make_addresses(plan)
        self._merge_into_present([r for r in plan.recipients if r.served])
        first = max(order.recipient_ids.mapped("sequence"), default=0) + 1
        new = [recipient for recipient in plan.recipients if not recipient.served]
        self.env["sale.order.recipient"].create(
            [
                {
                    "order_id": order.id,
                    "sequence": sequence,
                    "partner_id": recipient.address,
                    "reference": recipient.get("reference") or False,
                    "date_wished": recipient.values.get("date_wished"),
                    "note": recipient.get("note") or False,
                    "line_ids": [
                        Command.create({"order_line_id": line, "quantity": quantity})
                        for line, quantity in recipient.quantities.items()
                    ],
                }
                for sequence, recipient in enumerate(new, start=first)
            ]
        )
        order.message_post(
            body=self.env._(
                "Recipients imported from %(file)s: %(count)s; removed before: "
                "%(removed)s.",
                file=self.filename or self.env._("a file"),
                count=len(plan.recipients),
                removed=removed,
            )
        )

    def _make_addresses(self, plan):
        """Make one-time addresses for recipients whose address is not known."""
        commercial = self.order_id.partner_id.commercial_partner_id
        wanted = {}
        for recipient in plan.recipients:
            if not recipient.address and not recipient.served:
                key = self._get_address_key(recipient)
                wanted.setdefault(key, []).append(recipient)
        shared = {
            "type": "delivery",
            "parent_id": commercial.id,
            "company_id": commercial.company_id.id,
            "active": False,
            "is_one_time_address": True,
        }
        # As core loads records from files: what they have from their parent is copied
        # for all at once, and nothing is written into a chatter that nobody reads.
        Partner = self.env["res.partner"].with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True, tracking_disable=True
        )
        Partner.check_access("create")
        # sudo: as core when contacts are made one by one, for what users may not read.
        partners = Partner.sudo()._load_records_create(
            [
                {**shared, **dict(zip(ADDRESS_FIELDS, key, strict=True))}
                for key in wanted
            ]
        )
        for partner, recipients in zip(partners, wanted.values(), strict=True):
            for recipient in recipients:
                recipient.address = partner.id

    def _merge_into_present(self, recipients):
        """Add what these get to what the order's recipients get already."""
        Line = self.env["sale.order.recipient.line"]
        served = self.env["sale.order.recipient"].browse(r.served for r in recipients)
        present = {
            (line.recipient_id.id, line.order_line_id.id): line
            for line in served.line_ids
        }
        # Two rows may name one recipient, by the address and by the reference.
        added = defaultdict(float)
        for recipient in recipients:
            for line_id, quantity in recipient.quantities.items():
                added[recipient.served, line_id] += quantity
        raised = {
            present[cell]: present[cell].quantity + quantity
            for cell, quantity in added.items()
            if cell in present
        }
        if raised:
            Line._write_quantities(raised)
        Line.create(
            [
                {
                    "recipient_id": recipient_id,
                    "order_line_id": line_id,
                    "quantity": quantity,
                }
                for (recipient_id, line_id), quantity in added.items()
                if (recipient_id, line_id) not in present
            ]
        )


def _fits(recipient, contact):
    """Return whether a contact has nothing else where the file says something."""
    pairs = (
        (get_digits(recipient.get("phone")), get_digits(contact.phone or "")),
        (simplify(recipient.get("zip")), simplify(contact.zip or "")),
        (recipient.values.get("state"), contact.state_id.id),
        (
            recipient.values.get("country") if recipient.has_address else None,
            contact.country_id.id,
        ),
    )
    return all(not mine or not theirs or mine == theirs for mine, theirs in pairs)
