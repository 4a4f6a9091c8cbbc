"""The configurations that mutations start from: fixtures, examples of the rules, Debian's own files."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dovecot_conf import Version
from dovecot_conf.syntax_rules import SYNTAX_RULES
from tests.fuzz.texts import VERSION_LINES, Text

REPOSITORY = Path(__file__).parents[2]
CASES = REPOSITORY / "fixtures/reference/config-cases.jsonl"
DEFAULTS = REPOSITORY / "dovecot_conf/data"


def corpus(version: Version, installed: Path | None = None) -> list[Text]:
    """Return the texts of a version; ``installed`` is the root of a system with Debian's files in /etc."""
    texts = [*_fixtures(version), *_cases(version), *_examples(version)]
    if installed is not None:
        texts += _debian(version, installed / "etc/dovecot")
    return texts


def _fixtures(version: Version) -> Iterator[Text]:
    for path in sorted(REPOSITORY.glob(f"fixtures/**/*{version}*.conf")):
        yield Text(version, path.read_bytes())
    yield Text(version, (REPOSITORY / "fixtures/first-day/broken.conf").read_bytes())
    yield Text(version, _with_version_lines(version, (DEFAULTS / f"sections-{version}.conf").read_bytes()))


def _cases(version: Version) -> Iterator[Text]:
    for line in CASES.read_text("utf-8").splitlines():
        case: dict[str, Any] = json.loads(line)
        if case["dialect_hint"] not in (version, "both"):
            continue
        text = base64.b64decode(case["text_b64"]) if "text_b64" in case else case["text"].encode()
        if version is Version.V24 and "v24_prelude" in case:
            text = VERSION_LINES + text
        yield Text(version, text, {name: found.encode() for name, found in case.get("files", {}).items()})


def _examples(version: Version) -> Iterator[Text]:
    for rule in SYNTAX_RULES:
        for example in (rule.bad, rule.good):
            if example.version is version:
                files = {name: text.encode() for name, text in example.files.items()}
                yield Text(version, example.text.encode(), files)


def _debian(version: Version, folder: Path) -> Iterator[Text]:
    """Yield Debian's tree, and each of its files alone."""
    paths = [path for path in sorted(folder.rglob("*.conf*")) if path.is_file()]
    files = {str(path.relative_to(folder)): path.read_bytes() for path in paths}
    main = files.pop("dovecot.conf", None)
    if main is not None:
        yield Text(version, main, files)
    for text in files.values():
        yield Text(version, _with_version_lines(version, text))


def _with_version_lines(version: Version, text: bytes) -> bytes:
    lacking = version is Version.V24 and b"dovecot_config_version" not in text
    return VERSION_LINES + text if lacking else text
