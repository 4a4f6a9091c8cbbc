"""The links of what a driver leads to: the endpoint of ox, the script of lua."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dovecot_conf import DriverDefinition
from dovecot_conf.base_dir import base_dir
from dovecot_conf.errors import DriverError
from dovecot_conf.versions import Version
from drivers.chain import LoadedDriver, NotLoadedDriver
from drivers.doctor.chains import chain_of, variables_of
from drivers.doctor.endpoint import check_endpoint
from drivers.doctor.endpoint_target import Target, ox_targets
from drivers.doctor.links import rights_of
from drivers.doctor.patient import Patient
from drivers.doctor.plugins import push_of
from drivers.doctor.script import check_script
from drivers.doctor.script_place import script_place
from drivers.expansion import expanded_plugin
from mailstore.links import Link


def check_ox_endpoint(
    patient: Patient, protocol: str, entry: LoadedDriver | NotLoadedDriver
) -> tuple[Link, ...]:
    """Follow the way of an ox driver to its endpoint; nothing for one that another thing keeps out."""
    if patient.once(chain_of, protocol).fatal:
        # Where it would go isn't known: its %variables can't be expanded.
        return ()
    for definition, target in patient.once(targets_of, protocol):
        if definition is entry.definition:
            return check_endpoint(target, patient.probe)
    return ()


def targets_of(patient: Patient, protocol: str) -> tuple[tuple[DriverDefinition, Target], ...]:
    """Return where the ox drivers of a protocol send to, each with its definition."""
    chain, version = patient.once(chain_of, protocol), patient.configuration.version
    return ox_targets(chain, version, _base_dir(patient), patient.once(rights_of, protocol))


def check_lua_script(
    patient: Patient, protocol: str, entry: LoadedDriver | NotLoadedDriver
) -> tuple[Link, ...]:
    """Look at the script of a lua driver with the rights of the user's mail processes."""
    version = patient.configuration.version
    try:
        plugin = _plugin(patient, protocol) if version is Version.V23 else {}
    except DriverError:
        return ()
    place = script_place(entry.definition, version, plugin, patient.places.root)
    return check_script(place, patient.once(rights_of, protocol))


def _base_dir(patient: Patient) -> Path | None:
    """Return the folder of the server's sockets, None where it is another machine's."""
    if patient.places.root is not None or patient.is_example:
        return None
    return Path(base_dir(patient.configuration))


def _plugin(patient: Patient, protocol: str) -> Mapping[str, str]:
    push = patient.once(push_of, protocol)
    variables = patient.once(variables_of, protocol)
    return expanded_plugin(push, variables, show_secrets=patient.show_secrets)
