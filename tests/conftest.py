"""What every test may ask for."""

import pytest

pytest_plugins = ["browsing"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run the tests marked `anyio` on the loop that the server runs on: asyncio's."""
    return "asyncio"
