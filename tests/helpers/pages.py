"""A reader of pages for tests: every tag, every reference, every word."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "wbr", "img", "hr", "input"}


class Page(HTMLParser):
    """Reads a page, and complains about tags that do not close each other."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.faults: list[str] = []
        self.feed(markup)
        self.close()
        self.faults += [f"{tag} is never closed" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"{tag} is closed at {self.getpos()}")

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        """All words, with single spaces."""
        return re.sub(r"\s+", " ", " ".join(self.words))

    @property
    def ids(self) -> list[str]:
        """All names of elements."""
        return [value for name, value in self.attributes if name == "id"]

    @property
    def references(self) -> list[str]:
        """Whatever an attribute leads to."""
        found = [value for name, value in self.attributes if name in ("href", "src", "action")]
        for _, value in self.attributes:
            found += re.findall(r"url\(([^)]*)\)", value)
        return found


def check(markup: str) -> Page:
    """Read a page that must be whole, silent and harmless."""
    page = Page(markup)
    assert page.faults == []
    assert not {"script", "iframe", "object", "embed", "form"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "://" not in markup
    assert "@import" not in markup
    names = {f"#{name}" for name in page.ids}
    for reference in page.references:
        assert reference in names or reference.startswith("data:"), reference
    assert len(page.ids) == len(names)
    return page
