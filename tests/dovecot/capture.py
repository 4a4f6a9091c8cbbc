"""Regenerate what ``fixtures`` holds of running Dovecot servers: ``captured``, and a log in ``first-day``.

usage: python tests/dovecot/capture.py [--only NAME]

Needs Dovecot 2.3 and the trixie root with 2.4 (tests/dovecot/make-trixie-root), and root.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY))

from tests.dovecot.captures import (  # noqa: E402
    chains,
    checks24,
    dumps,
    events,
    fields,
    first_day,
    logs,
    messages,
    metadata,
    old_names,
    scripts,
    verdicts,
)
from tests.dovecot.captures.common import FIXTURES, Bench, Record  # noqa: E402
from tests.dovecot.harness.installations import UnavailableError, find_23, find_24  # noqa: E402
from tests.dovecot.harness.listener import HttpListener  # noqa: E402
from tests.dovecot.harness.pool import Pool  # noqa: E402

CAPTURES: dict[str, Callable[[Bench], Iterator[Record]]] = {
    "chains": chains.capture,
    "checks-2.4": checks24.capture,
    "dumps": dumps.capture,
    "events": events.capture,
    "fields": fields.capture,
    "logs": logs.capture,
    "messages": messages.capture,
    "metadata": metadata.capture,
    "old-names": old_names.capture,
    "scripts": scripts.capture,
    "verdicts": verdicts.capture,
}
TEXTS: dict[str, Callable[[Bench], str]] = {"first-day/mail.log": first_day.capture}
"""What is no list of records: a file below fixtures."""
LARGE = ("events", "logs", "scripts")
"""Files that are kept compressed."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Regenerate fixtures from running Dovecot servers.")
    parser.add_argument("--only", choices=sorted([*CAPTURES, *TEXTS]), help="only this file")
    only = parser.parse_args().only
    try:
        installations = {"2.3": find_23(), "2.4": find_24(os.environ)}
    except UnavailableError as error:
        sys.stderr.write(f"capture: {error}\n")
        return 1
    with ExitStack() as stack:
        pools = {name: stack.enter_context(closing(Pool(found))) for name, found in installations.items()}
        bench = Bench(pools, stack.enter_context(HttpListener()))
        for name in [only] if only else sorted([*CAPTURES, *TEXTS]):
            if name in TEXTS:
                write_text(FIXTURES / name, TEXTS[name](bench))
            else:
                write(FIXTURES / "captured" / f"{name}.jsonl{'.gz' * (name in LARGE)}", CAPTURES[name](bench))
    return 0


def write(path: Path, records: Iterator[Record]) -> None:
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
    path.parent.mkdir(parents=True, exist_ok=True)
    data = "".join(lines).encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    sys.stdout.write(f"{path.relative_to(REPOSITORY)}: {len(lines)} records\n")


def write_text(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    sys.stdout.write(f"{path.relative_to(REPOSITORY)}: {len(text.splitlines())} lines\n")


if __name__ == "__main__":
    sys.exit(main())
