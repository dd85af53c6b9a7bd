from odoo.addons.key_account_split.tests.common import SplitCase
from odoo.addons.queue_job.tests.common import trap_jobs


class BackgroundCase(SplitCase):
    """Parent orders that are large by their company's setting."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.split_background_limit = 2
        cls.tea = cls.make_stock(cls.make_product("Tea", 12.5), 100)

    def setUp(self):
        super().setUp()
        trap = trap_jobs()
        self.jobs = trap.__enter__()
        self.addCleanup(trap.__exit__, None, None, None)

    def parent(self, count=4, products=None):
        """Return a parent order of the salesperson with ``count`` recipients."""
        products = products or [self.tea]
        shares = [(1 + number,) * len(products) for number in range(count)]
        parent = self.make_parent(products, shares)
        parent.user_id = self.user("salesperson")
        return parent

    def start(self, parent, role="salesperson"):
        """Split as this role; returns the jobs, those that make child orders first."""
        before = set(self.jobs.enqueued_jobs)
        result = parent.with_user(self.user(role)).action_split()
        self.assertIs(result, True)
        return sorted(
            set(self.jobs.enqueued_jobs) - before,
            key=lambda job: (job.method_name, job.args[1:]),
        )

    def perform(self):
        """Run the jobs that wait, and those that they enqueue."""
        while self.jobs.enqueued_jobs:
            self.jobs.perform_enqueued_jobs()
            self.env.flush_all()
            self.env.invalidate_all()

    def assertQuotationAsBefore(self, parent):
        self.assertEqual(parent.state, "draft")
        self.assertFalse(parent.split_job_state)
        self.assertFalse(parent.child_order_ids)
        parent.recipient_ids[0].note = "can be changed"
        parent.order_line.name = "can be changed"
