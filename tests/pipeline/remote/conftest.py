import os

import pytest

from pipeline.remote import path as remote
from tests.pipeline.remote.store import store


@pytest.fixture(scope="session")
def s3():
    """A store that this process and its children reach through their environment."""
    with store() as found:
        before = {name: os.environ.get(name) for name in found.environment}
        os.environ.update(found.environment)
        remote._store.cache_clear()
        yield found
        remote._store.cache_clear()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@pytest.fixture
def place(s3, request):
    """An address that no other test has."""
    return remote.at(f"s3://bucket/{request.node.name}")
