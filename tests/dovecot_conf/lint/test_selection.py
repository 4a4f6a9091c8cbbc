"""Which rules a run wants: the more exact word, the later layer; severities and paths."""

from __future__ import annotations

import pytest

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import (
    RULES,
    Catalogue,
    Layer,
    PathRules,
    Selection,
    SelectionError,
    severities_of,
)
from dovecot_conf.lint.path_patterns import PathPattern
from dovecot_conf.lint.threshold import THRESHOLDS, fails
from dovecot_conf.positions import Span

CATALOGUE = Catalogue(RULES)


def chosen(*layers: Layer) -> set[str]:
    """Return the codes of the driver chain and of plugins that are selected."""
    selection = Selection.of(CATALOGUE, layers)
    return {code for code in ("PN101", "PN201", "PN301", "PN302") if code in selection}


ALL = {"PN101", "PN201", "PN301", "PN302"}
CHAIN = {"PN301", "PN302"}


@pytest.mark.parametrize(
    ("layer", "wanted"),
    [
        (Layer(), ALL),
        (Layer(("PN3",)), CHAIN),
        (Layer(("PN3xx", "notify-missing")), {*CHAIN, "PN201"}),
        (Layer(("PN",)), ALL),
        (Layer(("PN3, PN101",)), {*CHAIN, "PN101"}),
        (Layer(None, (), ("PN3",)), ALL - CHAIN),
        (Layer(("PN3",), (), ("PN301",)), {"PN302"}),
        (Layer(("PN301",), (), ("PN3",)), {"PN301"}),
        (Layer(("driver-chain-gap",), (), ("PN3",)), {"PN301"}),
        (Layer(("PN30x",), (), ("PN3",)), CHAIN),
        (Layer(("PN3",), (), ("PN3",)), set()),
        (Layer(("PN301",), (), ("driver-chain-gap",)), set()),
        (Layer(("PN3",), ("PN101",)), {*CHAIN, "PN101"}),
        (Layer(None, ("PN301",), ("PN3",)), ALL - {"PN302"}),
        (Layer(None, ("PN301",)), ALL),
    ],
)
def test_the_more_exact_word_wins_and_ignoring_between_equals(layer: Layer, wanted: set[str]) -> None:
    assert chosen(layer) == wanted


@pytest.mark.parametrize(
    ("file", "asked", "wanted"),
    [
        (Layer(None, (), ("PN3",)), Layer(), ALL - CHAIN),
        (Layer(None, (), ("PN3",)), Layer(None, ("PN301",)), ALL - {"PN302"}),
        (Layer(None, (), ("PN301",)), Layer(None, ("PN3",)), ALL),
        (Layer(None, (), ("PN3",)), Layer(("PN3",)), CHAIN),
        (Layer(("PN1",)), Layer(None, ("PN301",)), {"PN101", "PN301"}),
        (Layer(("PN301", "PN1")), Layer(None, (), ("PN3",)), {"PN101"}),
        (Layer(("PN1",)), Layer(("PN2",)), {"PN201"}),
        (Layer(("PN1",), (), ("PN3",)), Layer(None, ("PN3",), ("PN302",)), {"PN101", "PN301"}),
    ],
)
def test_the_command_line_changes_what_the_file_says_or_starts_anew(
    file: Layer, asked: Layer, wanted: set[str]
) -> None:
    assert chosen(file, asked) == wanted


@pytest.mark.parametrize("word", ["PN399", "", "PNx", "driver-chain-gop", "P", "☃"])
def test_an_unknown_rule_is_refused(word: str) -> None:
    with pytest.raises(SelectionError, match="no such rule"):
        Selection.of(CATALOGUE, [Layer(None, (word,))])


def finding(code: str, path: str, severity: Severity = Severity.WARNING) -> Diagnostic:
    return Diagnostic(code, "x", severity, "text", Span(path, 1, 1, 1, 1))


def test_of_severities_the_most_exact_word_counts() -> None:
    wanted = {"PN301": Severity.INFO, "PN3": Severity.ERROR, "PN": Severity.WARNING}
    found = severities_of(CATALOGUE, wanted)
    assert (found["PN301"], found["PN302"], found["PN101"]) == ("info", "error", "warning")


def test_severities_of_a_path_win_and_the_later_pattern_counts() -> None:
    paths = (
        PathRules(
            PathPattern.of("*.conf", "/repo"), severities={"PN301": Severity.ERROR, "PN302": Severity.ERROR}
        ),
        PathRules(PathPattern.of("old/*.conf", "/repo"), severities={"PN301": Severity.INFO}),
    )
    selection = Selection(severities={"PN301": Severity.WARNING, "PN201": Severity.INFO}, paths=paths)

    def judged(code: str, path: str) -> str:
        return selection.judged(finding(code, path)).severity

    assert judged("PN301", "/repo/old/a.conf") == "info"
    assert judged("PN302", "/repo/old/a.conf") == "error"
    assert judged("PN301", "/repo/a.conf") == "error"
    assert judged("PN301", "/repo/a.txt") == "warning"
    assert judged("PN201", "/repo/a.conf") == "info"
    assert judged("PN101", "/repo/a.conf") == "warning"


def test_what_is_ignored_for_a_path_is_ignored_whatever_is_selected() -> None:
    paths = (PathRules(PathPattern.of("old/", "/repo"), frozenset(("PN301",))),)
    selection = Selection(frozenset(("PN301", "PN302")), paths=paths)
    assert not selection.wants("PN301", "/repo/old/conf.d/a.conf")
    assert selection.wants("PN302", "/repo/old/conf.d/a.conf")
    assert selection.wants("PN301", "/repo/new/a.conf")
    assert not selection.wants("PN201", "/repo/new/a.conf")
    assert "PN301" in selection


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("10-mail.conf", ["/r/10-mail.conf", "/r/a/b/10-mail.conf"], ["/r/x10-mail.conf", "/q/10-mail.conf"]),
        ("*.conf", ["/r/a.conf", "/r/a/.b.conf"], ["/r/a.conf.bak"]),
        ("conf.d/*.conf", ["/r/conf.d/a.conf"], ["/r/conf.d/x/a.conf", "/r/y/conf.d/a.conf"]),
        ("./conf.d/*.conf", ["/r/conf.d/a.conf"], ["/r/y/conf.d/a.conf"]),
        ("**/conf.d/*", ["/r/conf.d/a", "/r/x/y/conf.d/a"], ["/r/conf.d"]),
        ("conf.d/**", ["/r/conf.d/a", "/r/conf.d/x/a"], ["/r/conf.dx/a"]),
        ("conf.d/", ["/r/conf.d/a", "/r/conf.d/x/a"], ["/r/y/conf.d/a"]),
        ("a/**/z", ["/r/a/z", "/r/a/b/c/z"], ["/r/az", "/r/a/bz"]),
        ("/etc/dovecot/*", ["/etc/dovecot/a"], ["/r/etc/dovecot/a"]),
        ("[0-3]?-x", ["/r/15-x"], ["/r/45-x", "/r/1/-x"]),
        ("[!a^]b", ["/r/cb"], ["/r/ab", "/r/^b"]),
        ("[]]b", ["/r/]b"], ["/r/ab"]),
        ("a[b", ["/r/a[b"], ["/r/ab"]),
        ("[z-a]", [], ["/r/[z-a]", "/r/z"]),
        ("a.(b)+", ["/r/a.(b)+"], ["/r/ax(b)+"]),
    ],
)
def test_patterns_are_those_of_a_gitignore(pattern: str, matching: list[str], other: list[str]) -> None:
    found = PathPattern.of(pattern, "/r")
    assert [path for path in (*matching, *other) if found.matches(path)] == matching


def test_a_pattern_at_the_root_of_the_file_system() -> None:
    assert PathPattern.of("etc/*", "/").matches("/etc/x")


def test_a_hostile_pattern_takes_no_time() -> None:
    pattern = PathPattern.of("**/" * 200 + "*a" * 40 + "b", "/r")
    assert not pattern.matches("/r/" + "a/" * 500 + "a" * 250)


def test_thresholds_from_the_strictest_to_none() -> None:
    failing = {
        severity: [
            threshold for threshold in THRESHOLDS if fails([finding("PN301", "x", severity)], threshold)
        ]
        for severity in Severity
    }
    assert failing == {
        "error": ["error", "warning", "info"],
        "warning": ["warning", "info"],
        "info": ["info"],
    }
    assert not any(fails([], threshold) for threshold in THRESHOLDS)
