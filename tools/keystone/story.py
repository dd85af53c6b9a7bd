"""Play the demo story on the demo database, which is made first when missing."""

from __future__ import annotations

from .console import KeystoneError
from .demo import ensure_demo, has_story, play_story, run_story
from .paths import Paths
from .workspace import with_server


def configure(parser) -> None:
    parser.add_argument("--path", help="directory of the Northwind CSV files")
    parser.add_argument(
        "--retail",
        metavar="FILE",
        help="play a wholesaler's invoice lines instead, one parent order for each "
        "country and day; 1 stands for the project's own sample",
    )
    parser.add_argument(
        "--days",
        help="of the invoice lines: so many days, or these (YYYY-MM-DD,...)",
    )


def run(paths: Paths, args) -> int:
    if args.days and not args.retail:
        raise KeystoneError("DAYS chooses from invoice lines: give RETAIL=1 too")
    with with_server(paths) as workspace:
        if not has_story(workspace):
            raise KeystoneError(f"no addon in {paths.addons} has a cli/story.py")
        ensure_demo(workspace)
        if args.retail:
            days = ["--days", args.days] if args.days else []
            return run_story(workspace, ["--retail", args.retail, *days])
        return play_story(workspace, ["--path", args.path] if args.path else [])
