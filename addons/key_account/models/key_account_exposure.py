from odoo import models


class KeyAccount(models.Model):
    _inherit = "key.account"

    def _get_exposure_components(self):
        """Return the parts of what these accounts owe or are committed to, a list of
        `ExposureComponent`; here none.

        The hook for a new component: call ``super()``, append, return. A component has
        one query for any number of accounts; several may share a source, which is then
        asked once. Who adds one sees to it that what the query reads is flushed.
        """
        return []
