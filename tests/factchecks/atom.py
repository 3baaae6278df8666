"""Reading Atom in tests."""

from typing import Any
from xml.etree import ElementTree as Tree

from django.test import Client

ATOM = "{http://www.w3.org/2005/Atom}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def fetch(client: Client, path: str = "/feed/") -> Tree.Element:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    return Tree.fromstring(answer.content)


def entries(feed: Tree.Element) -> list[Tree.Element]:
    return feed.findall(f"{ATOM}entry")


def said(element: Tree.Element, name: str) -> str:
    return element.findtext(f"{ATOM}{name}") or ""


def titles(feed: Tree.Element) -> list[str]:
    return [said(entry, "title") for entry in entries(feed)]


def links(element: Tree.Element) -> dict[str, Any]:
    found = element.findall(f"{ATOM}link")
    return {link.get("rel", "alternate"): link.get("href") for link in found}
