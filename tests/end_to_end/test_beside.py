"""Instruments beside the core of a bench: `vsmdaq check` identifies and reads them, and moves nothing."""

from pathlib import Path

BESIDE = {
    "thermometer": ("lakeshore_336", "GPIB0::14::INSTR"),
    "vibrator": ("keysight_33220a", "GPIB0::15::INSTR"),
    "voltmeter": ("keysight_34461a", "TCPIP0::meter::5025::SOCKET"),
    "lcr_meter": ("keysight_e4980a", "GPIB0::17::INSTR"),
    "stage": ("newport_esp301", "ASRL9::INSTR"),
}


def bench_with(stand: Path, without: tuple[str, ...] = ("stage",), **changed) -> Path:
    world = stand / "worlds" / "beside.toml"
    bench = stand / "benches" / "beside.toml"
    lines, tables = ['base = "reference.toml"'], [""]
    for role, (kind, address) in BESIDE.items():
        if role in without:
            continue
        lines.append(f'[instruments.{role}]\nkind = "{kind}"\naddress = "{address}"\nreply_s = 0.005')
        tables.append(f'[{role}]\ndriver = "{changed.get(role, kind)}"\naddress = "{address}"\n')
    world.write_text("\n".join(lines), "utf-8")
    text = (stand / "benches" / "simulated.toml").read_text("utf-8").replace("reference.toml@", "beside.toml@")
    bench.write_text(text + "\n".join(tables), "utf-8")
    return bench


def test_all_of_them_are_identified_and_read(cli, stand: Path):
    ended = cli("check", bench_with(stand))
    assert ended.code == 0, ended.err
    for said in ("LSCI,MODEL336", "33220A", "34461A", "E4980A"):
        assert said in ended.out
    assert "  thermometer 295.1" in ended.out  # the world's room
    assert "ready; nothing was moved" in ended.out


def test_a_run_on_such_a_bench_does_not_need_them(cli, stand: Path):
    ended = cli("run", "procedures/phase.toml", "--bench", bench_with(stand), "--yes")
    assert ended.code == 0, ended.err


def test_another_instrument_is_told(cli, stand: Path):
    ended = cli("check", bench_with(stand, voltmeter="keithley_2000"))
    assert ended.code == 3
    assert "voltmeter: keithley_2000 at TCPIP0::meter::5025::SOCKET" in ended.err


def test_a_stage_whose_motor_is_off_is_told(cli, stand: Path):
    ended = cli("check", bench_with(stand, without=()))
    assert ended.code == 3
    assert "the motor is off; switch it on at the controller" in ended.err


def test_a_driver_of_another_role_is_refused(cli, stand: Path):
    ended = cli("check", bench_with(stand, without=(), stage="lakeshore_335"))
    assert ended.code == 2
    assert '"lakeshore_335" is a driver of a thermometer' in ended.err
