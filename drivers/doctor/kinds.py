"""What is looked at below a driver that is loaded: a table by the kind of the driver.

A driver of a site brings its checks itself, as ``Driver.doctor_checks``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from drivers.chain import LoadedDriver
from drivers.doctor.metadata import check_metadata
from drivers.doctor.patient import Patient
from mailstore.links import Link

Checked = Callable[[Patient, str, LoadedDriver], tuple[Link, ...]]
"""Looks at a driver that is loaded for a protocol."""


CHECKS: Mapping[str, tuple[Checked, ...]] = {
    "dlog": (),
    "ox": (check_metadata,),
    "lua": (check_metadata,),
}
"""The checks below a driver of each kind, in their order."""


def links_below(patient: Patient, protocol: str, entry: LoadedDriver) -> Iterator[Link]:
    """Yield the links that hang below a driver."""
    for check in (*CHECKS.get(entry.driver.name, ()), *entry.driver.doctor_checks):
        yield from check(patient, protocol, entry)
