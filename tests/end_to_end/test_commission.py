"""`vsmdaq commission` as a user types it, and `vsmdaq check` where an instrument is not there."""

import json
import signal
import subprocess

import pytest
import pyvisa

from vsmdaq_drivers.system_clock import SystemClock

SIMULATED = "benches/simulated.toml"


@pytest.fixture
def real(stand):
    """The starter's real bench, none of whose instruments is there, on a port and a socket that cannot be."""
    path = stand / "benches" / "real.toml"
    text = path.read_text("utf-8").replace('"/dev/ttyUSB0"', '"/dev/ttyUSB77"')
    path.write_text(text, "utf-8")
    return path


def test_the_table_names_every_step_and_the_record_is_complete(cli, stand):
    done = cli("commission", SIMULATED, "--yes", "--seed", 3)
    assert done.code == 0, done.err
    for number, step in enumerate(
        ("rest", "sign", "constant", "reversal", "dynamics", "noise", "signal", "stop"), start=1
    ):
        assert f"step {number} of 8, {step}: " in done.err
        assert f"\n{step} " in done.out
    folder = stand / "runs" / "commission"
    assert {path.name for path in folder.iterdir()} >= {
        "commission.json",
        "events.jsonl",
        "readings.csv",
        "suggested-bench.toml",
    }
    record = json.loads((folder / "commission.json").read_text("utf-8"))
    assert record["seed"] == 3
    assert record["bench_file"] == (stand / SIMULATED).read_text("utf-8")
    assert record["identities"]["supply"].startswith("LSCI,MODEL643")
    assert "disagree" not in record["verdicts"]
    assert "verified by reading back" in done.err.splitlines()[-2]


def test_json_goes_to_stdout_alone_and_a_second_one_gets_its_own_folder(cli, stand):
    first = cli("commission", SIMULATED, "--yes", "--seed", 3, "--json")
    result = json.loads(first.out)
    by_name = {finding["name"]: finding for finding in result["findings"]}
    assert by_name["field_constant"]["score_kind"] == "E_n"
    assert by_name["field_constant"]["value"] == pytest.approx(13333.3, rel=0.005)
    assert cli("commission", SIMULATED, "--yes", "--seed", 3, "--json", "--out", "runs").code == 0
    assert (stand / "runs" / "commission-2" / "commission.json").exists()


def test_the_same_seed_gives_the_same_readings(cli, stand):
    for out in ("a", "b"):
        assert cli("commission", SIMULATED, "--yes", "--seed", 11, "--out", out).code == 0
    readings = [(stand / out / "commission" / "readings.csv").read_bytes() for out in ("a", "b")]
    assert readings[0] == readings[1]


def test_a_signal_from_outside_ends_it_safely(start, stand):
    bench = stand / SIMULATED
    process = start(
        "commission", bench, "--yes", "--seed", "5", cwd=stand, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    readings = stand / "runs" / "commission" / "readings.csv"
    clock = SystemClock()
    deadline_s = clock.now() + 30.0
    while process.poll() is None and clock.now() < deadline_s:
        if readings.exists() and b"\nconstant," in readings.read_bytes():
            break
        clock.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    if process.returncode == 0:
        pytest.fail(f"it was done before the signal came: {err}")
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == "vsmdaq: interrupted by SIGINT"
    record = json.loads((stand / "runs" / "commission" / "commission.json").read_text("utf-8"))
    assert record["ended"] == "interrupted by SIGINT"
    events = [
        json.loads(line) for line in (stand / "runs" / "commission" / "events.jsonl").read_text("utf-8").splitlines()
    ]
    verified = next(event["text"] for event in events if event["kind"] == "safe")
    assert "0.000 A, verified by reading back" in verified


@pytest.mark.filterwarnings("ignore::UserWarning")  # pyvisa-py says what its discovery leaves out
def test_an_absent_bench_is_an_error_before_a_folder_is_made(cli, stand, real):
    done = cli("commission", real, "--yes")
    assert done.code == 3
    assert "instruments are not ready" in done.err
    assert not (stand / "runs").exists()


@pytest.mark.filterwarnings("ignore::UserWarning")  # pyvisa-py says what its discovery leaves out
def test_check_says_what_to_do_about_instruments_that_are_not_there(cli, real):
    done = cli("check", real)
    assert done.code == 3
    assert "what to do:" in done.out
    assert "balance at /dev/ttyUSB77:" in done.out
    assert "There is no /dev/ttyUSB77 now" in done.out
    assert "\n  seen: " in done.out
    assert "4 instruments are not ready; no set-point was sent." in done.err


def test_check_sends_nothing_that_moves(cli, stand):
    library = f"{(stand / 'worlds' / 'reference.toml').resolve()}@vsmsim"
    manager = pyvisa.ResourceManager(library)  # kept: the bench lives as long as somebody holds it
    supply = next(end for end in manager.visalib.bench.endpoints.values() if "12" in end.address)
    supply.transcript = []
    done = cli("check", stand / SIMULATED)
    assert done.code == 0
    sent = b"".join(data for _, direction, data in supply.transcript if direction == ">").decode()
    manager.close()
    assert "RDGI?" in sent, "it is the bench that was checked"
    for command in ("SETI ", "SETI+", "RATE ", "STOP", "SETV", "LIMIT "):
        assert command not in sent


def test_check_of_a_simulated_bench_looks_at_no_computer(cli, stand):
    path = stand / SIMULATED
    path.write_text(path.read_text("utf-8").replace("GPIB0::8::INSTR", "GPIB0::9::INSTR"), "utf-8")
    done = cli("check", path)
    assert done.code == 3
    assert "what to do" not in done.out
    assert "It offers ASRL3::INSTR, GPIB0::12::INSTR" in done.err
