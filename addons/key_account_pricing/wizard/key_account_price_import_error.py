from odoo import fields, models


class KeyAccountPriceImportError(models.TransientModel):
    """What is wrong with a cell of an uploaded file, or worth knowing about it."""

    _name = "key.account.price.import.error"
    _description = "Remark on an Imported File"
    _order = "level, row, id"

    import_id = fields.Many2one(
        "key.account.price.import", required=True, ondelete="cascade", index=True
    )
    level = fields.Selection(
        [("error", "Error"), ("notice", "Notice")], required=True, readonly=True
    )
    row = fields.Integer(readonly=True)
    column = fields.Char(readonly=True)
    value = fields.Char(readonly=True)
    text = fields.Text(string="What Is Wrong, and What to Do", readonly=True)
