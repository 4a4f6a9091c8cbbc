"""What a log of Dovecot says about push notifications: lines, what they mean, and what they come to.

:func:`read` takes lines apart, :func:`explain` tells what they come to for a user, :func:`links` puts
that into the chain of the doctor. What Dovecot can write is data (``messages*``).
"""

from drivers.doctor.log.evidence import Evidence, Finding, Outcome, Protocol, Session, protocols_seen
from drivers.doctor.log.explain import explain
from drivers.doctor.log.lines import LogLine, parse
from drivers.doctor.log.reading import LogError, Source, read, read_paths
from drivers.doctor.log.view import links

__all__ = [
    "Evidence",
    "Finding",
    "LogError",
    "LogLine",
    "Outcome",
    "Protocol",
    "Session",
    "Source",
    "explain",
    "links",
    "parse",
    "protocols_seen",
    "read",
    "read_paths",
]
