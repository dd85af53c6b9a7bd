from odoo.tests import HttpCase, no_retry, tagged

# Not its classes: they would be collected as tests of ours.
from odoo.addons.web.tests import test_js


@tagged("post_install", "-at_install")
class TestSplitProgressJs(HttpCase):
    """Runs this addon's own unit tests of the web client, as ``web`` runs all of them."""

    @no_retry
    def test_unit_tests_of_the_progress_bar(self):
        suite = test_js.HOOTCommon._generate_hash(self, "@key_account_split_queue")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )
