"""An uploaded sheet once more, with what is wrong in a column of its own."""

from odoo.addons.key_account.tools.cells import normalize
from odoo.addons.key_account.tools.workbook import Sheet

from .recipient_plan import get_text


def annotate(rows, texts, title, label, skipped):
    """Return a `Sheet` with the rows where they were.

    :param rows: ``[(row number, cells)]``, the header first
    :param texts: ``[(Problem, sentence)]``
    :param label: header of the column of errors
    :param skipped: normalized headers of columns with the errors of an earlier check
    """
    first, header = rows[0]
    width = max(len(cells) for _number, cells in rows)
    headers = [get_text(header[i]) if i < len(header) else "" for i in range(width)]
    kept = [i for i in range(width) if normalize(headers[i]) not in skipped]
    sentences, marked = {}, set()
    for problem, sentence in texts:
        name = headers[problem.index] if problem.index is not None else ""
        sentences.setdefault(problem.row, []).append(
            f"{name}: {sentence}" if name else sentence
        )
        if problem.index in kept:
            marked.add((problem.row - first - 1, kept.index(problem.index)))
    table = []
    for number, cells in rows[1:]:
        table.extend([] for _ in range(number - first - 1 - len(table)))
        own = [cells[i] if i < len(cells) else None for i in kept]
        table.append([*own, "\n".join(sentences.get(number, [])) or None])
    # What is wrong with the headers stands in the header of the column.
    errors = "\n".join([label, *sentences.get(first, [])])
    return Sheet(
        title,
        [*(headers[i] or None for i in kept), errors],
        table,
        offset=first - 1,
        widths=[18] * len(kept) + [90],
        marked=frozenset(marked),
    )
