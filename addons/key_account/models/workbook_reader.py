from odoo import models

from ..tools.workbook import MAX_BYTES, MAX_COLUMNS, MAX_ROWS


class WorkbookReader(models.AbstractModel):
    """What reads files that people have made, and tells them what is wrong with one."""

    _name = "key.account.workbook.reader"
    _description = "Reader of Workbooks"

    def _get_workbook_sentence(self, code, max_rows=MAX_ROWS):
        """Return why a file cannot be read, and what to do, in one sentence.

        :param code: of a ``WorkbookError``
        """
        return {
            "empty": self.env._("The file is empty: choose another."),
            "large": self.env._(
                "The file is larger than %s MB: divide it.", MAX_BYTES // 1024**2
            ),
            "password": self.env._(
                "The file is protected by a password: save it without one."
            ),
            "old": self.env._(
                "The file has the old Excel format: save it as workbook (.xlsx)."
            ),
            "foreign": self.env._(
                "The file is not an Excel workbook: save it as workbook (.xlsx)."
            ),
            "macro": self.env._(
                "The workbook has macros: save it as workbook without macros (.xlsx)."
            ),
            "bomb": self.env._(
                "The workbook is far larger than its file: copy the rows into a new "
                "workbook."
            ),
            "broken": self.env._(
                "The file is damaged and cannot be read: open it in Excel and save it again."
            ),
            "blank": self.env._(
                "The first sheet of the file is empty: put headers and rows there."
            ),
            "rows": self.env._(
                "The file has more than %s rows: divide it into several files.",
                max_rows,
            ),
            "columns": self.env._(
                "The file has more than %s columns: remove those that are not needed.",
                MAX_COLUMNS,
            ),
        }[code]
