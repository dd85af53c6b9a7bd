"""Fixtures for tests against the server that ``make test`` runs."""

import os

import pytest
from scene import Deal, Scene


def need(name):
    """Return a variable that ``make test`` sets for the run."""
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: run these tests with make test", pytrace=False)
    return value


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
