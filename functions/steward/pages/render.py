"""The template engine, and the rule by which nothing but our own style and script works on a page.

Everything that is written into a page is escaped, and what a browser would hide or obey is shown. Should
markup come through all the same, the page's Content-Security-Policy names our style and our scripts by their
hashes, so that no other is used, and forbids every request and every form.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from steward.domain.durations import humanize
from steward.pages.texts import clean, counted, label
from steward.pages.times import iso

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """The templates of this package, made once."""
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=FileSystemLoader(TEMPLATES),
        finalize=clean,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {"counted": counted, "humanize": humanize, "iso": iso, "words": label}
    return made


def render(template: str, **facts: Any) -> str:
    """A whole page from one of the templates."""
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
    """A file of this package that stands in the page as it is."""
    return (TEMPLATES / name).read_text(encoding="utf-8").strip()


def policy(style: str, *scripts: str) -> str:
    """The Content-Security-Policy of a page with this one style and these scripts."""
    named = " ".join(f"'{digest(script)}'" for script in scripts)
    return (
        f"default-src 'none'; style-src '{digest(style)}'; script-src {named}; img-src data:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def digest(text: str) -> str:
    """The hash of an inline style or script as a policy names it (W3C, Content Security Policy Level 3)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def icon() -> str:
    """The page's icon as a ``data:`` address, so that no browser asks a server for one."""
    return "data:image/svg+xml;base64," + base64.b64encode(source("icon.svg").encode()).decode()
