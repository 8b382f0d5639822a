"""The operator of an unattended run: nobody."""

from __future__ import annotations

from vsmdaq_drivers.contracts import OperatorError, OperatorStep

__all__ = ["UnattendedOperator"]


class UnattendedOperator:
    """Takes every step as done, and says so in the record; `--yes` puts it in the place of the prompt."""

    @property
    def name(self) -> str:
        """Get who it is, for messages."""
        return "unattended operator"

    def identify(self) -> str:
        """Get what stands in the record."""
        return "nobody (--yes)"

    def prepare(self) -> None:
        """Nothing to prepare."""

    def perform(self, step: OperatorStep) -> str:
        """Take the step as done.

        Raises
        ------
        OperatorError
            A step whose outcome the measurement depends on: nobody turned the dial, nobody read it.
        """
        if step.action in {"move", "heat", "read"}:
            raise OperatorError(f"nobody is there (--yes) for: {step.text}", instrument=self.name)
        return f"taken as done without asking (--yes): {step.text}"

    def close(self) -> None:
        """Nothing to release."""
