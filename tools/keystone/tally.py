"""A pytest plugin: writes what ran as JSON, and refuses tests skipped for want of a browser.

Loaded with ``-p keystone.tally``; KEYSTONE_TALLY names the file to write.
"""

import json
import os
from pathlib import Path

import pytest

OUTCOMES = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")


def lacks_browser(reason: str) -> bool:
    """Whether a skip's ``reason`` is that the browser is missing or did not start."""
    words = reason.lower()
    return (
        any(word in words for word in ("chrome", "chromium"))
        or "websocket-client" in words
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if (
        os.environ.get("KEYSTONE_NO_BROWSER")
        or not report.skipped
        or not isinstance(report.longrepr, tuple)
    ):
        return
    reason = str(report.longrepr[2])
    if lacks_browser(reason):
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid}: {reason} (a browser test must not be skipped)"
        )


def pytest_collection_finish(session):
    session.config._keystone_selected = [item.nodeid for item in session.items]


def pytest_terminal_summary(terminalreporter, config):
    counts = {name: len(terminalreporter.stats.get(name, ())) for name in OUTCOMES}
    selected = getattr(config, "_keystone_selected", [])
    path = os.environ.get("KEYSTONE_TALLY")
    if path:
        Path(path).write_text(json.dumps({"counts": counts, "selected": selected}))
