"""Write the tables of docs/faults.md from what the drivers do: ``python docs/make_fault_tables.py`` (some minutes).

Each driver is put through its exercise with each fault at each of its messages, see tests/faults. Names of drivers as arguments
renew their rows only. A table stands between ``<!-- fault table: NAME -->`` and ``<!-- end of table -->``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "faults"))

from fault_matrix.tables import BROKEN_HEAD, VALID_HEAD, broken_row, valid_rows  # noqa: E402 - found only now
from fault_matrix.worlds import with_instrument  # noqa: E402

from vsmdaq_drivers.catalogue import DRIVERS  # noqa: E402
from vsmdaq_drivers.tables import markdown  # noqa: E402
from vsmdaq_sim.faults import KINDS_OF_FAULTS  # noqa: E402
from vsmdaq_sim.instruments.kinds import KINDS  # noqa: E402

PAGE = ROOT / "docs" / "faults.md"
Rows = Sequence[Sequence[str]]


def kinds_table() -> Rows:
    """What faults there are."""
    rows = [("kind", "strikes", "what happens", "looks valid")]
    for name, kind in KINDS_OF_FAULTS.items():
        where = {"reply": "a reply", "command": "a command", "time": "at a time, or at a command"}[kind.point]
        rows.append((f"`{name}`", where, kind.about, "yes" if kind.looks_valid else ""))
    return rows


def failures_table() -> Rows:
    """What instruments can suffer by themselves."""
    rows = [("kind of instrument", "`what`")]
    for name, kind in KINDS.items():
        if kind.failures:
            rows.append((f"`{name}`", ", ".join(f"`{what}`" for what in kind.failures)))
    return rows


def replaced(text: str, name: str, rows: Rows) -> str:
    """The page with one table replaced."""
    place = re.compile(rf"(<!-- fault table: {name} -->\n).*?(<!-- end of table -->)", re.DOTALL)
    return place.sub(lambda found: f"{found[1]}\n{markdown(rows)}\n{found[2]}", text)


def rows_of(text: str, name: str) -> dict[str, str]:
    """Rows of a table of the page, by their first cell."""
    found = re.search(rf"<!-- fault table: {name} -->\n(.*?)<!-- end of table -->", text, re.DOTALL)
    lines = found[1].strip().splitlines()[2:] if found else []
    return {line.split("|")[1].strip(): line for line in lines}


def cells(line: str) -> tuple[str, ...]:
    """Cells of one row."""
    return tuple(cell.strip() for cell in line.strip().strip("|").split(" | "))


def main(names: Sequence[str]) -> int:
    """Write the page; 1 where it has changed."""
    text = PAGE.read_text(encoding="utf-8")
    broken, valid = ({name: cells(row) for name, row in rows_of(text, table).items()} for table in ("broken", "valid"))
    with TemporaryDirectory() as folder:
        for name in names or with_instrument():
            broken[f"`{name}`"] = broken_row(Path(folder), name)
            (valid[f"`{name}`"],) = valid_rows(Path(folder), name, DRIVERS[name].role)
    text = before = PAGE.read_text(encoding="utf-8")  # again: it may have been edited meanwhile
    known = [f"`{name}`" for name in with_instrument()]
    text = replaced(text, "kinds", kinds_table())
    text = replaced(text, "failures", failures_table())
    text = replaced(text, "broken", [BROKEN_HEAD, *(broken[name] for name in known if name in broken)])
    text = replaced(text, "valid", [VALID_HEAD, *(valid[name] for name in known if name in valid)])
    if text != before:
        PAGE.write_text(text, encoding="utf-8")
    return int(text != before)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
