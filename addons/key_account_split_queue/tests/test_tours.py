from odoo.tests import HttpCase, tagged

from ..models import sale_order_background
from .common import BackgroundCase


@tagged("post_install", "-at_install")
class TestTours(BackgroundCase, HttpCase):
    def tour(self, name, parent):
        self.start_tour(
            f"/odoo/key-account-orders/{parent.id}",
            name,
            login=self.user("salesperson").login,
        )

    def test_salesperson_watches_the_progress(self):
        self.patch(sale_order_background, "CHUNK_RANGE", (2, 500))
        parent = self.parent(4)
        self.start(parent)[0].perform()
        self.tour("split_background_progress", parent)

    def test_salesperson_calls_a_split_off(self):
        parent = self.parent(4)
        self.tour("split_background_cancel", parent)
        self.assertQuotationAsBefore(parent)
