"""How each kind of simulated instrument is spoken to: its switches, heads that stand in no table, and how it says who it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Manner", "manner_of"]


@dataclass(frozen=True, slots=True)
class Manner:
    """Of one kind.

    Attributes
    ----------
    question, answer : bytes
        Asked after a case; the answer must come then.
    before : bytes
        Sent before that: back to the interface (``PORT`` stands for its number), address or line that a case may have turned
        away from.
    heads : str
        Commands that are in no table of it, separated by blanks.
    options : tuple of mapping
        Switches of the world file that are tried.
    between : tuple of str
        Between head and first argument.
    comma : tuple of str
        Between arguments.
    """

    question: bytes = b"*IDN?"
    answer: bytes = b""
    before: bytes = b""
    heads: str = ""
    options: tuple[Mapping[str, Any], ...] = ({},)
    between: tuple[str, ...] = (" ", "", "  ", "\t")
    comma: tuple[str, ...] = (",", ", ", " ", ";")


_ESC = "\x1b"
_BALANCE = {"between": (" ", "", ":", "  "), "comma": (" ", ",", "")}
_SBI = f"{_ESC}P {_ESC}T {_ESC}U {_ESC}V {_ESC}Z {_ESC}S {_ESC}s3_ {_ESC}x1_ {_ESC}x2_ {_ESC}f1_ {_ESC}O {_ESC}K {_ESC}{_ESC} {_ESC} P"
_ESP = (
    "TE? TB? TE TB VE VE? TS TS? AB RS EX WT ZU ZU? ZZ ZZ? 1PA 1PR 1ST 1OR 1DH 1MO 1MF 1VA 1SL 1SR 1SN 1TP 1DP 1TV 1MD? 1ID? 1QM "
    "1PH 1WS 1WS100 2PA 2PR+ 3MO 4MO 0PA 1PA? 1PA+ 1PA- 1VA? 1AC 1AG 1AU 1VU 1JH 1ZA 1ZH? PA MO 1XX 99PA 1MO;1PA"
)
_COMMON = "*IDN? *RST *CLS *ESE *ESE? *ESR? *SRE *SRE? *STB? *OPC *OPC? *WAI *TST? *TRG *PSC *SAV *RCL"
_GAUSS = ({}, {"probe": "none"}, {"chain": "refused"}, {"terminator": "lf", "probe": "UHS"})

_MANNERS: Mapping[str, Manner] = {
    "danfysik_8500": Manner(
        b"PRINT",
        b"SYSTEM",
        b"ADR 0\rUNLOCK\r",
        "ADR ADR? ERRT ERRC NERR MULT RAMPTEST",
        (
            {},
            {"dialect": "8000"},
            {"dialect": "9100", "full_scale_a": 50.0},
            {"reply_end": "cr", "signed_set_point": True},
            {"silent_until": "unlock"},
            {"silent_until": "address", "address": 0, "channel_prefix": True},
            {"print_lines": 3, "slew_a_per_s": 2.0},
        ),
    ),
    "kepco_bop": Manner(
        answer=b"KEPCO", heads=_COMMON, options=({"model": "36-60"}, {"limit_bits": "both"}, {"readback_lag_s": 0.0})
    ),
    "lakeshore_643": Manner(
        answer=b"LSCI,MODEL643",
        options=({}, {"seti_beyond_limit": "exe"}, {"status_queries": "reversed", "stop_s": 2.0}),
    ),
    "lakeshore_648": Manner(answer=b"LSCI,MODEL648"),
    "scpi_bipolar": Manner(answer=b"ACME", heads=_COMMON, options=({}, {"decimals": 3}, {"status": False})),
    "tdk_genesys": Manner(
        b"IDN?",
        b"LAMBDA",
        b"ADR 6\r",
        "ADR SIG1 SIG1? OUT? \\ FBD FBD? IDN?$5C GRST",
        ({}, {"freewheel_diode": True, "stt_blanks": True}),
    ),
    "signal_recovery_7265": Manner(
        b"ID", b"7265", options=({}, {"tc_reports": "actual", "phase_range": "unsigned"}, {"stray_null": True})
    ),
    "signal_recovery_7270": Manner(b"ID", b"7270", options=({}, {"usbterm": 1}, {"newline": False})),
    "sr830": Manner(
        answer=b"SR830", before=b"OUTX PORT\n", options=({}, {"offset_in_outp": True}, {"output_bits": 16})
    ),
    "sr810": Manner(answer=b"SR810", before=b"OUTX PORT\n"),
    "sr860": Manner(
        answer=b"SR860",
        options=({}, {"strict": True}, {"clips": True, "lia_latch": "edge"}, {"offset_in_outputs": True}),
    ),
    "sr865a": Manner(answer=b"SR865A"),
    "lakeshore_421": Manner(answer=b"LSCI,MODEL421", heads=_COMMON, options=({}, {"micro": "n"}, {"probe": "none"})),
    "lakeshore_425": Manner(answer=b"LSCI,MODEL425", heads=_COMMON, options=_GAUSS),
    "lakeshore_455": Manner(answer=b"LSCI,MODEL455", heads=_COMMON, options=_GAUSS),
    "lakeshore_475": Manner(answer=b"LSCI,MODEL475", heads=_COMMON, options=_GAUSS),
    "lakeshore_f41": Manner(answer=b"LSCI,F41", heads=_COMMON),
    "lakeshore_f71": Manner(answer=b"LSCI,F71", heads=_COMMON, options=({}, {"axis": "Z"}, {"probe": "none"})),
    "and_balance": Manner(
        b"?SN",
        b"12345678",
        heads="PT: PT:0.1 ?PT PT:-1 SIR Q",
        options=({}, {"format": "csv"}, {"ercd": True}, {"stream": True}, {"print_key_s": 0.7}),
        **_BALANCE,
    ),
    "mt_sics": Manner(
        b"@",
        b"I4 A",
        heads="SIU SU SRU I6 M27 M29 PWR TST1",
        options=({}, {"unit": "mg"}, {"print_key_s": 0.7}, {"internal_weight": False}),
        **_BALANCE,
    ),
    "ohaus": Manner(
        b"PSN",
        b"B401234567",
        b"AC\r\n",
        "0P 5P 999P 99999P 1U 9T 1RL xP xU 10A 5C 2F",
        ({}, {"ok": True, "overload": "silent"}, {"adjusting": "ES"}, {"print_key_s": 0.7}),
        **_BALANCE,
    ),
    "sartorius_sbi": Manner(
        b"\x1bx2_",
        b"0031700123",
        b"",
        _SBI,
        ({}, {"prints": "automatic"}, {"old": True}, {"brackets": True}),
        **_BALANCE,
    ),
    "keithley_2000": Manner(answer=b"MODEL 2000", before=b"ABOR\n", heads=_COMMON, options=({}, {"terminals": "hall"})),
    "keithley_2182a": Manner(answer=b"MODEL 2182A", before=b"ABOR\n", heads=_COMMON),
    "keysight_33220a": Manner(answer=b"33220A", heads=_COMMON),
    "keysight_33500": Manner(answer=b"33511B", heads=_COMMON),
    "keysight_34461a": Manner(answer=b"34461A", heads=_COMMON),
    "keysight_e4980a": Manner(answer=b"E4980A", heads=_COMMON),
    "lakeshore_335": Manner(answer=b"LSCI,MODEL335", heads=_COMMON),
    "lakeshore_336": Manner(answer=b"LSCI,MODEL336", heads=_COMMON),
    "newport_esp301": Manner(b"VE?", b"Version", heads=_ESP, between=("", " "), options=({}, {"axis": 2})),
    "operator": Manner(
        answer=b"SIMULATED OPERATOR",
        heads="MOUNT UNMOUNT HANG UNHANG DONE? *IDN? MOUNT? mount LIST?",
        between=(" ", "  ", ""),
    ),
}


def manner_of(kind: str) -> Manner:
    """How a kind is spoken to; one that is not written down here speaks IEEE 488.2."""
    return _MANNERS.get(kind, Manner(heads=_COMMON))
