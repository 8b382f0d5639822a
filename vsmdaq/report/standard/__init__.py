"""Reports in the shape of a standard: ASTM A342 method 5, IEC 60404-15, IEC 60404-18."""

from vsmdaq.report.standard.build import STANDARDS, standard_named, standard_report
from vsmdaq.report.standard.fields import StandardReport
from vsmdaq.report.standard.page import standard_html
from vsmdaq.report.standard.source import Source
from vsmdaq.report.standard.standard import Standard
from vsmdaq.report.standard.to_json import SCHEMA, report_to_json
from vsmdaq.report.standard.units import SYSTEMS, System

__all__ = [
    "SCHEMA",
    "STANDARDS",
    "SYSTEMS",
    "Source",
    "Standard",
    "StandardReport",
    "System",
    "report_to_json",
    "standard_html",
    "standard_named",
    "standard_report",
]
