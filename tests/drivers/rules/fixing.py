"""Fixing a configuration in a folder, for tests: what the command line does, without writing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dovecot_conf import Version, load
from dovecot_conf.files import Changed, Files
from dovecot_conf.lint import Catalogue, Context, lint_context
from dovecot_conf.lint.docs import Example
from dovecot_conf.lint.fixes.engine import Fixed, Judge, Judged, fix_all
from dovecot_conf.source import encode
from drivers.rules import all_rules

CATALOGUE = Catalogue(all_rules())
FIXED_IN_THE_OTHER_VERSION = {("PN211", "2.4"), ("PN213", "2.4"), ("PN704", "2.3")}
"""Rules that know what to write in one version only."""


def write(example: Example, root: Path) -> Path:
    """Write an example and its files below ``root``; return the main file."""
    for path, content in example.files:
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
    main = root / "dovecot.conf"
    main.write_text(example.text)
    return main


def judge_of(main: Path, root: Path | None = None, version: Version | None = None) -> Judge:
    """Return what judges the configuration with some of its files changed."""

    def judge(texts: Mapping[str, str]) -> Judged:
        changed = Changed({place: encode(text) for place, text in texts.items()})
        configuration = load(main, root=root, version=version, changed=changed)
        context = Context(configuration, root, changed)
        found = lint_context(context, CATALOGUE)
        sources = [*configuration.files, *context.sources.values()]
        files = Files(root, changed)
        places = {source.path: files.place(source.path) for source in sources}
        return Judged(found, {places[source.path]: source.text for source in sources}, places)

    return judge


def fix_in_place(
    main: Path, *, unsafe: bool, root: Path | None = None, version: Version | None = None
) -> Fixed:
    """Fix a configuration and write what changed."""
    fixed = fix_all(judge_of(main, root, version), unsafe=unsafe)
    for place, text in fixed.texts.items():
        Path(place).write_bytes(encode(text))
    return fixed
