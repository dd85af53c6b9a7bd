"""Template databases: built once, then copied for each run.

Two levels, so that editing an addon does not install Odoo's own addons again: the base holds
what our manifests need from others, the suite is the base plus our addons. Each is keyed by
what it depends on. Attachments are stored inside the database, so ``createdb -T`` copies all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import say
from .installing import install, script
from .locks import lock, try_lock
from .manifests import (
    addon_digests,
    combined,
    external_depends,
    read_manifests,
    with_depends,
)
from .paths import WORK_BYTES, digest
from .workspace import Workspace

FORMAT = "2"
KEEP = 3  # of each level
KEEP_PARTS = 8  # a run of the benchmarks takes several
DEMO_LANGUAGES = ("en_US", "zh_CN")
PART = "keystone_part"
STORE_INSIDE = """
env["ir.config_parameter"].set_param("ir_attachment.location", "db")
env["ir.attachment"].force_storage()
env.cr.commit()
"""
# Built once here instead of by the first browser of every run; what our addons leave as it is
# comes from the base, so that editing an addon does not build it again.
BUILD_ASSETS = """
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
"""


def _base_key(workspace: Workspace, demo: bool) -> str:
    manifests = workspace.product if demo else workspace.manifests
    parts = (
        FORMAT,
        workspace.environment.requirements_key,
        workspace.odoo.version,
        str(workspace.beside),
        str(workspace.needed),
        str(demo),
    )
    return digest(*parts, *external_depends(manifests))


def base_name(workspace: Workspace, demo: bool = False) -> str:
    return f"keystone_{'demobase' if demo else 'base'}_{_base_key(workspace, demo)}"


def suite_name(workspace: Workspace) -> str:
    contents = combined(addon_digests(workspace.manifests))
    return f"keystone_suite_{digest(_base_key(workspace, False), contents)}"


@contextmanager
def _ready(
    workspace: Workspace, name: str, build: Callable[[str], None]
) -> Iterator[str]:
    """The template ``name``, built by ``build(database)`` when missing; kept while in use."""
    databases = workspace.databases
    guard = workspace.paths.lock(name)
    while True:
        with lock(guard, shared=True, waiting=f"template {name}"):
            if databases.note(name):
                databases.set_note(name, {"used": time.time()})
                yield name
                return
        with lock(guard, waiting=f"template {name}"):
            if not databases.note(name):
                workspace.paths.check_space(2 * WORK_BYTES)
                _build(workspace, name, build)


def _build(workspace: Workspace, name: str, build: Callable[[str], None]) -> None:
    databases = workspace.databases
    with databases.throwaway("build") as scratch:
        build(scratch)
        databases.drop(name)  # without a note it is unfinished
        databases.rename(scratch, name)
    databases.set_note(name, {"used": time.time()})
    level = name.rsplit("_", 1)[0]
    collect_garbage(workspace, level, KEEP_PARTS if level == PART else KEEP)


def collect_garbage(workspace: Workspace, level: str, keep: int = KEEP) -> None:
    """Drop all but the most recently used templates of ``level``, never one in use."""
    databases = workspace.databases
    noted = {name: databases.note(name) for name in databases.names(f"{level}_")}
    ages = sorted((note["used"], name) for name, note in noted.items() if note)
    for _used, name in ages[:-keep]:
        with try_lock(workspace.paths.lock(name)) as free:
            if free:
                say(f"* old template {name} dropped")
                databases.drop(name)


@contextmanager
def base_template(workspace: Workspace, demo: bool = False) -> Iterator[str]:
    """Odoo's own addons (and others' that our manifests name), without or with demo data."""
    needed = external_depends(workspace.product if demo else workspace.manifests)

    def build(database: str) -> None:
        workspace.databases.create(database)
        title = "Odoo's addons with demo data" if demo else "Odoo's addons for tests"
        install(
            workspace,
            database,
            title=title,
            init=needed,
            demo=demo,
            languages=DEMO_LANGUAGES if demo else (),
        )
        code = STORE_INSIDE if demo else STORE_INSIDE + BUILD_ASSETS
        script(
            workspace,
            database,
            code,
            title="Attachments" if demo else "Attachments and web assets",
        )

    with _ready(workspace, base_name(workspace, demo), build) as name:
        yield name


@contextmanager
def suite_template(workspace: Workspace) -> Iterator[str]:
    """The base plus every addon of the clone, without demo data: what tests start from."""

    def build(database: str) -> None:
        with base_template(workspace) as base:
            workspace.databases.create(database, base)
        if workspace.manifests:
            install(
                workspace,
                database,
                title="The suite for tests",
                init=workspace.manifests,
            )
        script(workspace, database, BUILD_ASSETS, title="Web assets of the suite")

    with _ready(workspace, suite_name(workspace), build) as name:
        yield name


@contextmanager
def part_template(
    workspace: Workspace, addons: tuple[str, ...], beside: Path
) -> Iterator[str]:
    """The base plus ``addons`` and what they depend on, without demo data and web assets:
    what benchmarks compare. No addons: Odoo as it is without ours.

    :param beside: a directory with addons of others, as well
    """
    found = with_depends({**workspace.manifests, **read_manifests([beside])}, addons)
    contents = combined(addon_digests(found))

    def build(database: str) -> None:
        with base_template(workspace) as base:
            workspace.databases.create(database, base)
        install(
            workspace,
            database,
            title=f"For the benchmarks: {', '.join(addons)}",
            init=addons,
            beside=[beside],
        )

    if not addons:
        with base_template(workspace) as base:
            yield base
        return
    name = f"{PART}_{digest(_base_key(workspace, False), *addons, contents)}"
    with _ready(workspace, name, build) as part:
        yield part
