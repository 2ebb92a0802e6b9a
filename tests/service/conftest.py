"""What the tests of the service share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .api import Office, TestClient
from .postgres import Server, running_server


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A sales office of three reps."""
    return Office(tmp_path)


@pytest.fixture
def client(office: Office) -> Iterator[TestClient]:
    """A client of the office's service."""
    with office.client() as made:
        yield made


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server."""
    with running_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def stored(request: pytest.FixtureRequest, office: Office) -> Office:
    """A sales office whose journal is in either database."""
    if request.param == "postgresql":
        office.place = request.getfixturevalue("postgres").database()
    return office
