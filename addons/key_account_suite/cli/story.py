import contextlib
import sys
from pathlib import Path

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
        options = odoo.tools.config.parse_config(args, setup_logging=True)
        databases = odoo.tools.config["db_name"]
        if len(databases) != 1:
            sys.exit("story: name one database with -d.")
        registry = Registry(databases[0])
        # The addon can be imported once the registry has set the addons path up.
        from odoo.addons.key_account_suite.story import play, report, source

        try:
            plan = source.read(Path(options.path) if options.path else None)
        except source.SourceError as error:
            sys.exit(f"story: {error}")
        with contextlib.closing(registry.cursor()) as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            outcome = play.play(env, plan, progress=sys.stderr)
        sys.exit(report.write(outcome, sys.stdout))
