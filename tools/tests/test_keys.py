"""What a thing is keyed by: what must change a key, and what must not."""

from pathlib import Path

from keystone.manifests import addon_digests, external_depends, read_manifests
from keystone.paths import Paths, cache_root, digest


def addon(paths, name, depends, installable=True):
    folder = paths.addons / name
    (folder / "tests").mkdir(parents=True)
    manifest = {"name": name, "depends": depends, "installable": installable}
    (folder / "__manifest__.py").write_text(repr(manifest))
    return folder


def test_cache_root_follows_its_variables():
    assert cache_root({"KEYSTONE_CACHE": "/a", "XDG_CACHE_HOME": "/b"}) == Path("/a")
    assert cache_root({"XDG_CACHE_HOME": "/b"}) == Path("/b/keystone")
    assert cache_root({}) == Path.home() / ".cache" / "keystone"


def test_digest_tells_parts_apart():
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("ab", "c") == digest(b"ab", b"c")


def test_two_clones_have_two_demo_databases(tmp_path):
    first, second = (Paths(tmp_path / name, tmp_path) for name in ("a", "b"))
    assert first.demo_database != second.demo_database
    assert first.demo_database.startswith("keystone_")


def test_external_depends_leave_our_addons_out(paths):
    addon(paths, "one", ["sale", "account"])
    addon(paths, "two", ["one", "stock"])
    addon(paths, "off", ["website"], installable=False)
    assert external_depends(read_manifests([paths.addons])) == [
        "account",
        "sale",
        "stock",
    ]
    assert external_depends({}) == ["base"]


def test_the_key_of_an_addon_follows_what_is_installed(paths):
    folder = addon(paths, "one", ["sale"])
    before = addon_digests(read_manifests([paths.addons]))
    for name in ("tests/test_x.py", "README.md", "one.pot"):
        (folder / name).write_text("x")
    (folder / "static" / "tests").mkdir(parents=True)
    (folder / "static" / "tests" / "tour.js").write_text("x")
    assert addon_digests(read_manifests([paths.addons])) == before
    (folder / "models.py").write_text("x")
    assert addon_digests(read_manifests([paths.addons])) != before


def test_living_clones_forget_a_removed_one(paths, tmp_path):
    Paths(tmp_path / "gone", paths.cache).register()
    assert paths.living_clones() == [paths.clone]
