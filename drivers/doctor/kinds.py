"""What is looked at below a driver: a table by the kind of the driver.

A driver of a site brings its checks itself, as ``Driver.doctor_checks``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from drivers.chain import LoadedDriver, NotLoadedDriver
from drivers.doctor.ends import check_lua_script, check_ox_endpoint
from drivers.doctor.metadata import check_metadata
from drivers.doctor.patient import Patient
from mailstore.links import Link

Entry = LoadedDriver | NotLoadedDriver
Checked = Callable[[Patient, str, Entry], tuple[Link, ...]]
"""Looks at a driver of a protocol; for one that isn't loaded it may say why."""

CHECKS: Mapping[str, tuple[Checked, ...]] = {
    "dlog": (),
    "ox": (check_ox_endpoint, check_metadata),
    "lua": (check_lua_script, check_metadata),
}
"""The checks below a driver of each kind, in their order."""


def links_below(patient: Patient, protocol: str, entry: Entry) -> Iterator[Link]:
    """Yield the links that hang below a driver."""
    name = entry.definition.driver
    driver = patient.registry.find(name)
    for check in (*CHECKS.get(name.lower(), ()), *(driver.doctor_checks if driver is not None else ())):
        yield from check(patient, protocol, entry)
