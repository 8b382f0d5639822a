"""Texts of a bipolar supply by configuration: presets, and what a bench file replaces in them.

Presets:

* ``"scpi"``: the words of SCPI-99 (``CURR``, ``VOLT`` as voltage limit, ``OUTP``, ``MEAS:...?``, ``SYST:ERR?``), no mode, no status.
* ``"kepco_bop_mg"``: the same with ``FUNC:MODE CURR`` and the status bits of the Kepco BOP-MG and BOP-GL (manual).
* ``"none"``: no texts; the bench file gives all of them.

Source: SCPI-99 vol. 2; Kepco BOP-MG operator manual, appendix B.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vsmdaq_drivers.contracts import BenchError
from vsmdaq_drivers.supplies.supply_commands import Setting, SupplyCommands

__all__ = ["PRESETS", "TEXTS", "commands_from", "preset_bits"]

_SCPI: Mapping[str, str] = {
    "set_current": "CURR {}",
    "set_voltage": "VOLT {}",
    "current": "CURR?",
    "voltage": "VOLT?",
    "measured_current": "MEAS:CURR?",
    "measured_voltage": "MEAS:VOLT?",
    "output_on": "OUTP 1",
    "output_off": "OUTP 0",
    "output": "OUTP?",
    "clear": "*CLS",
    "set_mode": "",
    "mode": "",
    "mode_reply": "",
    "status": "",
    "error": "SYST:ERR?",
}
PRESETS: Mapping[str, Mapping[str, str]] = {
    "scpi": _SCPI,
    "kepco_bop_mg": {
        **_SCPI,
        "output_on": "OUTP ON",
        "output_off": "OUTP OFF",
        "set_mode": "FUNC:MODE CURR",
        "mode": "FUNC:MODE?",
        "mode_reply": "1",
        "status": "STAT:QUES:COND?",
    },
    "none": dict.fromkeys(_SCPI, ""),
}
"""Texts by preset and name; ``{}`` stands for the number."""

_PRESET_BITS = {"kepco_bop_mg": (0b11, 0b110_0000_0000_0000)}  # voltage or current error; command warnings
_NEEDED = (
    "set_current",
    "set_voltage",
    "current",
    "voltage",
    "measured_current",
    "measured_voltage",
    "output_on",
    "output_off",
    "output",
)

TEXTS: Mapping[str, str] = {
    "set_current": 'sets the current; {} stands for the number: "CURR {}"',
    "set_voltage": "sets the voltage limit, with {}",
    "current": "asks for the set-point",
    "voltage": "asks for the voltage limit",
    "measured_current": "asks for the measured current",
    "measured_voltage": "asks for the measured voltage",
    "output_on": "switches the output on",
    "output_off": "switches the output off",
    "output": "asks whether the output is on (1, ON or 0, OFF)",
    "clear": "clears old errors; sent first",
    "set_mode": "selects current mode",
    "mode": "asks for the mode",
    "mode_reply": "its answer in current mode",
    "status": "asks for the live status word",
    "error": "asks for the oldest error; its answer begins with 0 where there is none",
}
"""What each text is for."""


def preset_bits(preset: str, *, limiting: int | None, ignored: int | None) -> tuple[int, int]:
    """Bits of the status word that tell the voltage limit, and those that mean nothing: as given, else the preset's."""
    own_limiting, own_ignored = _PRESET_BITS.get(preset, (0, 0))
    return own_limiting if limiting is None else limiting, own_ignored if ignored is None else ignored


def commands_from(
    texts: Mapping[str, str], *, resolution_a: float, bits: tuple[int, int], instrument: str
) -> SupplyCommands:
    """Make the commands of the supply.

    Parameters
    ----------
    texts : mapping of str to str
        All texts, by the names of `TEXTS`.
    resolution_a : float
        Step of the set-point, A: it is sent with as many digits.
    bits : tuple of int
        See `preset_bits`.
    instrument : str
        Who it is, for messages.

    Raises
    ------
    BenchError
        A text is missing, or has not one ``{}`` where a number is sent.
    """
    advice = "See the driver's options in the bench file."
    for name in _NEEDED:
        if not texts[name]:
            raise BenchError(
                f"the option {name} is wrong: there is no text for it.", instrument=instrument, advice=advice
            )
    for name in ("set_current", "set_voltage"):
        if texts[name].count("{}") != 1 or texts[name].count("{") + texts[name].count("}") != 2:
            what = f"{texts[name]!r} has not one {{}} for the number"
            raise BenchError(f"the option {name} is wrong: {what}.", instrument=instrument, advice=advice)
    digits = _digits(resolution_a)
    mode = Setting(texts["set_mode"], texts["mode"], (texts["mode_reply"].upper(),)) if texts["set_mode"] else None
    limiting_bits, ignored_bits = bits
    return SupplyCommands(
        set_current=_with_number(texts["set_current"], digits),
        set_voltage=_with_number(texts["set_voltage"], 4),
        current=texts["current"],
        voltage=texts["voltage"],
        measured_current=texts["measured_current"],
        measured_voltage=texts["measured_voltage"],
        output_on=texts["output_on"],
        output_off=texts["output_off"],
        output=texts["output"],
        digits=digits,
        first=(texts["clear"],) if texts["clear"] else (),
        mode=mode,
        status=texts["status"],
        limiting_bits=limiting_bits,
        ignored_bits=ignored_bits,
        error=texts["error"],
    )


def _digits(resolution_a: float) -> int:
    """Digits behind the point that a step (A) needs: 4 for 0.0005."""
    return next((digits for digits in range(9) if abs(round(resolution_a, digits) - resolution_a) < 1e-9), 9)


def _with_number(text: str, digits: int) -> Callable[[float], str]:
    return lambda value: text.format(f"{value:.{digits}f}")
