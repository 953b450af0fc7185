"""The template engine, and the protection of a page against hostile text.

All values are escaped, and characters that a browser would hide or obey are made visible. Should markup get
through nevertheless, the page's Content-Security-Policy allows only our style and scripts, by their hashes,
and forbids every request and every form.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from steward.domain.durations import humanize
from steward.pages.texts import clean, label, pluralize
from steward.pages.times import iso

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """Cached: one environment per process."""
    env = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=FileSystemLoader(TEMPLATES),
        finalize=clean,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters |= {"pluralize": pluralize, "humanize": humanize, "iso": iso, "label": label}
    return env


def render(template: str, **facts: Any) -> str:
    """The HTML of ``template``; ``facts`` are its variables."""
    style, first, script = source("page.css"), source("first.js"), source("page.js")
    page = environment().get_template(template)
    return page.render(
        style=Markup(style),  # noqa: S704  # our own file
        script=Markup(script),  # noqa: S704  # our own file
        first=Markup(first),  # noqa: S704  # our own file
        policy=policy(style, first, script),
        icon=Markup(icon()),  # noqa: S704  # our own file
        **facts,
    )


@cache
def source(name: str) -> str:
    """A style sheet, script or icon, which the page contains unchanged."""
    return (TEMPLATES / name).read_text(encoding="utf-8").strip()


def policy(style: str, *scripts: str) -> str:
    """The Content-Security-Policy of a page with this one style and these scripts."""
    named = " ".join(f"'{digest(script)}'" for script in scripts)
    return (
        f"default-src 'none'; style-src '{digest(style)}'; script-src {named}; img-src data:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def digest(text: str) -> str:
    """The hash source of an inline style or script (W3C, Content Security Policy Level 3)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def icon() -> str:
    """The favicon as a ``data:`` URL, so that no browser requests one from a server."""
    return "data:image/svg+xml;base64," + base64.b64encode(source("icon.svg").encode()).decode()
