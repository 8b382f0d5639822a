"""What a user can get wrong: one message in full, code 2 or 3, nothing moved, nothing lost.

The messages stand in golden/. After a deliberate change, VSMDAQ_GOLDEN=<folder> makes the tests write them there.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vsmdaq_sim.bench import acquire_bench, release_bench
from vsmdaq_sim.spec import LibrarySpec

Command = Callable[..., Any]
GOLDEN = Path(__file__).parent / "golden"
SEED = 5
SUPPLY = "GPIB0::12::INSTR"


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file once."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), "utf-8")


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


@dataclass(frozen=True)
class Case:
    """A mistake: how it is made (in the user's folder), what is typed then, the code that it ends with."""

    name: str
    make: Callable[[Path], object]
    command: str
    code: int = 2


BENCH = "benches/simulated.toml"
RUN = f"run procedures/{{}}.toml --bench {BENCH} --seed {SEED} --yes"
NICKEL, LOOP, PALLADIUM = (RUN.format(name) for name in ("nickel", "loop", "palladium"))


def _in_bench(old: str, new: str) -> Callable[[Path], object]:
    return lambda here: edit(here / BENCH, old, new)


def _edited_calibration(here: Path) -> None:
    (path,) = (here / "runs" / "calibrations").glob("*-moment.json")
    text = path.read_text("utf-8")
    path.write_text(re.sub(r'("value": 0\.64)\d\d', r"\g<1>99", text, count=1), "utf-8")
    assert path.read_text("utf-8") != text


def _damaged_journal(here: Path) -> None:
    path = here / "done" / "raw.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[4] = lines[4].replace(b".", b",", 1)
    path.write_bytes(b"".join(lines))


def _no_mass(here: Path) -> None:
    path = here / "samples" / "palladium-cylinder.toml"
    path.write_text(re.sub(r"^mass = .*\n", "", path.read_text("utf-8"), flags=re.MULTILINE), "utf-8")


def _no_reference(here: Path) -> None:
    path = here / "samples" / "nickel-sphere.toml"
    path.write_text(path.read_text("utf-8").partition("[reference]")[0], "utf-8")


def _no_balance(here: Path) -> None:
    path = here / BENCH
    path.write_text(re.sub(r"^\[(balance|gouy)\]\n(\w.*\n)+", "", path.read_text("utf-8"), flags=re.MULTILINE), "utf-8")


CASES = [
    Case("typo_in_a_key", _in_bench("max_current =", "max_curent ="), f"check {BENCH}"),
    Case("missing_unit", _in_bench('"60 A"  ', '"60"  '), f"check {BENCH}"),
    Case("wrong_unit", _in_bench('"83 Hz"', '"83 mm"'), f"check {BENCH}"),
    Case("nan", _in_bench('"1.000 mm ± 0.5 %"', '"nan mm ± 0.5 %"'), f"check {BENCH}"),
    Case("limit_above_the_supply", _in_bench('max_current = "60 A"', 'max_current = "80 A"'), NICKEL),
    Case("rate_above_the_supply", _in_bench('max_rate = "10 A/s"', 'max_rate = "60 A/s"'), NICKEL),
    Case("unknown_driver", _in_bench('"lakeshore_643"', '"lakeshore_634"'), f"check {BENCH}"),
    Case(
        "several_mistakes_at_once",
        lambda here: [
            edit(here / BENCH, '"83 Hz"', '"83"'),
            edit(here / BENCH, "safe_rate", "save_rate"),
            edit(here / BENCH, 'gain = "1 ± 0.2 %"', 'gain = "-1 ± 0.2 %"'),
        ],
        f"check {BENCH}",
    ),
    Case("no_toml", lambda here: edit(here / BENCH, "[magnet]", "[magnet"), f"check {BENCH}"),
    Case(
        "no_utf8",
        lambda here: (here / "procedures" / "nickel.toml").write_bytes('kind = "é"'.encode("latin-1")),
        NICKEL,
    ),
    Case("wrong_address", _in_bench("GPIB0::12", "GPIB0::22"), NICKEL, 3),
    Case(
        "wrong_instruments",
        lambda here: [
            edit(here / BENCH, "GPIB0::8::INSTR", "somewhere"),
            edit(here / BENCH, "GPIB0::13::INSTR", "GPIB0::8::INSTR"),
            edit(here / BENCH, "somewhere", "GPIB0::13::INSTR"),
        ],
        NICKEL,
        3,
    ),
    Case("one_address_twice", _in_bench("GPIB0::13::INSTR", "GPIB0::8::INSTR"), NICKEL),
    Case("gouy_without_a_balance", _no_balance, RUN.format("gouy")),
    Case(
        "field_beyond_the_magnet_in_a_later_procedure",
        lambda here: edit(
            here / "procedures/background.toml", '{ from = "-800 kA/m", to = "800', '{ from = "-800 kA/m", to = "950'
        ),
        f"run procedures/nickel.toml procedures/background.toml --bench {BENCH} --seed {SEED} --yes",
    ),
    Case("no_such_world", _in_bench("reference.toml@vsmsim", "refernce.toml@vsmsim"), NICKEL, 3),
    Case("palladium_without_a_mass", _no_mass, PALLADIUM),
    Case("nickel_without_a_reference", _no_reference, NICKEL),
    Case("tube_on_the_rod", lambda _: None, f"{LOOP} --sample samples/gouy-sample.toml"),
    Case("field_beyond_the_magnet", lambda h: edit(h / "procedures/nickel.toml", '"800 kA/m"]', '"900 kA/m"]'), NICKEL),
    Case("rate_beyond_the_magnet", lambda h: edit(h / "procedures/nickel.toml", '"10 A/s"', '"20 A/s"'), NICKEL),
    Case(
        "no_steps",
        lambda h: edit(h / "procedures/background.toml", '"-800 kA/m", steps = 20', '"-800 kA/m", steps = 0'),
        RUN.format("background"),
    ),
    Case("not_calibrated", lambda here: shutil.rmtree(here / "runs" / "calibrations"), LOOP),
    Case("calibration_of_another_bench", _in_bench('name = "reference"', 'name = "upstairs"'), LOOP),
    Case("calibration_at_another_amplitude", _in_bench('"1.000 mm', '"0.800 mm'), LOOP),
    Case("calibration_edited_by_hand", _edited_calibration, LOOP),
    Case("no_such_bench_file", lambda _: None, "check benches/simulatd.toml"),
    Case("no_such_procedure", lambda _: None, RUN.format("nikel")),
    Case("no_such_sample", lambda _: None, f"{LOOP} --sample samples/iron.toml"),
    Case("folder_for_a_file", lambda _: None, "check benches"),
    Case("damaged_journal", _damaged_journal, "reduce done"),
    Case("damaged_journal_watched", _damaged_journal, "watch done --once"),
    Case("damaged_journal_reported", _damaged_journal, "report done"),
    Case("no_journal", lambda here: (here / "done" / "raw.csv").unlink(), "reduce done"),
    Case("damaged_description", lambda here: (here / "done" / "run.json").write_text('{"schema": 1,'), "reduce done"),
    Case("empty_folder", lambda here: (here / "empty").mkdir(), "reduce empty"),
    Case("empty_folder_watched", lambda here: (here / "empty").mkdir(), "watch empty --once"),
    Case("empty_folder_reported", lambda here: (here / "empty").mkdir(), "report empty"),
    Case("no_run_folder", lambda _: None, "reduce benches"),
    Case("no_run_folder_watched", lambda _: None, "watch benches --once"),
    Case("no_run_folder_reported", lambda _: None, "report benches"),
    Case("file_for_a_run_folder", lambda _: None, f"reduce {BENCH}"),
    Case("nothing_there", lambda _: None, "reduce runs/nowhere"),
    Case("no_such_calibration_file", lambda _: None, "reduce done --calibration nowhere.json"),
    Case("no_such_world_file", lambda _: None, "sim truth worlds/mars.toml"),
]


@contextmanager
def wire_of(stand: Path, command: str) -> Generator[list[str]]:
    """What is sent to the supply of the simulated bench that a command opens: it is held open here, and shared."""
    procedure = re.search(r"procedures/(\w+)", command)
    spec = LibrarySpec((stand / "worlds" / "reference.toml").resolve(), SEED, procedure[1] if procedure else "")
    bench = acquire_bench(spec)
    transcript = bench.endpoints[SUPPLY].transcript = []
    sent: list[str] = []
    try:
        yield sent
    finally:
        sent += [data.decode().strip() for _, direction, data in transcript if direction == ">"]
        release_bench(spec, bench)


def plain(text: str, stand: Path) -> str:
    """The message without what differs from place to place and from draw to draw."""
    text = text.replace(str(stand), "<here>").replace("\\", "/")
    text = re.sub(r"\b[0-9a-f]{64}\b", "<sha256>", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)?", "<time>", text)
    return re.sub(r"given '\d+,[^']*'", "given '<line>'", text)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_bad_input(case: Case, stand: Path, demo: Path, cli: Command):
    shutil.copytree(demo / "calibrations", stand / "runs" / "calibrations")
    shutil.copytree(demo / "nickel", stand / "done")
    case.make(stand)
    before = fingerprint(stand)
    with wire_of(stand, case.command) as sent:
        ended = cli(*case.command.split())
    assert ended.code == case.code, ended.err
    assert "Traceback" not in ended.err
    assert fingerprint(stand) == before, "nothing made, nothing lost"
    assert not [line for line in sent if line.startswith(("SETI ", "RATE ", "LIMIT "))]

    message = plain(ended.err, stand)
    if folder := os.environ.get("VSMDAQ_GOLDEN"):
        (Path(folder) / f"{case.name}.txt").write_text(message, "utf-8")
    assert message == (GOLDEN / f"{case.name}.txt").read_text("utf-8")


def test_a_good_run_does_send_set_points(stand: Path, cli: Command):
    """So that the silence above means something."""
    with wire_of(stand, NICKEL) as sent:
        assert cli(*NICKEL.split()).code == 0
    set_points = [line for line in sent if line.startswith("SETI ")]
    assert "SETI +60.0000" in set_points
    assert set_points[-1] == "SETI +0.0000"


def test_there_is_no_golden_message_without_its_case():
    # those of queues have their cases in test_queue.py
    golden = {path.stem for path in GOLDEN.glob("*.txt") if not path.stem.startswith("queue_")}
    assert golden == {case.name for case in CASES}
