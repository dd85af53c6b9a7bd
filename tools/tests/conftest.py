import pytest
from keystone.paths import Paths


@pytest.fixture
def paths(tmp_path):
    """A clone and a cache of their own."""
    clone, cache = tmp_path / "clone", tmp_path / "cache"
    (clone / "addons").mkdir(parents=True)
    (clone / "tools" / "keystone").mkdir(parents=True)
    cache.mkdir()
    found = Paths(clone, cache)
    found.register()
    return found
