"""Every link in the README and in docs/ leads somewhere: to a file that is there, and to a heading in it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

REPOSITORY = Path(__file__).parents[1]
PAGES = [REPOSITORY / "README.md", REPOSITORY / "CHANGELOG.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
_FENCED = re.compile(r"^(```+).*?^\1$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
_LINK = re.compile(r"\]\(([^)\s]*)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@cache
def prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return _FENCED.sub("", page.read_text("utf-8"))


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors of the headings of a page, as GitHub and the site make them."""
    found: dict[str, int] = {}
    result = set()
    for heading in _HEADING.findall(prose(page)):
        kept = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        count = found[kept] = found.get(kept, -1) + 1
        result.add(f"{kept}-{count}" if count else kept)
    return frozenset(result)


def leads_somewhere(page: Path, link: str) -> bool:
    """Tell whether a link of a page has an end; of one to the network only the form is looked at."""
    url = urlsplit(link)
    if url.scheme:
        return url.scheme == "https" and "." in (url.hostname or "")
    target = (page.parent / url.path).resolve() if url.path else page
    if not link or not target.exists() or REPOSITORY not in (target, *target.parents):
        return False
    return not url.fragment or (target.suffix == ".md" and url.fragment in anchors(target))


def broken(page: Path, text: str) -> list[str]:
    """Return the links in ``text`` that lead nowhere."""
    return [link for link in _LINK.findall(_CODE.sub("", text)) if not leads_somewhere(page, link)]


def test_every_link_leads_somewhere() -> None:
    found = {str(page.relative_to(REPOSITORY)): broken(page, prose(page)) for page in PAGES}
    assert {name: links for name, links in found.items() if links} == {}


@pytest.mark.parametrize(
    "link",
    [
        "nowhere.md",
        "README.md#nothing",
        "#nothing",
        "LICENSE#1",
        "../README.md",
        "https://host",
        "ftp://a.b/c",
        "",
    ],
)
def test_a_link_that_leads_nowhere_is_found(link: str) -> None:
    assert broken(REPOSITORY / "README.md", f"[text]({link})") == [link]


@pytest.mark.parametrize(
    "link", ["README.md", "README.md#two-commands", "#two-commands", "docs/schemas", "https://a.b/c"]
)
def test_a_link_that_leads_somewhere_is_fine(link: str) -> None:
    assert broken(REPOSITORY / "README.md", f"[text]({link})") == []
