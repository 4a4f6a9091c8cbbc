"""What is known of the lines that Dovecot logs when a driver fails at the event."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from drivers.chain import Chain
from drivers.doctor.chains import title
from drivers.doctor.log.text import Table, strip
from drivers.doctor.patient import Patient
from drivers.report import SimulationReport
from mailstore.links import Link

_OURSELVES = "pushnotif doctor"
_CHECK_LUA = "pushnotif lua check"


def advice(patient: Patient, chain: Chain, link: Link, report: SimulationReport) -> Iterator[str]:
    """Yield what is to be done where the driver of a link failed, as for the same lines of a log."""
    table, check = Table(), _check_of(patient, chain, link.name)
    name = link.name.partition(" ")[0].lower()
    for line in report.log:
        # Behind the first line is where it happened in a script.
        meaning = table.find(strip(line.message.partition("\n")[0]).text) if line.level.is_failure else None
        if meaning is None or meaning.message.driver != name or not meaning.detail:
            continue
        if meaning.detail not in link.seen:
            continue
        values = {**meaning.values, "user": report.user}
        for remedy in meaning.message.remedy:
            if not remedy.startswith(_OURSELVES):
                yield check if check and remedy == _CHECK_LUA else remedy.format_map(values)


def _check_of(patient: Patient, chain: Chain, name: str) -> str:
    """Return the command that looks at the script of a driver, '' where there is none."""
    scripts = (
        getattr(entry.driver, "script_path", "") for entry in chain.loaded if title(entry.definition) == name
    )
    script = next(scripts, "")
    words = (*_CHECK_LUA.split(), "--dovecot-version", patient.configuration.version, script)
    return shlex.join(words) if script else ""
