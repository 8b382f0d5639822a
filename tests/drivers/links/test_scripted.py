from __future__ import annotations

import pytest

from vsmdaq_drivers.contracts import LinkTimeoutError
from vsmdaq_drivers.links.scripted import ScriptedClock, ScriptedLink


def test_it_follows_the_script():
    with ScriptedLink([("A", None), ("B?", "1"), (None, "2"), ("C?", "3")], message_s=0.5) as link:
        link.write("A")
        assert link.query("B?") == "1"
        assert link.read() == "2"
        assert link.query("C?") == "3"
        assert link.sent == ("A", "B?", "C?")
        assert link.clock.now() == 3.0


def test_another_line_is_an_error():
    with pytest.raises(AssertionError, match=r"sent 'B', the script expects 'A'"):
        ScriptedLink([("A", None)]).write("B")
    with pytest.raises(AssertionError, match=r"sent 'B', the script expects 'nothing more'"):
        ScriptedLink().write("B")


def test_a_read_without_reply_is_an_error():
    with pytest.raises(AssertionError, match="has no reply"):
        ScriptedLink([("A", None)]).query("A")


def test_what_is_left_over_is_an_error():
    link = ScriptedLink([("A?", "1"), ("B", None)])
    link.write("A?")
    with pytest.raises(AssertionError, match=r"not sent \[\('B', None\)\], not read \['1'\]"):
        link.finish()


def test_errors_of_the_wire_can_be_scripted():
    silence = LinkTimeoutError("nothing came.")
    with ScriptedLink([("A?", silence)]) as link, pytest.raises(LinkTimeoutError):
        link.query("A?")


def test_its_clock():
    clock = ScriptedClock(10.0)
    clock.sleep(2.0)
    assert clock.now() == 12.0
    assert clock.utc().isoformat() == "2000-01-01T00:00:12+00:00"
    with pytest.raises(ValueError, match="cannot sleep"):
        clock.sleep(-1.0)
