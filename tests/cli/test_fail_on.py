"""`--fail-on`: which findings make a run fail, and which don't count."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

ERROR = "nonsense\n"
WARNING = "mail_plugins = notify\nplugin {\n  push_notification_drver = dlog\n}\n"
SILENCED = "nonsense # pushnotif: ignore[PN101]\n"
THRESHOLDS = ("error", "warning", "info", "never")


def codes_by_threshold(run: Run, *arguments: str) -> tuple[int, ...]:
    return tuple(run("validate", "--fail-on", threshold, *arguments).code for threshold in THRESHOLDS)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    texts = {"error": ERROR, "warning": WARNING, "silenced": SILENCED, "clean": "ssl = no\n"}
    for name, text in texts.items():
        Path(f"{name}.conf").write_text(text)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("error.conf",), (1, 1, 1, 0)),
        (("warning.conf",), (0, 1, 1, 0)),
        (("clean.conf",), (0, 0, 0, 0)),
        (("silenced.conf",), (0, 0, 0, 0)),
        (("clean.conf", "warning.conf"), (0, 1, 1, 0)),
        (("clean.conf", "warning.conf", "error.conf"), (1, 1, 1, 0)),
        (("error.conf", "--ignore", "PN101"), (0, 0, 0, 0)),
        (("error.conf", "--statistics"), (1, 1, 1, 0)),
    ],
)
def test_a_run_fails_from_a_severity_on(
    arguments: tuple[str, ...], wanted: tuple[int, ...], run: Run
) -> None:
    assert codes_by_threshold(run, *arguments) == wanted


@pytest.mark.usefixtures("files")
def test_error_is_the_default_and_all_formats_end_alike(run: Run) -> None:
    for format_ in ("text", "concise", "json"):
        assert run("validate", "--format", format_, "error.conf").code == 1
        assert run("validate", "--format", format_, "warning.conf").code == 0


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_wrong_usage_ends_with_2_whatever_the_threshold(threshold: str, run: Run) -> None:
    assert run("validate", "--fail-on", threshold, "error.conf", "none.conf").code == 2
    assert run("validate", "--fail-on", threshold, "--select", "PN999", "error.conf").code == 2
