"""The run on disk: journal, events, results, calibrations, and the lock on the bench. Nothing announced is lost."""

from vsmdaq.record.artefact_json import artefact_digest, artefact_from_json, artefact_to_json
from vsmdaq.record.artefacts import (
    all_artefacts,
    find_artefacts,
    latest_artefact,
    load_artefact,
    save_artefact,
    survey_artefacts,
)
from vsmdaq.record.atomic import sync_directory, write_atomically
from vsmdaq.record.errors import LockedError, RecordError
from vsmdaq.record.events import BEGINNINGS, EventLog, read_events
from vsmdaq.record.folder import RunFolder, next_run_id
from vsmdaq.record.journal import Journal, JournalContents, journal_kind, read_journal
from vsmdaq.record.lock import BenchLock, Holder, default_state_dir, request_stop
from vsmdaq.record.results import covariance_matrix, load_result, result_from_json, result_to_json, save_result
from vsmdaq.record.samples import PointSamples, SampleLog, read_samples
from vsmdaq.record.table import read_mh_csv, write_mh_csv

__all__ = [
    "BEGINNINGS",
    "BenchLock",
    "EventLog",
    "Holder",
    "Journal",
    "JournalContents",
    "LockedError",
    "PointSamples",
    "RecordError",
    "RunFolder",
    "SampleLog",
    "all_artefacts",
    "artefact_digest",
    "artefact_from_json",
    "artefact_to_json",
    "covariance_matrix",
    "default_state_dir",
    "find_artefacts",
    "journal_kind",
    "latest_artefact",
    "load_artefact",
    "load_result",
    "next_run_id",
    "read_events",
    "read_journal",
    "read_mh_csv",
    "read_samples",
    "request_stop",
    "result_from_json",
    "result_to_json",
    "save_artefact",
    "save_result",
    "survey_artefacts",
    "sync_directory",
    "write_atomically",
    "write_mh_csv",
]
