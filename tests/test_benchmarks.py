"""The benchmarks can be started; what they measure is no matter of tests."""

from __future__ import annotations

from importlib import import_module, util
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
RUN = [path.stem for path in sorted(BENCHMARKS.glob("*.py")) if "argparse" in path.read_text("utf-8")]
NEEDS = {"drivers": "httpx"}


def test_there_is_one_for_each_promise() -> None:
    assert RUN == ["config", "drivers", "lua", "metadata"]


@pytest.mark.parametrize("name", RUN)
def test_each_says_what_it_does_when_asked(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if name in NEEDS and util.find_spec(NEEDS[name]) is None:
        pytest.skip(f"{NEEDS[name]} is not installed")
    monkeypatch.setattr("sys.argv", [name, "--help"])
    with pytest.raises(SystemExit, match=r"^0$"):
        import_module(f"benchmarks.{name}").main()
    assert "--markdown" in capsys.readouterr().out
