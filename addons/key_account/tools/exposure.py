from dataclasses import dataclass

from odoo.fields import Domain
from odoo.tools import SQL


@dataclass(frozen=True)
class ExposureSource:
    """One query that sums what accounts owe.

    ``query`` yields rows ``(account id, component code, amount)``: in the company's
    currency, taxes included, negative where it lowers the exposure. ``query_by_day``,
    where there is one, divides them by how long they have been due and yields a fourth
    column: the days, negative or NULL for what is not overdue.
    """

    code: str
    query: SQL
    query_by_day: SQL | None = None


@dataclass(frozen=True)
class ExposureComponent:
    """A part of what customers owe or are committed to, with the documents behind it.

    The ``amount_field`` of the records of ``model`` that ``domain`` finds, times
    ``sign``, add up to what ``source`` says under ``code``. The field may be computed.
    """

    code: str
    label: str
    source: ExposureSource
    model: str
    domain: Domain
    amount_field: str
    sign: int = 1
