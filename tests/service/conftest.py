"""What the tests of the service share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .api import Office, TestClient


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A sales office of three reps."""
    return Office(tmp_path)


@pytest.fixture
def client(office: Office) -> Iterator[TestClient]:
    """A client of the office's service."""
    with office.client() as made:
        yield made
