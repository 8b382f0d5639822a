"""Wall time of a query, printed and not judged: it depends on the machine. ``pytest -s tests/sim/test_cost.py`` shows it."""

from timeit import repeat
from typing import Any

import pytest


@pytest.mark.parametrize(("address", "query"), [("GPIB0::8::INSTR", "PHAS?"), ("GPIB0::8::INSTR", "SNAP?1,2")])
def test_cost_of_a_query(manager: Any, address: str, query: str):
    resource = manager.open_resource(address)
    best_s = min(repeat(lambda: resource.query(query), number=200, repeat=3)) / 200
    print(f"{query}: {best_s * 1e6:.1f} us wall, of which PyVISA itself takes 3 to 5")  # noqa: T201
