"""The tables that the story prints, and its exit status."""

from decimal import Decimal

ROW = "{:<14} {:<8} {:>8} {:>11} {:>14} {:>14} {:>11}{}\n"
FUND_ROW = "{:<14} {:<8} {:>14} {:>14} {:>14} {:>14} {:>16}{}\n"


def write(outcome, stream):
    """Write the tables and their last lines; return the exit status, 0 when every row
    is exact and the audit has found nothing."""
    _write_rows(outcome.rows, stream)
    stream.write("\n")
    _write_funds(outcome.fund_rows, stream)
    for sentence in outcome.findings:
        stream.write(f"{sentence}\n")
    stream.write(f"{_sum_up_funds(outcome.fund_rows)}\n{_sum_up(outcome.rows)}\n")
    return 0 if outcome.is_exact else 1


def _write_rows(rows, stream):
    titles = ("country", "month", "children", "delivered", "invoiced", "files")
    stream.write(ROW.format(*titles, "difference", ""))
    for row in rows:
        stream.write(
            ROW.format(
                row.country,
                row.month,
                row.children,
                f"{row.delivered:f}",
                f"{row.invoiced:.2f}",
                f"{row.amount_source:.2f}",
                f"{row.difference:.2f}",
                _mark(row),
            )
        )


def _write_funds(rows, stream):
    titles = ("country", "pays", "paid in", "captured", "funds", "ledger")
    stream.write(FUND_ROW.format(*titles, "fund difference", ""))
    for row in rows:
        amounts = (row.paid, row.captured, row.balance, row.ledger, row.difference)
        stream.write(
            FUND_ROW.format(
                row.country,
                row.pay_mode,
                *(f"{amount:.2f}" for amount in amounts),
                _mark(row),
            )
        )


def _mark(row):
    return "" if row.is_exact else "  <- differs"


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
