"""``doveconf`` of 2.3.19.1: the settings for a condition and the filters below it, or some by name."""

from __future__ import annotations

from dovecot_conf.conditions import Condition
from dovecot_conf.configuration import Configuration
from dovecot_conf.default_sections import reading_of
from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.dump23 import Line, Printer, last_built_in, lines_of
from dovecot_conf.dump_options import DumpOptions
from dovecot_conf.evaluate import Surroundings
from dovecot_conf.evaluation23 import Evaluation23
from dovecot_conf.extent import Extent
from dovecot_conf.files import Files
from dovecot_conf.filter_words import address
from dovecot_conf.scopes23 import Scope23
from dovecot_conf.settings23 import matching_scopes, rank
from dovecot_conf.shown23 import Section23, Shown23, default_root, evaluate_as_written, merged
from dovecot_conf.syntax_rules import rule_named


def dump(configuration: Configuration, options: DumpOptions) -> str:
    """Return the settings for ``options.asked``, and the filters that may hold as well.

    Raises FilterConflictError for filters that Dovecot can't put together.
    """
    shown, asked, hide = _shown(configuration, options), options.asked, not options.show_secrets
    found = lines_of(_effective(shown, asked), options.extent)
    parts = [Printer(found.prefixes).print(found.lines, hide=hide, behind=last_built_in())]
    for scope in _filters(shown, asked):
        head, depth = _head(scope)
        found = lines_of(shown.section(scope), Extent.SET)
        printer = Printer(found.prefixes, head=head, depth=depth)
        text = printer.print(found.lines, hide=hide, behind=last_built_in())
        if text:
            parts += [text, *(f"{'  ' * level}}}\n" for level in reversed(range(depth)))]
    return "".join(parts)


def look_up(configuration: Configuration, name: str, options: DumpOptions) -> str:
    """Return one setting, always in clear, or all of a section; '' when there is none.

    Raises FilterConflictError for filters that Dovecot can't put together.
    """
    found = lines_of(_effective(_shown(configuration, options), options.asked), options.extent)
    for line in found.lines:
        if line.path == name and not line.names:
            return f"{line.text}\n" if options.value_only else f"{name} = {line.text}\n"
    inside = [line for line in found.lines if _is_inside(line, name)]
    behind = last_built_in() if _is_inside(last_built_in(), name) else None
    return Printer(found.prefixes).print(inside, hide=not options.show_secrets, behind=behind)


def _shown(configuration: Configuration, options: DumpOptions) -> Shown23:
    surroundings = Surroundings(Files(options.root), options.environ)
    loads = not any(_stops_managesieve(problem) for problem in configuration.problems)
    evaluation = configuration.evaluation
    scopes = evaluation.literal_scopes() if isinstance(evaluation, Evaluation23) else None
    if scopes is not None:
        return Shown23(tuple(scopes), surroundings, loads)
    return evaluate_as_written(
        reading_of(configuration), surroundings, expanding=options.expanding, loads=loads
    )


def _stops_managesieve(problem: Diagnostic) -> bool:
    """Return whether managesieve-login, which looks at its own settings only, can't load a configuration."""
    if problem.name in _EXPANDED_BY_ALL:
        return True
    if problem.name == "unexpanded-value":
        return False
    elsewhere = problem.name not in _FOUND_BY_ALL and rule_named(problem.name).at_end
    return problem.severity is Severity.ERROR and not elsewhere


_FOUND_BY_ALL = ("unclosed-section", "filter-conflict")
_EXPANDED_BY_ALL = ("unknown-variable", "expanded-value")


def _is_inside(line: Line, name: str) -> bool:
    return line.path == name or line.path.startswith(f"{name}/")


def _effective(shown: Shown23, asked: Condition) -> Section23:
    root = merged(shown, matching_scopes(shown.scopes, asked))
    if shown.loads:
        for key, text in default_root().values.items():
            root.values.setdefault(key, text)
    return root


def _filters(shown: Shown23, asked: Condition) -> list[Scope23]:
    """Return the filters that hold for ``asked`` as far as it says something, the most general first."""
    found = [scope for scope in shown.scopes[1:] if _may_hold(scope.condition, asked)]
    return sorted(found, key=_reversed_rank)


def _reversed_rank(scope: Scope23) -> tuple[bool, int, int, bool]:
    without_name, local, remote, without_protocol = rank(scope)
    return not without_name, -local, -remote, not without_protocol


def _may_hold(condition: Condition, asked: Condition) -> bool:
    return Condition(
        condition.protocol if asked.protocol is not None else None,
        condition.local_name if asked.local_name is not None else None,
        condition.local if asked.local is not None else None,
        condition.remote if asked.remote is not None else None,
    ).matches(asked)


def _head(scope: Scope23) -> tuple[str, int]:
    """Return the lines that open the filters of a scope, and how many there are."""
    condition, words = scope.condition, []
    if condition.local is not None and condition.local.bits:
        words.append(f"local {address(condition.local)}")
    if condition.local_name is not None:
        words.append(f"local_name {_written_name(scope)}")
    if condition.remote is not None and condition.remote.bits:
        words.append(f"remote {address(condition.remote)}")
    if condition.protocol is not None:
        words.append(f"protocol {condition.protocol}")
    return "".join(f"{'  ' * level}{word} {{\n" for level, word in enumerate(words)), len(words)


def _written_name(scope: Scope23) -> str:
    section = scope.opened
    while section is not None and section.word != "local_name":
        section = section.parent
    return section.name if section is not None else ""
