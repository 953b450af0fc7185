"""A page as a list of elements, for tests of its content."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br"}


@dataclass
class Element:
    """One element with its attributes and all the text within it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""

    def has(self, name: str) -> bool:
        """Whether it is of the class ``name``."""
        return name in self.attributes.get("class", "").split()


@dataclass
class Parsed(HTMLParser):
    """All elements in their order, as the page's markup opens them."""

    page: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)
        self._open: list[Element] = []
        self.feed(self.page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].tag == tag, f"</{tag}> within <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str, class_: str = "") -> list[Element]:
        """The elements with this tag, and of this class if one is named."""
        return [e for e in self.elements if e.tag == tag and (not class_ or e.has(class_))]

    def texts(self, tag: str, class_: str = "") -> list[str]:
        """What stands in these elements, on one line each."""
        return [" ".join(element.text.split()) for element in self.all(tag, class_)]
