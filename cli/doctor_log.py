"""`pushnotif doctor --log FILE`: what Dovecot's log says about a user's push notifications."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from cli.output import write_result
from cli.render.doctor_log_json import to_json
from cli.render.doctor_log_text import text
from cli.render.styled import render, wants_color
from drivers.doctor.log.explain import explain
from drivers.doctor.log.reading import read_paths

FINE = 0
NOT_FINE = 1


def run_log(paths: Sequence[Path], user: str | None, format_: str, color: str, *, brief: bool) -> int:
    """Print what logs say, one after the other as if they were one; ``-`` is stdin.

    ``brief`` leaves out what is well. Returns 1 when the latest that a driver did for the user, or for
    anybody without one, is a failure, and when there is no line of Dovecot's at all.
    Raises LogError when a log can't be read, OutputError when the result can't be written.
    """
    evidence = explain(read_paths(paths, sys.stdin.buffer), user)
    if format_ == "json":
        write_result(to_json(evidence))
    else:
        write_result(render(text(evidence, brief=brief), colored=wants_color(color, into_file=False)))
    return FINE if evidence.lines and evidence.is_fine else NOT_FINE
