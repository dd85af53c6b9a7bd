"""The tables that the story prints, and its exit status."""

from decimal import Decimal

from .measure import AMOUNTS, LEVELS


def write(outcome, stream):
    """Write the tables and their last lines; return the exit status, 0 when every row
    is exact and the audit has found nothing."""
    _write_rows(outcome.rows, outcome.period, stream)
    stream.write("\n")
    if outcome.remarks:
        _write_remarks(outcome.remarks, stream)
        stream.write("\n")
    if outcome.figures:
        _write_figures(outcome.figures, stream)
        stream.write("\n")
    _write_funds(outcome.fund_rows, stream)
    for sentence in outcome.findings:
        stream.write(f"{sentence}\n")
    stream.write(f"{_sum_up_funds(outcome.fund_rows)}\n{_sum_up(outcome.rows)}\n")
    return 0 if outcome.is_exact else 1


def _write_rows(rows, period, stream):
    columns = {"country": -14, period: -8, "children": 8, "delivered": 11}
    columns |= {"invoiced": 14, "files": 14, "difference": 11}
    _write_table(stream, columns, rows, _show_row)


def _show_row(row):
    return (
        row.country,
        row.period,
        str(row.children),
        f"{row.delivered:f}",
        *_show_money(row.invoiced, row.amount_source, row.difference),
    )


def _write_remarks(remarks, stream):
    for count, sentence in remarks:
        stream.write(f"{count:>14} {sentence}\n")


def _write_figures(figures, stream):
    columns = {"": -14, **dict.fromkeys(LEVELS, 14), "difference": 11}
    _write_table(stream, columns, figures, _show_figure)


def _show_figure(figure):
    sums = [figure.sums.get(level) for level in LEVELS]
    if figure.name in AMOUNTS:
        texts = ["" if value is None else f"{value:.2f}" for value in sums]
    else:
        texts = ["" if value is None else f"{value.normalize():f}" for value in sums]
    return (figure.name, *texts, *_show_money(figure.difference))


def _write_funds(rows, stream):
    columns = {"country": -14, "pays": -8, "paid in": 14, "captured": 14}
    columns |= {"funds": 14, "ledger": 14, "fund difference": 16}
    _write_table(stream, columns, rows, _show_fund)


def _show_fund(row):
    amounts = (row.paid, row.captured, row.balance, row.ledger, row.difference)
    return (row.country, row.pay_mode, *_show_money(*amounts))


def _show_money(*amounts):
    return [f"{amount:.2f}" for amount in amounts]


def _write_table(stream, columns, rows, show):
    """Write a table; rows that are not exact are marked.

    :param columns: ``{title: least width}``, below zero for words, which stand left
    :param show: returns the texts of a row
    """
    texts = [show(row) for row in rows]
    widths = [
        max(abs(least), *(len(cells[place]) for cells in texts), 0)
        for place, least in enumerate(columns.values())
    ]
    signs = ["<" if least < 0 else ">" for least in columns.values()]
    shape = " ".join(
        f"{{:{sign}{width}}}" for sign, width in zip(signs, widths, strict=True)
    )
    stream.write(f"{shape.format(*columns)}\n")
    for row, cells in zip(rows, texts, strict=True):
        mark = "" if row.is_exact else "  <- differs"
        stream.write(f"{shape.format(*cells)}{mark}\n")


def _sum_up(rows):
    invoiced = _total(row.invoiced for row in rows)
    difference = _total(abs(row.difference) for row in rows)
    children = sum(row.children for row in rows)
    return (
        f"parents {len(rows)}, children {children}, invoiced {invoiced:.2f}, "
        f"difference {difference:.2f}"
    )


def _sum_up_funds(rows):
    paid = _total(row.paid for row in rows)
    captured = _total(row.captured for row in rows)
    balance = _total(row.balance for row in rows)
    ledger = _total(row.ledger for row in rows)
    difference = _total(abs(row.difference) for row in rows)
    return (
        f"funds {len(rows)}, paid in {paid:.2f}, captured {captured:.2f}, "
        f"balance {balance:.2f}, ledger {ledger:.2f}, fund difference {difference:.2f}"
    )


def _total(amounts):
    return sum(amounts, Decimal(0))
