"""The start of the command, before there is anything that could handle an interrupt."""

from __future__ import annotations

import pytest

import cli.main
from cli.start import main


def test_an_interrupt_at_the_very_beginning_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.main, "main", interrupt)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "pushnotif: interrupted\n"
