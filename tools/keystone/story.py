"""Play the demo story on the demo database, which is made first when missing."""

from __future__ import annotations

from .console import KeystoneError
from .demo import ensure_demo, has_story, play_story
from .paths import Paths
from .workspace import with_server


def configure(parser) -> None:
    parser.add_argument("--path", help="directory of the Northwind CSV files")


def run(paths: Paths, args) -> int:
    with with_server(paths) as workspace:
        if not has_story(workspace):
            raise KeystoneError(f"no addon in {paths.addons} has a cli/story.py")
        ensure_demo(workspace)
        return play_story(workspace, ["--path", args.path] if args.path else [])
