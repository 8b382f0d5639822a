"""Data buffer of the SR830: X and Y sampled by the instrument itself, at its own fixed rate, and how they are fetched.

What the manual leaves open, and what is done about it:

* The buffer stores what the displays show (manual), with offset and ratio. Before a scan X and Y without ratio are put on the
  displays and read back; an offset or expand is refused. All of it is looked at again when the buffer is read.
* An SR810 has one display and stores one channel of 8191 points (its manual): refused.
* Whether the first sample is taken at the start or one interval later is not said: a reading tells its time with that uncertainty.
* In loop mode the points are counted from the newest, which moves (manual): storage is paused before anything is read, and
  the number of points must be the same before and after the transfer.
* The binary forms have no header and no check: the exponents of ``TRCL?`` must be within 0 to 248, numbers finite and within the range
  of the display, and the next reply must be readable, which it is not where bytes are left over.
* Binary transfer is not recommended on RS-232 (manual), ``TRCL?`` is the fastest (manual): text on a serial port, ``TRCL?`` elsewhere,
  unless the option `transfer` says otherwise. Blocks are short enough for a time-out of two seconds at 9600 baud.
* ``TRCA?`` ends with a comma (manual); a reply without one is taken too.

Source: SR830 manual (Stanford Research Systems), p. 5-12 to 5-18.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from typing import Literal

from vsmdaq_drivers.contracts import BufferReading, LimitError, Link, LockInStatus, RefusedError, ReplyError
from vsmdaq_drivers.lockins.sr830_tables import SAMPLE_RATES_HZ, SENSITIVITIES_V_RMS, index_of
from vsmdaq_drivers.replies import parse_floats, parse_integers

__all__ = ["CAPACITY", "TRANSFERS", "DataBuffer", "Transfer"]

CAPACITY = 16383
Transfer = Literal["lia", "ieee", "ascii"]
TRANSFERS: tuple[Transfer, ...] = ("lia", "ieee", "ascii")

_QUERIES = {"lia": "TRCL?", "ieee": "TRCB?", "ascii": "TRCA?"}
_BLOCK_POINTS = {"lia": 500, "ieee": 500, "ascii": 50}
_DISPLAY_LIMIT = 1.1  # of full scale; the instrument clips at 1.09
_BIAS, _HIGHEST_EXPONENT = 124, 248
_CHANNELS = (1, 2)


class DataBuffer:
    """The buffer of one SR830.

    Parameters
    ----------
    link : Link
        The wire.
    status : callable
        Gets and clears the lock-in's latched status.
    transfer : str or None
        How points are fetched; None chooses by the wire.
    """

    def __init__(self, link: Link, status: Callable[[], LockInStatus], *, transfer: Transfer | None) -> None:
        self._link = link
        self._status = status
        self._transfer = transfer
        self._loop = False
        self._rate = 0
        self._started_s: tuple[float, float] | None = None  # before and after the command
        self._stopped_s: tuple[float, float] | None = None

    def points(self) -> int:
        """Number of points stored."""
        return self._integer("SPTS?", CAPACITY)

    def start(self, rate_hz: float, *, loop: bool) -> None:
        """Forget what is stored and begin to store X and Y."""
        rate = index_of("sample rate", rate_hz, SAMPLE_RATES_HZ, "Hz", instrument=self._link.name)
        self._started_s = self._stopped_s = None
        if re.search("SR810", self._link.query("*IDN?"), re.IGNORECASE):
            reason = "an SR810 has one display, it cannot store X and Y"
            raise RefusedError("start_scan", reason, instrument=self._link.name)
        self._link.write("PAUS")
        self._link.write("REST")
        self._set("FAST", 0)
        for channel in _CHANNELS:
            self._link.write(f"DDEF {channel},0,0")
        self._check_displays()
        self._set("SRAT", rate)
        self._set("SEND", int(loop))
        self._set("TSTR", 0)
        left = self.points()
        if left:
            raise RefusedError("REST", f"{left} points are still stored", instrument=self._link.name)
        self._status()  # what happened before belongs to no sample
        self._loop, self._rate = loop, rate
        before_s = self._link.clock.now()
        self._link.write("STRT")
        self._started_s = (before_s, self._link.clock.now())

    def stop(self) -> None:
        """Pause storage."""
        before_s = self._link.clock.now()
        self._link.write("PAUS")
        if self._stopped_s is None:
            self._stopped_s = (before_s, self._link.clock.now())

    def read(self, start: int, count: int | None) -> BufferReading:
        """Stop, and fetch `count` points from `start` on; all where it is None."""
        if not 0 <= start < CAPACITY:
            raise LimitError("first point", start, 0, CAPACITY - 1, "", instrument=self._link.name)
        if count is not None and not 1 <= count <= CAPACITY:
            raise LimitError("number of points", count, 1, CAPACITY, "", instrument=self._link.name)
        if self._started_s is None:
            raise RefusedError("read_buffer", "no scan was started", instrument=self._link.name)
        self.stop()
        stored = self.points()
        wanted = stored - start if count is None else count
        if wanted < 1 or start + wanted > stored:
            asked = f"points {start} to {start + max(wanted, 1) - 1}"
            raise RefusedError(asked, f"it has stored {stored} points", instrument=self._link.name)
        rate = self._integer("SRAT?", len(SAMPLE_RATES_HZ))
        if rate != self._rate:
            reason = f"SRAT? gives {rate}, the scan was started with {self._rate}"
            raise RefusedError("read_buffer", reason, instrument=self._link.name)
        self._check_displays()
        full_scale = SENSITIVITIES_V_RMS[self._integer("SENS?", len(SENSITIVITIES_V_RMS) - 1)]
        x_v_rms, y_v_rms = (self._channel(channel, start, wanted, full_scale) for channel in _CHANNELS)
        after = self.points()
        if after != stored:
            raise RefusedError("PAUS", f"points are still stored: {stored}, then {after}", instrument=self._link.name)
        interval_s = 1.0 / SAMPLE_RATES_HZ[rate]
        time_s, uncertainty_s = self._first_sample(stored, interval_s, self._started_s)
        return BufferReading(x_v_rms, y_v_rms, interval_s, time_s + start * interval_s, uncertainty_s, self._status())

    def _first_sample(self, stored: int, interval_s: float, started_s: tuple[float, float]) -> tuple[float, float]:
        """Bench time of the first point stored, and how much later it may be."""
        if self._loop and stored == CAPACITY and self._stopped_s is not None:
            before_s, after_s = self._stopped_s  # older ones were pushed out: counted from the last
            return before_s - stored * interval_s, interval_s + after_s - before_s
        before_s, after_s = started_s
        return before_s, interval_s + after_s - before_s

    def _channel(self, channel: int, start: int, count: int, full_scale_v_rms: float) -> tuple[float, ...]:
        form = self._transfer or ("ascii" if self._link.serial_poll() is None else "lia")
        values: list[float] = []
        while len(values) < count:
            size = min(count - len(values), _BLOCK_POINTS[form])
            command = f"{_QUERIES[form]} {channel},{start + len(values)},{size}"
            block = self._block(form, command, size)
            beyond = [value for value in block if not abs(value) <= _DISPLAY_LIMIT * full_scale_v_rms]
            if beyond:
                expected = f"at most {_DISPLAY_LIMIT:g} times the full scale of {full_scale_v_rms:g} V"
                raise ReplyError(command, f"{beyond[0]:g}", expected, instrument=self._link.name)
            values += block
        return tuple(values)

    def _block(self, form: str, command: str, count: int) -> tuple[float, ...]:
        if form == "ascii":
            reply = self._link.query(command)
            return parse_floats(command, reply.rstrip(" ").removesuffix(","), count, instrument=self._link.name)
        data = self._link.query_bytes(command, 4 * count)
        if form == "ieee":
            return struct.unpack(f"<{count}f", data)
        pairs = list(struct.iter_unpack("<hh", data))
        for mantissa, exponent in pairs:
            if not 0 <= exponent <= _HIGHEST_EXPONENT:
                shown = f"mantissa {mantissa}, exponent {exponent}"
                raise ReplyError(command, shown, f"exponents of 0 to {_HIGHEST_EXPONENT}", instrument=self._link.name)
        return tuple(math.ldexp(mantissa, exponent - _BIAS) for mantissa, exponent in pairs)

    def _check_displays(self) -> None:
        """X and Y must be shown, without ratio, offset or expand."""
        for channel, name in zip(_CHANNELS, "XY", strict=True):
            for query, what in ((f"DDEF? {channel}", "shown"), (f"OEXP? {channel}", "without offset and expand")):
                reply = self._link.query(query)
                if parse_floats(query, reply, 2, instrument=self._link.name) != (0.0, 0.0):
                    reason = f"{name} is not {what}: {reply!r} instead of zeros"
                    raise RefusedError(query, reason, instrument=self._link.name)

    def _set(self, mnemonic: str, value: int) -> None:
        self._link.write(f"{mnemonic} {value}")
        found = self._integer(f"{mnemonic}?", len(SAMPLE_RATES_HZ))
        if found != value:
            raise RefusedError(f"{mnemonic} {value}", f"it reads back {found}", instrument=self._link.name)

    def _integer(self, query: str, highest: int) -> int:
        return parse_integers(query, self._link.query(query), 1, highest=highest, instrument=self._link.name)[0]
