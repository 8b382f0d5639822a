"""Write the tables of README and docs that are made from data (drivers, reference materials): ``python docs/make_tables.py``.

A table stands between ``<!-- table: NAME -->`` and ``<!-- end of table -->``; what is between is replaced.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from vsmdaq.physics.references import LAWS, MATERIALS
from vsmdaq.physics.references.tables import laws_table, materials_table, notes_table, numbers_table
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.tables import facts_table, instruments_table, markdown, options_table

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "docs/instruments.md", "docs/reference-materials.md")
TABLES: Mapping[str, Callable[[], str]] = {
    "instruments": lambda: markdown(instruments_table(DRIVERS)),
    "options": lambda: markdown(options_table(DRIVERS)),
    "facts": lambda: markdown(facts_table(DRIVERS)),
    "materials": lambda: markdown(materials_table(MATERIALS)),
    "numbers": lambda: markdown(numbers_table(MATERIALS)),
    "notes": lambda: markdown(notes_table(MATERIALS)),
    "laws": lambda: markdown(laws_table(LAWS)),
}
_PLACE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


def renewed(text: str) -> str:
    """The text of a page with its tables as the catalogue has them now."""
    return _PLACE.sub(lambda place: f"{place[1]}\n{TABLES[place[2]]()}\n{place[3]}", text)


def main() -> int:
    """Write the pages; 1 where one has changed."""
    changed = 0
    for name in PAGES:
        page = ROOT / name
        text = page.read_text(encoding="utf-8")
        if renewed(text) != text:
            page.write_text(renewed(text), encoding="utf-8")
            changed = 1
    return changed


if __name__ == "__main__":
    sys.exit(main())
