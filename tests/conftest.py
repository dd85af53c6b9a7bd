"""Fixtures for tests against the server that ``make test`` runs."""

import pytest
from copies import need
from rpc import DOORS
from scene import Deal, Scene


@pytest.fixture(scope="session")
def url():
    return need("KEYSTONE_URL")


@pytest.fixture(scope="session")
def database():
    """The database that the running server serves."""
    return need("KEYSTONE_DB")


@pytest.fixture(scope="session")
def scene(url, database):
    return Scene(url, database)


@pytest.fixture(scope="session")
def deal(scene):
    """A parent order that every role has done its part of; tests only look at it."""
    return Deal(scene)


@pytest.fixture(params=sorted(DOORS))
def door(request):
    """Each way in: what one of them refuses, the others must not let through."""
    return DOORS[request.param]
