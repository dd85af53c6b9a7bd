"""Addons of others beside ours: which ones, where they lie, who installs them."""

import re
from pathlib import Path

import pytest
from keystone.companions import fetch_companions, fetch_needed
from keystone.console import KeystoneError
from keystone.environment import Environment, requirement_lines
from keystone.manifests import read_manifests
from keystone.paths import Paths

ROOT = Path(__file__).resolve().parents[2]
# Stands for Python: notes how pip was called and leaves an addon where it was told to.
PIP = """#!/bin/sh
echo "$*" >> "$(dirname "$0")/calls"
while [ "$1" != --target ]; do shift; done
mkdir -p "$2/odoo/addons/beside"
echo "{'name': 'Beside', 'depends': ['account']}" > "$2/odoo/addons/beside/__manifest__.py"
"""
BROKEN_PIP = """#!/bin/sh
echo "ERROR: No matching distribution found for odoo-addon-beside==9"
exit 1
"""


@pytest.fixture
def environment(tmp_path):
    """An environment whose Python only pretends to install."""
    found = Environment(tmp_path / "venv", "key")
    found.python.parent.mkdir(parents=True)
    found.python.write_text(PIP)
    found.python.chmod(0o755)
    return found


def pin(paths, *lines):
    paths.companions.parent.mkdir(exist_ok=True)
    paths.companions.write_text("# why\n" + "\n".join(lines) + "\n")


def calls(environment):
    return (environment.python.parent / "calls").read_text().splitlines()


def test_they_are_fetched_once_into_the_cache(paths, environment):
    pin(paths, "odoo-addon-beside==19.0.1  # a screen")
    beside = fetch_companions(paths, environment)
    assert beside.is_relative_to(paths.cache)
    assert list(read_manifests([beside])) == ["beside"]
    assert fetch_companions(paths, environment) == beside
    (call,) = calls(environment)
    assert f"-r {paths.companions}" in call
    # Odoo, which they depend on, is not on the index.
    assert "--no-deps" in call


def test_another_pin_is_another_directory(paths, environment):
    pin(paths, "odoo-addon-beside==19.0.1")
    before = fetch_companions(paths, environment)
    pin(paths, "# a remark", "odoo-addon-beside==19.0.1")
    assert fetch_companions(paths, environment) == before
    pin(paths, "odoo-addon-beside==19.0.2")
    assert fetch_companions(paths, environment) != before
    assert len(calls(environment)) == 2


def test_a_failure_is_one_line_and_leaves_nothing(paths, environment):
    pin(paths, "odoo-addon-beside==9")
    environment.python.write_text(BROKEN_PIP)
    with pytest.raises(KeystoneError, match=r"^pip install failed: "):
        fetch_companions(paths, environment)
    assert not list(paths.cache.glob("companions-*"))


@pytest.mark.parametrize("kind", ["companions", "needed"])
def test_every_companion_is_pinned_for_this_version_of_odoo(kind):
    pins = requirement_lines(getattr(Paths(ROOT, ROOT), kind).read_text())
    assert pins
    for line in pins:
        assert re.fullmatch(r"odoo-addon-\w+==19\.0(\.\d+)+", line), line


def test_what_the_product_needs_is_pinned_for_development_and_containers_alike():
    pins = set(requirement_lines(Paths(ROOT, ROOT).needed.read_text()))
    containers = requirement_lines((ROOT / "docker" / "requirements.txt").read_text())
    assert pins == {line for line in containers if line.startswith("odoo-addon-")}


def test_what_the_product_needs_is_fetched_apart(paths, environment):
    pin(paths, "odoo-addon-other==19.0.1")
    paths.needed.write_text("odoo-addon-beside==19.0.1\n")
    needed = fetch_needed(paths, environment)
    assert needed != fetch_companions(paths, environment)
    assert f"-r {paths.needed}" in calls(environment)[0]


def test_the_product_depends_on_none_of_them():
    paths = Paths(ROOT, ROOT)
    pins = requirement_lines(paths.companions.read_text())
    names = {line.removeprefix("odoo-addon-").split("==")[0] for line in pins}
    product = read_manifests([paths.addons])
    assert product
    for name, manifest in product.items():
        assert not names.intersection(manifest["depends"]), name
