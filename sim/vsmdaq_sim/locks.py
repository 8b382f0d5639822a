"""Locks of the resources of a bench (VPP-4.3, 3.6): exclusive, or shared among all who know the key.

A session that holds a shared lock may get an exclusive one on top, which keeps the other sharers out. Locks nest; each is
given back once. What a session may not have now it may wait for, but in a bench without threads nobody gives it back meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pyvisa import constants

__all__ = ["Locks"]

_CODE = constants.StatusCode
_STATE = constants.AccessModes


@dataclass(slots=True)
class _Lock:
    """Who holds what of one resource: the exclusive one and how often; the shared ones and how often."""

    exclusive: object | None = None
    depth: int = 0
    key: str = ""
    sharers: dict[object, int] = field(default_factory=dict)

    def empty(self) -> bool:
        return self.exclusive is None and not self.sharers


class Locks:
    """The table of locks, by the address of the resource; a holder is whatever tells sessions apart.

    Attributes
    ----------
    any : bool
        Whether there is a lock at all.
    """

    def __init__(self) -> None:
        self.any = False
        self._locks: dict[str, _Lock] = {}
        self._keys = 0

    def excludes(self, address: str, holder: object) -> bool:
        """Whether the locks of others keep this session from the resource."""
        lock = self._locks.get(address)
        if lock is None:
            return False
        if lock.exclusive is not None:
            return lock.exclusive is not holder
        return holder not in lock.sharers

    def state(self, address: str) -> constants.AccessModes:
        """What kind of lock there is on the resource."""
        lock = self._locks.get(address)
        if lock is None:
            return _STATE.no_lock
        return _STATE.shared_lock if lock.exclusive is None else _STATE.exclusive_lock

    def exclusive(self, address: str, holder: object) -> constants.StatusCode | None:
        """Take an exclusive lock; None while others hold one that forbids it."""
        lock = self._locks.get(address) or _Lock()
        held = lock.exclusive is not None or bool(lock.sharers)
        if held and self.excludes(address, holder):
            return None
        lock.exclusive = holder
        lock.depth += 1
        self._keep(address, lock)
        return _CODE.success if lock.depth == 1 else _CODE.success_nested_exclusive

    def shared(self, address: str, holder: object, key: str | None) -> tuple[str, constants.StatusCode] | None:
        """Take a shared lock, with a key of one's own choice or (None) a new one; None while it is locked otherwise.

        Returns
        -------
        key : str
            Which others give to share the lock.
        status : StatusCode
            An error where the session shares it by another key.
        """
        lock = self._locks.get(address) or _Lock()
        if lock.exclusive is not None and lock.exclusive is not holder:
            return None
        if holder in lock.sharers:
            if key is not None and key != lock.key:
                return "", _CODE.error_invalid_access_key
        elif lock.sharers and key != lock.key:
            return None
        if not lock.sharers:
            self._keys += key is None
            lock.key = f"vsmsim-{self._keys}" if key is None else key
        lock.sharers[holder] = lock.sharers.get(holder, 0) + 1
        self._keep(address, lock)
        return lock.key, _CODE.success if lock.sharers[holder] == 1 else _CODE.success_nested_shared

    def release(self, address: str, holder: object) -> constants.StatusCode:
        """Give back the latest lock; the status tells which one is left, or that there was none."""
        lock = self._locks.get(address)
        if lock is None or (lock.exclusive is not holder and holder not in lock.sharers):
            return _CODE.error_session_not_locked
        if lock.exclusive is holder:
            lock.depth -= 1
            lock.exclusive = holder if lock.depth else None
        else:
            lock.sharers[holder] -= 1
            if not lock.sharers[holder]:
                del lock.sharers[holder]
        self._keep(address, lock)
        if lock.exclusive is holder:
            return _CODE.success_nested_exclusive
        return _CODE.success_nested_shared if holder in lock.sharers else _CODE.success

    def forget(self, address: str, holder: object) -> None:
        """The session has ended: all its locks are given back."""
        while self.release(address, holder) != _CODE.error_session_not_locked:
            pass

    def _keep(self, address: str, lock: _Lock) -> None:
        if lock.empty():
            self._locks.pop(address, None)
        else:
            self._locks[address] = lock
        self.any = bool(self._locks)
