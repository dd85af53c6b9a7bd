import contextlib
import sys
import time

import odoo.tools.config
from odoo.api import SUPERUSER_ID, Environment
from odoo.cli import Command
from odoo.modules.registry import Registry


class Story(Command):
    """Play the demo story: a wholesaler's real orders, bought as parent orders, paid
    before or on credit, split, delivered and invoiced through the methods that a user's
    clicks call."""

    def run(self, args):
        parser = odoo.tools.config.parser
        parser.prog = self.prog
        parser.add_option("--path", help="directory with the story's CSV files")
        parser.add_option(
            "--retail",
            metavar="FILE",
            help="play the retail story instead: invoice lines, one parent order for "
            "each country and day; 1 stands for the project's own sample",
        )
        parser.add_option(
            "--days",
            help="of the retail story: so many days, or these (YYYY-MM-DD,...)",
        )
        options = odoo.tools.config.parse_config(args, setup_logging=True)
        databases = odoo.tools.config["db_name"]
        if len(databases) != 1:
            sys.exit("story: name one database with -d.")
        registry = Registry(databases[0])
        # The addon can be imported once the registry has set the addons path up.
        from odoo.addons.key_account_suite.story import play, report
        from odoo.addons.key_account_suite.story.source import SourceError

        start = time.monotonic()
        try:
            plan = self._read(options)
            with contextlib.closing(registry.cursor()) as cr:
                env = Environment(cr, SUPERUSER_ID, {})
                outcome = play.play(env, plan, progress=sys.stderr)
        except (SourceError, play.StoryError) as error:
            sys.exit(f"story: {error}")
        sys.stderr.write(f"story: {time.monotonic() - start:.0f} seconds\n")
        sys.exit(report.write(outcome, sys.stdout))

    def _read(self, options):
        from odoo.addons.key_account_suite.story import northwind, retail

        if options.retail:
            return retail.read(
                None if options.retail == "1" else options.retail, options.days
            )
        return northwind.read(options.path)
