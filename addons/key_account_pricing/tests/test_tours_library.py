from odoo.tests import HttpCase, tagged

from .common_library import LibraryCase


@tagged("post_install", "-at_install")
class TestToursLibrary(LibraryCase, HttpCase):
    def test_a_salesperson_looks_up_prices(self):
        self.product.name = "Tour Widget"
        past = self.make_quotation()
        past.order_line.price_unit = 87.5
        order = self.make_quotation()
        self.start_tour(
            f"/odoo/sale.order/{order.id}",
            "price_library_salesperson",
            login=self.salesperson.login,
        )
