"""The sections that Dovecot has without a configuration, as captured from ``doveconf``.

The files are configurations themselves: what doveconf prints. Sections of 2.3 called ``template`` show
what a new one contains.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from dovecot_conf.configuration import Configuration
from dovecot_conf.evaluate import Surroundings
from dovecot_conf.files import Files
from dovecot_conf.reading import Reading
from dovecot_conf.versions import Version


def reading_of(configuration: Configuration) -> Reading:
    """Return what was read, to be evaluated once more."""
    return Reading(
        configuration.document, [node for node, _ in configuration.walk()], list(configuration.files)
    )


def default_configuration(version: Version) -> Configuration:
    """Return the captured configuration."""
    from dovecot_conf.loading import loads  # noqa: PLC0415 - the reader, only when something is printed

    path = Path(__file__).with_name("data") / f"sections-{version}.conf"
    return loads(path.read_bytes(), filename=str(path), version=version)


def default_sections(version: Version) -> tuple[Reading, Surroundings]:
    """Return what was read of the captured configuration."""
    return reading_of(default_configuration(version)), Surroundings(Files(), {})


@cache
def built_in_groups() -> frozenset[tuple[str, str]]:
    """Return the groups that 2.4 defines itself, as (label, name) without the ``@``."""
    path = Path(__file__).with_name("data") / f"sections-{Version.V24}.conf"
    return frozenset(re.findall(r"^group @(\S+) (\S+) \{", path.read_text("utf-8"), re.MULTILINE))


NO_DEFAULT: Mapping[Version, frozenset[str]] = {
    Version.V23: frozenset(
        (
            "imap_urlauth_stream_user",
            "imap_urlauth_submit_user",
            "submission_backend_capabilities",
            "submission_max_mail_size",
        )
    ),
    Version.V24: frozenset(("submission_max_mail_size",)),
}
"""Settings of which ``doveconf -n`` shows any value: modules disagree about the default, or it is no text."""


@cache
def listed_otherwise(version: Version) -> dict[str, str | None]:
    """Return the plain settings of which ``doveconf -a`` shows another default, None for nothing at all."""
    path = Path(__file__).with_name("data") / f"unlisted-{version}.txt"
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {row[0]: row[1] if len(row) > 1 else None for row in rows}
