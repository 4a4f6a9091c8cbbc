"""How Sphinx makes a site of these pages: ``python -m sphinx -n -W docs FOLDER``."""

from importlib.metadata import version as version_of

from sphinx.application import Sphinx

project = "pushnotif"
project_copyright = "the authors of pushnotif"
version = release = version_of("pushnotif")
language = "en"
smartquotes = False  # --option stays what it is

extensions = ["myst_parser"]
myst_heading_anchors = 4
nitpicky = True
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = "pushnotif"
html_copy_source = False

RULE_PAGES = "rules/PN"
# The list of rules leads to them; 200 of them in the sidebar would hide the rest, and take most of the time.
OUTSIDE_OF_SIDEBAR = "---\norphan: true\n---\n"


def leave_out_of_sidebar(_app: Sphinx, docname: str, source: list[str]) -> None:
    """Say that the page of a rule needs no place in the tree of pages."""
    if docname.startswith(RULE_PAGES):
        source[0] = OUTSIDE_OF_SIDEBAR + source[0]


def setup(app: Sphinx) -> None:
    """Say to Sphinx what we do to pages."""
    app.connect("source-read", leave_out_of_sidebar)
