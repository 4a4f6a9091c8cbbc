"""Driver chains as JSON (schema: docs/schemas/drivers.schema.json)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from cli.render.chains import ProtocolChain
from dovecot_conf import Version
from drivers.chain import LoadedDriver, NotLoadedDriver
from drivers.report import Level


def to_json(version: Version, user: str | None, found: Sequence[ProtocolChain]) -> str:
    """Return one JSON document."""
    document = {
        "version": 1,
        "dovecot_version": version,
        "user": user,
        "protocols": [
            {
                "protocol": one.push.protocol,
                "plugins": list(one.push.plugins),
                "drivers": [_entry(one, entry) for entry in one.chain.entries],
                "log": [
                    f"{line.level}: {line.message}" for line in one.chain.log if line.level is not Level.DEBUG
                ],
            }
            for one in found
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _entry(one: ProtocolChain, entry: LoadedDriver | NotLoadedDriver) -> dict[str, object]:
    definition = entry.definition
    loaded = isinstance(entry, LoadedDriver)
    options = one.options(entry) if isinstance(entry, LoadedDriver) else ()
    return {
        "setting": definition.setting,
        "driver": definition.driver,
        "loads": loaded,
        "reason": entry.reason if isinstance(entry, NotLoadedDriver) else "",
        "file": definition.span.file,
        "line": definition.span.line,
        "column": definition.span.column,
        "options": [{"name": name, "value": value} for name, value in options],
    }
