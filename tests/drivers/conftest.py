"""What the tests of the drivers share: scripted wires, and instruments of the stock PyVISA simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from vsmdaq_drivers.contracts import BenchError
from vsmdaq_drivers.links.scripted import ScriptedLink

Script = Sequence[tuple[str | None, str | BenchError | None]]


@pytest.fixture
def wire() -> Iterator[Callable[..., ScriptedLink]]:
    """Make scripted links; a test that leaves a line of a script unsent, or a reply unread, fails."""
    links: list[ScriptedLink] = []

    def make(script: Script = (), **options: object) -> ScriptedLink:
        link = ScriptedLink(script, **{"name": "instrument at BENCH", **options})  # type: ignore[arg-type]
        links.append(link)
        return link

    yield make
    for link in links:
        link.finish()
