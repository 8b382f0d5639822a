"""What the temperature controllers keep beside control. Oracles: the manuals' formats, and what Lake Shore's own package reads."""

from __future__ import annotations

from typing import Any

import pytest

from vsmdaq_sim.instruments.common.arguments import RefusedCommandError
from vsmdaq_sim.instruments.common.dialect import Dialect
from vsmdaq_sim.instruments.others.lakeshore_335.panel import Panel


class Room:
    def __init__(self, letters: str) -> None:
        self.kelvin: dict[str, float | None] = dict.fromkeys(letters, 295.15)
        self.noted: list[str] = []
        self.panel = Panel(letters, lambda letter: self.kelvin[letter], self.noted.append)
        self.dialect = Dialect(self.panel.table(), identity="", reset=self.panel.reset, condition=lambda: 0)
        self("*CLS")  # power on

    def __call__(self, message: str) -> Any:
        replies = self.dialect.execute(message, message_available=False)
        return replies[0] if replies else None


@pytest.fixture(params=["AB", "ABCD"])
def room(request: Any) -> Room:
    return Room(request.param)


@pytest.mark.parametrize(
    ("text", "query", "kept"),
    [
        ("ALARM A,1,310,290,1,0,1,1", "ALARM? A", "1,310,290,1,0,1,1"),
        ("DIOCUR B,1", "DIOCUR? B", "1"),
        ("DISPFLD 3,2,1", "DISPFLD? 3", "2,1"),
        ("RELAY 2,1,B,0", "RELAY? 2", "1,B,0"),
        ("ZONE 1,4,20,50,20,0,0,2,1,5", "ZONE? 1,4", "20,50,20,0,0,2,1,5"),
        ("LEDS 0", "LEDS?", "0"),
        ("MODE 2", "MODE?", "2"),
        ("LOCK 1,456", "LOCK?", "1,456"),
        ("OPSTE 12", "OPSTE?", "12"),
        ('CRVHDR 21,"Our diode","D1",2,475,1', "CRVHDR? 21", "Our diode      ,D1        ,2,+475.000,1"),
        ("CRVPT 21,2,1.64429,1.4", "CRVPT? 21,2", "+1.64429,+1.40000"),
    ],
)  # fmt: skip
def test_what_is_set_is_kept(room: Room, text: str, query: str, kept: str):
    default = room(query)
    room(text)
    assert room(query) == kept != default
    assert room("*ESR?") == "000"
    assert room.dialect.unknown == []


def test_a_field_that_is_left_empty_stays(room: Room):
    room("ALARM A,1,310,290,1,0,1,1")
    room("ALARM A,0,,,,,,")
    assert room("ALARM? A") == "0,310,290,1,0,1,1"


@pytest.mark.parametrize(
    "text",
    ["ALARM Z,1,1,1,1,1,1,1", "DIOCUR A", "LEDS", "LEDS 1,2", "ZONE 1,11,1,1,1,1,1,1,1,1", "CRVPT 20,1,1,1",
     "CRVHDR 60,a,b,2,1,1", "CRVPT 21,201,1,1", "DISPFLD 9,1,1", "RELAY 3,1,A,0"],
)  # fmt: skip
def test_what_is_refused(room: Room, text: str):
    room(text)
    assert room("*ESR?") in {"016", "032"}


def test_alarms_and_relays_follow_the_temperature(room: Room):
    room("ALARM A,1,300,280,1,0,1,1")
    room("RELAY 1,2,A,2")
    for kelvin, alarm, relay in ((295.0, "0,0", "0"), (301.0, "1,0", "1"), (270.0, "0,1", "1"), (None, "0,0", "0")):
        room.kelvin["A"] = kelvin
        assert [room("ALARMST? A"), room("RELAYST? 1"), room("OPST?")] == [alarm, relay, f"{relay:0>3}"]
    room.kelvin["A"] = 301.0
    room("RELAY 1,2,A,0")  # low alarm only
    assert room("RELAYST? 1") == "0"
    room("RELAY 1,1,A,0")
    assert room("RELAYST? 1") == "1"


def test_extremes_are_those_that_were_seen(room: Room):
    for kelvin in (295.0, 310.0, 280.0, 300.0):
        room.kelvin["B"] = kelvin
        seen = room("MDAT? B")
    assert [float(text) for text in seen.split(",")] == [280.0, 310.0]
    room("MNMXRST")
    assert [float(text) for text in room("MDAT? B").split(",")] == [300.0, 300.0]


def test_a_curve_can_be_deleted_and_the_standard_ones_stay(room: Room):
    room("CRVPT 21,1,0.1,470;CRVPT 22,1,0.2,400")
    room("CRVDEL 21")
    assert [room("CRVPT? 21,1"), room("CRVPT? 22,1")] == ["+0.00000,+0.00000", "+0.20000,+400.00000"]
    assert room("CRVHDR? 2").startswith("DT-600")
    room("CRVDEL 2")
    assert room("*ESR?") == "016"


def test_reset_forgets_settings_and_keeps_curves(room: Room):
    room("LEDS 0;CRVPT 21,1,0.1,470")
    room("*RST")
    assert [room("LEDS?"), room("CRVPT? 21,1")] == ["1", "+0.10000,+470.00000"]


def test_what_the_models_have_each():
    small, large = Room("AB"), Room("ABCD")
    assert [small("EMUL?"), small("POLARITY?"), small("ANALOG? 2")] == ["0,0", "0", "0,1,+500.000,+0.0000,0"]
    assert large("NET?").count(",") == 9
    assert large("NETID?").count(",") == 8
    assert large("WEBLOG?") == '"",""'
    small("NET?")
    large("EMUL?")
    assert [small.dialect.unknown, large.dialect.unknown] == [["NET?"], ["EMUL?"]]


def test_autotune_and_softcal_are_noted(room: Room):
    room("ATUNE 1,2")
    room("SCAL 1,21,S1,4.2,1.6,77,1.0,305,0.5")
    assert room.noted == ["ATUNE 1,2", "SCAL 1,21,S1,4.2,1.6,77,1.0,305,0.5"]
    assert room("TUNEST?") == "0,1,0,00"


def test_an_unknown_letter_is_an_execution_error(room: Room):
    with pytest.raises(RefusedCommandError):
        room.panel.table()["ALARMST?"](("Z",))
