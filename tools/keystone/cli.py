"""The commands and their options."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
import traceback

from .console import KeystoneError, error_line, say
from .paths import Paths

# command: (module, one line of help). Each module has ``configure(parser)`` and ``run(paths, args)``.
COMMANDS = {
    "run": ("serve", "set up what is missing and serve the suite with its demo data"),
    "test": ("testing", "run every test, or the part that pytest's options select"),
    "lint": ("lint", "check code style, Odoo conventions and XML files"),
    "i18n": (
        "i18n",
        "export the translation templates, merge and check the translations",
    ),
    "bench": ("bench", "run the cases in bench/ and print medians and ratios"),
    "env": (
        "showenv",
        "print shell export lines for working by hand; starts the database server",
    ),
    "shell": ("shell", "open Odoo's shell on the demo database"),
    "story": ("story", "play the demo story on the demo database"),
    "stop": ("halt", "stop the embedded database server"),
    "clean": (
        "clean",
        "remove this clone's databases and data, and the cache when nobody else uses it",
    ),
}


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="keystone", description="Set up, run, test and check the suite."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, (module, text) in COMMANDS.items():
        part = importlib.import_module(f"keystone.{module}")
        sub = commands.add_parser(
            name, help=text, description=part.__doc__, allow_abbrev=False
        )
        part.configure(sub)
        # A command with ``passes_on`` hands options that it does not know to another program.
        sub.set_defaults(run=part.run, passes_on=getattr(part, "PASSES_ON", False))
    return parser


def parse(argv: list[str] | None) -> argparse.Namespace:
    parser = build_parser()
    args, args_rest = parser.parse_known_args(argv)
    if args_rest and not args.passes_on:
        parser.error(f"unrecognized arguments: {' '.join(args_rest)}")
    args.rest = args_rest
    return args


def _interrupt(_number, _frame):
    raise KeyboardInterrupt


def _unexpected(paths: Paths, error: BaseException) -> str:
    """Keep the traceback of a defect in a file; the user gets one line."""
    if os.environ.get("KEYSTONE_DEBUG"):
        traceback.print_exc()
    try:
        log = paths.logs / "crash.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("".join(traceback.format_exception(error)))
        return f"{type(error).__name__}: {error} (details in {log})"
    except OSError:
        return f"{type(error).__name__}: {error}"


def main(argv: list[str] | None = None) -> int:
    args = parse(argv)
    # Also when a shell started this in the background, with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    paths = Paths.find()
    try:
        return args.run(paths, args) or 0
    except KeystoneError as error:
        say(f"keystone: {error}")
    except KeyboardInterrupt:
        say("keystone: interrupted; run the command again to go on")
        return 130
    except BrokenPipeError:
        sys.stderr.close()
    except OSError as error:
        known = error_line(error)
        say(f"keystone: {known if known != str(error) else _unexpected(paths, error)}")
    except Exception as error:
        say(f"keystone: {_unexpected(paths, error)}")
    return 1
