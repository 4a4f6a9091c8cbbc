"""The project file: where it is found, what it does, what is refused and where."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from cli.control import control_options, with_control
from cli.project_file import ProjectFileError, read_project
from tests.cli.conftest import Run

REPOSITORY = Path(__file__).parents[2]
SCHEMA = json.loads((REPOSITORY / "docs/schemas/project.schema.json").read_text())
# PN301 (error) in line 4, PN307 (warning) in line 5
CONFIGURATION = """\
mail_plugins = notify push_notification
plugin {
  push_notification_driver = dlog
  push_notification_driver3 = dlog:third
  push_notification_drver = dlog
}
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write files of a repository, which is the current directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    write_file("etc/dovecot.conf", CONFIGURATION)
    return write_file


def codes(run: Run, *arguments: object) -> list[str]:
    outcome = run("validate", "--format", "concise", *(arguments or ("etc/dovecot.conf",)))
    assert outcome.err == ""
    return [line.split(" ")[1] for line in outcome.out.splitlines()]


def test_without_a_file_everything_is_found(write: Any, run: Run) -> None:
    assert codes(run) == ["PN301", "PN307"]


# where it is found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".pushnotif.toml", 'ignore = ["PN301"]\n'),
        ("etc/.pushnotif.toml", 'ignore = ["PN301"]\n'),
        ("pyproject.toml", '[tool.pushnotif]\nignore = ["PN301"]\n'),
        ("pyproject.toml", 'tool = { "pushnotif" = { ignore = ["PN301"] } }\n'),
    ],
)
def test_a_file_beside_the_configuration_or_above_counts(name: str, text: str, write: Any, run: Run) -> None:
    write(name, text)
    assert codes(run) == ["PN307"]
    assert codes(run, "-c", "etc/dovecot.conf") == ["PN307"]
    assert codes(run, "etc/dovecot.conf", "--no-project-file") == ["PN301", "PN307"]


def test_the_nearest_file_counts_and_the_own_one_before_pyproject(write: Any, run: Run) -> None:
    write("pyproject.toml", '[tool.pushnotif]\nignore = ["PN"]\n')
    write(".pushnotif.toml", 'ignore = ["PN301"]\n')
    assert codes(run) == ["PN307"]
    write("etc/pyproject.toml", '[tool.pushnotif]\nignore = ["PN307"]\n')
    assert codes(run) == ["PN301"]


@pytest.mark.parametrize(
    "text",
    ["[tool.ruff]\n", "[project]\nname = 'pushnotif-x'\n", "not [ toml", "[[tool]]\na = 'pushnotif'\n"],
)
def test_a_pyproject_that_says_nothing_of_us_is_passed_over(text: str, write: Any, run: Run) -> None:
    write("etc/pyproject.toml", text)
    write(".pushnotif.toml", 'ignore = ["PN301"]\n')
    assert codes(run) == ["PN307"]


def test_the_search_ends_at_the_top_of_the_repository(write: Any, run: Run, tmp_path: Path) -> None:
    write(".pushnotif.toml", 'ignore = ["PN301"]\n')
    write("inner/dovecot.conf", CONFIGURATION)
    (tmp_path / "inner" / ".git").write_text("gitdir: elsewhere\n")
    assert codes(run, "inner/dovecot.conf") == ["PN301", "PN307"]
    write("inner/.pushnotif.toml", 'ignore = ["PN307"]\n')
    assert codes(run, "inner/dovecot.conf") == ["PN301"]


def test_of_several_files_it_is_looked_for_where_all_of_them_are(write: Any, run: Run) -> None:
    write("a/dovecot.conf", CONFIGURATION)
    write("a/.pushnotif.toml", 'ignore = ["PN3"]\n')
    assert codes(run, "a/dovecot.conf") == []
    assert codes(run, "a/dovecot.conf", "etc/dovecot.conf") == ["PN301", "PN307"] * 2


def test_for_stdin_it_is_looked_for_from_the_current_directory(
    write: Any, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(".pushnotif.toml", 'ignore = ["PN301"]\n')
    monkeypatch.chdir(tmp_path / "etc")
    with Path("dovecot.conf").open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert codes(run, "-") == ["PN307"]


def test_where_no_file_is_named_the_current_directory_comes_first(
    write: Any, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write("checkout/etc/dovecot/dovecot.conf", CONFIGURATION)
    write(".pushnotif.toml", 'root = "checkout"\nignore = ["PN301"]\n')
    assert codes(run, "--select", "PN3") == ["PN301", "PN307"]
    outcome = run("validate", "--format", "concise")
    assert outcome.out.startswith("checkout/etc/dovecot/dovecot.conf:5:3: PN307 ")


def test_then_the_directory_of_the_usual_configuration(
    write: Any, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write("etc/.pushnotif.toml", 'ignore = ["PN301"]\n')
    monkeypatch.setenv("PUSHNOTIF_CONFIG", str(tmp_path / "etc/dovecot.conf"))
    outcome = run("validate", "--format", "concise")
    assert [line.split(" ")[1] for line in outcome.out.splitlines()] == ["PN307"]


def test_the_built_in_example_has_no_project_file(write: Any, run: Run) -> None:
    write(".pushnotif.toml", "nonsense = 1\n")
    assert run("validate", "--demo").code == 0


def test_a_named_file_counts_whatever_its_name(write: Any, run: Run) -> None:
    write(".pushnotif.toml", 'ignore = ["PN307"]\n')
    write("ci/strict.toml", 'ignore = ["PN301"]\n')
    assert codes(run, "etc/dovecot.conf", "--project-file", "ci/strict.toml") == ["PN307"]


def test_verbose_says_which_file_counts(write: Any, run: Run) -> None:
    write(".pushnotif.toml", "")
    assert "pushnotif: options of .pushnotif.toml\n" in run("validate", "-v", "etc/dovecot.conf").err


def test_without_a_file_nothing_is_loaded_for_it(write: Any, tmp_path: Path) -> None:
    write("pyproject.toml", "[tool.ruff]\n")
    program = (
        "import sys; from cli.main import run; run(sys.argv[1:]);"
        "print(sorted({'tomllib', 'cli.project_file', 'hashlib'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "validate", "-q", str(write("ok.conf", "ssl = no\n"))],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


# what it does


def test_the_command_line_wins(write: Any, run: Run) -> None:
    write(".pushnotif.toml", 'select = ["PN1"]\nfail-on = "never"\n')
    path = "etc/dovecot.conf"
    assert codes(run) == []
    assert codes(run, path, "--extend-select", "PN307") == ["PN307"]
    assert codes(run, path, "--select", "PN3", "--ignore", "PN301") == ["PN307"]
    assert run("validate", path, "--select", "PN3").code == 0
    assert run("validate", path, "--select", "PN3", "--fail-on", "error").code == 1


def test_severities_are_changed_before_the_threshold(write: Any, run: Run) -> None:
    write(".pushnotif.toml", 'severity = { PN3 = "info", driver-chain-gap = "warning" }\n')
    outcome = run("validate", "--format", "json", "etc/dovecot.conf")
    assert outcome.code == 0
    assert json.loads(outcome.out)["summary"] == {"error": 0, "warning": 1, "info": 1}
    assert run("validate", "--fail-on", "warning", "etc/dovecot.conf").code == 1
    assert run("validate", "--fail-on", "warning", "--ignore", "PN301", "etc/dovecot.conf").code == 0


def test_files_can_have_rules_of_their_own(write: Any, run: Run) -> None:
    write("etc/conf.d/90-push.conf", CONFIGURATION.partition("\n")[2])
    write("etc/dovecot.conf", CONFIGURATION.partition("\n")[0] + "\n!include conf.d/*.conf\n")
    write(
        ".pushnotif.toml",
        '[per-path."etc/conf.d/*.conf"]\nignore = ["PN307"]\nseverity = { PN301 = "info" }\n'
        '[per-path."other.conf"]\nignore = ["PN"]\n',
    )
    outcome = run("validate", "--format", "json", "etc/dovecot.conf")
    assert outcome.code == 0
    (item,) = json.loads(outcome.out)["diagnostics"]
    assert (item["code"], item["severity"]) == ("PN301", "info")
    # Also from elsewhere, and whatever the command line selects.
    assert codes(run, "etc/dovecot.conf", "--select", "PN307") == []


def test_a_comment_for_a_rule_that_its_path_ignores_is_not_unused(write: Any, run: Run) -> None:
    write("etc/dovecot.conf", CONFIGURATION.replace("third", "third # pushnotif: ignore[PN301]"))
    write(".pushnotif.toml", '[per-path."dovecot.conf"]\nignore = ["PN301", "PN307"]\n')
    assert codes(run) == []


def test_root_version_and_baseline_are_those_of_the_options(write: Any, run: Run, tmp_path: Path) -> None:
    write("tree/conf/push.conf", CONFIGURATION)
    write("tree/main.conf", "!include /conf/push.conf\n")
    write(".pushnotif.toml", 'root = "tree"\nbaseline = "old.json"\ndovecot-version = "2.3"\n')
    write("tree/sub/x", "")
    outcome = run("validate", "--write-baseline", "tree/main.conf")
    assert (outcome.code, outcome.err) == (0, "pushnotif: old.json: 2 findings recorded\n")
    assert "(as asked for)" in outcome.out
    assert codes(run, "tree/main.conf") == []
    assert codes(run, "tree/main.conf", "--root", "tree/sub") != []


def test_scripts_are_checked_with_it_too(write: Any, run: Run) -> None:
    write("push.lua", "local x = y -- pushnotif: ignore[PN516]\n")
    found = run("lua", "check", "--format", "concise", "push.lua")
    listed = [line.split(" ")[1] for line in found.out.splitlines()]
    assert {"PN513", "PN901"} <= {*listed}
    assert "assuming Dovecot 2.4" in found.err
    others = ", ".join(f"'{code}'" for code in listed if code not in ("PN513", "PN901"))
    write(
        ".pushnotif.toml",
        f"dovecot-version = '2.4'\nignore = ['PN516', {others}]\nseverity = {{ PN513 = 'error' }}\n",
    )
    found = run("lua", "check", "--format", "concise", "push.lua")
    assert (found.code, found.err) == (1, "")
    assert [line.split(" ")[1] for line in found.out.splitlines()] == ["PN513"]
    write(".pushnotif.toml", 'dovecot-version = "auto"\nroot = "nowhere"\n')
    assert "assuming Dovecot 2.4" in run("lua", "check", "push.lua").err


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        ((), "True ('a/*', 'b')\n"),
        (("--no-templates",), "False ('a/*', 'b')\n"),
        (("--exclude", "c"), "True ('c',)\n"),
    ],
)
def test_each_option_of_a_command_that_the_file_may_hold_is_taken_from_it(
    arguments: tuple[str, ...], printed: str, write: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    @click.argument("files", nargs=-1)
    @with_control
    @control_options
    @click.option("--templates/--no-templates")
    @click.option("--exclude", multiple=True)
    def command(files: object, control: object, templates: bool, exclude: tuple[str, ...]) -> None:
        click.echo(f"{templates} {exclude}")

    write(".pushnotif.toml", 'templates = true\nexclude = ["a/*", "b"]\n')
    command.main(["etc/dovecot.conf", *arguments], standalone_mode=False)
    assert capsys.readouterr().out == printed


def test_templates_and_what_is_excluded_are_those_of_the_options(write: Any, run: Run) -> None:
    write("etc/dovecot.conf", "{% if x %}\nssl = no\n{% endif %}\n")
    write("old/dovecot.conf", CONFIGURATION)
    assert codes(run, ".") != []
    write(".pushnotif.toml", 'templates = true\nexclude = ["old"]\n')
    assert codes(run, ".") == []
    assert codes(run, ".", "--exclude", "etc") == ["PN301", "PN307"]


def test_for_a_folder_it_is_looked_for_in_the_folder_and_for_a_pattern_above_it(write: Any, run: Run) -> None:
    write("etc/.pushnotif.toml", 'ignore = ["PN301"]\n')
    assert codes(run, "etc") == ["PN307"]
    assert codes(run, "etc/*.conf") == ["PN307"]
    assert codes(run, "*/dovecot.conf") == ["PN301", "PN307"]


# what is refused, and where

GOOD = [
    "",
    'dovecot-version = "auto"\nselect = []\nextend-select = ["PN3"]\n',
    'ignore = ["PN3xx", "driver-chain-gap"]\n',
    'severity = { PN404 = "info" }\nfail-on = "never"\nbaseline = "x.json"\nroot = "."\ntemplates = false\n',
    'exclude = ["a"]\n[per-path."conf.d/legacy/*.conf"]\nignore = ["PN1"]\nseverity = { PN1 = "info" }\n',
]
WRONG = [
    ('selct = ["PN3"]\n', "1:1: unknown key 'selct'; did you mean 'select'?"),
    ("\nmaildir = 1\n", "2:1: unknown key 'maildir'; known: dovecot-version, select,"),
    ('select = "PN3"\n', "1:1: select: expected an array of rules"),
    ("select = [\n  'PN3',\n  3,\n]\n", "3:3: select: expected a name in quotes"),
    ('ignore = [""]\n', "1:11: ignore: expected a name in quotes"),
    (
        'severity = { PN3 = "eror" }\n',
        "1:14: PN3: expected one of error, warning, info; did you mean 'error'?",
    ),
    ('severity = "error"\n', "1:1: severity: expected a table"),
    ('fail-on = "bad"\n', "1:1: fail-on: expected one of error, warning, info, never"),
    ("fail-on = 2\n", "1:1: fail-on: expected one of error, warning, info, never"),
    (
        'dovecot-version = "2.2"\n',
        "1:1: dovecot-version: expected one of auto, 2.3, 2.4",
    ),
    ("dovecot-version = 2.3\n", "1:1: dovecot-version: expected one of auto, 2.3, 2.4"),
    ("templates = 'yes'\n", "1:1: templates: expected true or false"),
    ("baseline = ''\n", "1:1: baseline: expected a name in quotes"),
    ("exclude = 'a'\n", "1:1: exclude: expected an array of patterns"),
    ("[per-path.'a']\nignor = []\n", "2:1: unknown key 'ignor'; did you mean 'ignore'?"),
    ("[per-path]\n'a' = ['PN3']\n", "2:1: a: expected a table"),
    ("per-path = []\n", "1:1: per-path: expected a table"),
]
ONLY_HERE = [
    (
        "select = [\n  'PN3',\n  'driver-chain-gop',\n]\n",
        "3:3: no such rule: 'driver-chain-gop'; did you mean",
    ),
    ("ignore = ['PN3', 'x']\n", "1:18: no such rule: 'x'; 'pushnotif rules' lists them"),
    ("[severity]\nPN1 = 'info'\nPN999 = 'info'\n", "3:1: no such rule: 'PN999'"),
    ("[per-path.'a']\nignore = ['PN999']\n", "2:11: no such rule: 'PN999'"),
    ("[per-path.'a'.severity]\nPN999 = 'info'\n", "2:1: no such rule: 'PN999'"),
    ("root = 'none'\n", "1:1: root: none is no directory"),
    ("a = \n", "1:5: Invalid value"),
    ("a = 1\na = 2\n", "2:6: Cannot overwrite a value"),
]


@pytest.mark.parametrize("text", GOOD)
def test_what_is_right_is_accepted_here_and_by_the_schema(text: str, write: Any, run: Run) -> None:
    write("x.json", '{"version": 1, "findings": []}')
    write(".pushnotif.toml", text)
    codes(run)
    jsonschema.validate(tomllib.loads(text), SCHEMA)


@pytest.mark.parametrize(("text", "problem"), [*WRONG, *ONLY_HERE])
def test_what_is_wrong_is_refused_at_its_place(text: str, problem: str, write: Any, run: Run) -> None:
    write(".pushnotif.toml", text)
    outcome = run("validate", "etc/dovecot.conf")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert outcome.err.startswith(f"pushnotif: .pushnotif.toml:{problem}")


@pytest.mark.parametrize("text", [text for text, _ in WRONG])
def test_the_schema_refuses_it_too(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), SCHEMA)


def test_the_schema_has_the_keys_that_are_read(write: Any) -> None:
    path = write("x.toml", "nonsense = 1\n")
    with pytest.raises(ProjectFileError) as error:
        read_project(path, named=True)
    known = str(error.value).partition("known: ")[2]
    assert set(known.split(", ")) == set(SCHEMA["properties"])


def test_in_pyproject_places_are_those_of_the_whole_file(write: Any, run: Run) -> None:
    write("pyproject.toml", "[project]\nname = 'x'\n\n[tool.pushnotif]\nignore = ['PN3']\nselct = []\n")
    assert run("validate", "etc/dovecot.conf").err.startswith(
        "pushnotif: pyproject.toml:6:1: unknown key 'selct'; did you mean 'select'?"
    )
    write("pyproject.toml", "[tool.pushnotif]\nignore = ['PN999']\n")
    assert run("validate", "etc/dovecot.conf").err.startswith("pushnotif: pyproject.toml:2:11: no such rule")
    write("pyproject.toml", "[tool]\npushnotif = 3\n")
    assert run("validate", "etc/dovecot.conf").err.startswith(
        "pushnotif: pyproject.toml:2:1: pushnotif: expected a table"
    )


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            ["--project-file", "none.toml"],
            "none.toml: can't read the project file: No such file or directory",
        ),
        (["--project-file", "etc"], "etc: can't read the project file: Is a directory"),
        (["--project-file", "pyproject.toml"], "pyproject.toml has no table [tool.pushnotif]"),
        (["--project-file", "bytes.toml"], "bytes.toml:2:4: not UTF-8"),
        (["--project-file", "etc/dovecot.conf"], "etc/dovecot.conf:1:"),
        (
            ["--project-file", "x.toml", "--no-project-file"],
            "--project-file and --no-project-file exclude each other",
        ),
    ],
)
def test_a_named_file_that_cannot_be_used_gives_one_line(
    arguments: list[str], problem: str, write: Any, run: Run, tmp_path: Path
) -> None:
    write("pyproject.toml", "[tool.ruff]\n")
    (tmp_path / "bytes.toml").write_bytes(b"a = 1\nb =\xff")
    outcome = run("validate", "etc/dovecot.conf", *arguments)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert outcome.err.startswith(f"pushnotif: {problem}")
