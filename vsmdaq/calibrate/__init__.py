"""From runs to dated calibration artefacts."""

from vsmdaq.calibrate.artefacts import artefact_of

__all__ = ["artefact_of"]
