"""What a page says of itself in JSON-LD (schema.org), as found in the wild: lists, graphs, references, broken JSON."""

import json
import re
from collections.abc import Iterator
from typing import Any

LARGEST = 2_000_000  # characters of all blocks of a page
MOST_NODES = 5_000
# The kinds that stand for what was written, best first; a page may describe its site and its author too.
KINDS = (
    ("ScholarlyArticle", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle"),
    ("Article", "TechArticle", "BlogPosting", "LiveBlogPosting", "SocialMediaPosting", "Report", "ClaimReview"),
    ("Dataset", "Book", "Legislation", "VideoObject", "AudioObject", "PodcastEpisode", "CreativeWork"),
    ("WebPage", "ItemPage", "AboutPage", "MedicalWebPage", "QAPage", "FAQPage"),
)  # fmt: skip
RANKS = {kind: rank for rank, kinds in enumerate(KINDS) for kind in kinds}
WRAPPING = re.compile(r"\A\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>|;)\s*\Z")
TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")

Node = dict[str, Any]


class LinkedData:
    """The node of a page that stands for what was written, merged with lesser ones for what it doesn't say."""

    def __init__(self, blocks: list[str]) -> None:
        nodes = [node for block in blocks for node in _nodes(_parsed(block))][:MOST_NODES]
        self._known = {
            node["@id"]: node
            for node in nodes
            if isinstance(node.get("@id"), str) and len(node) > 1
        }
        ranked = [(_rank(node), node) for node in nodes]
        works = [(rank, node) for rank, node in ranked if rank is not None]
        self._works = [node for _rank, node in sorted(works, key=lambda work: work[0])]

    def texts(self, *names: str) -> list[str]:
        """The texts of the first of these properties that the best node has."""
        for node in self._works:
            for name in names:
                if texts := [
                    text for value in _each(node.get(name)) if (text := self._text(value))
                ]:
                    return texts
        return []

    def text(self, *names: str) -> str:
        return next(iter(self.texts(*names)), "")

    @property
    def is_not_free(self) -> bool:
        """``isAccessibleForFree`` of any work, written as a boolean or as a word."""
        return any(
            str(node.get("isAccessibleForFree", "")).lower().rpartition("/")[2] == "false"
            for node in self._works
        )

    def _text(self, value: Any) -> str:
        """A text, or the name of a thing, also one described elsewhere on the page."""
        if isinstance(value, dict):
            described = self._known.get(value["@id"], {}) if _is_reference(value) else value
            value = next(
                (described[key] for key in ("name", "@value", "headline") if key in described), ""
            )
            if isinstance(value, list):
                value = value[0] if value else ""
        return value.strip() if isinstance(value, str) else ""


def _parsed(block: str) -> Any:
    """Nothing for JSON that can't be mended by taking off wrappings and trailing commas."""
    bare = WRAPPING.sub("", WRAPPING.sub("", block))
    for attempt in (block, bare, TRAILING_COMMA.sub("", bare)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(value: Any) -> Iterator[Node]:
    waiting, seen = [value], 0
    while waiting and seen < MOST_NODES:
        seen += 1
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting += value[:MOST_NODES]
        elif isinstance(value, dict):
            yield value
            waiting += [value[key] for key in ("@graph", "mainEntity") if key in value]


def _rank(node: Node) -> int | None:
    kinds = [kind.rpartition("/")[2] for kind in _each(node.get("@type")) if isinstance(kind, str)]
    return min((RANKS[kind] for kind in kinds if kind in RANKS), default=None)


def _is_reference(value: Node) -> bool:
    return isinstance(value.get("@id"), str) and "name" not in value


def _each(value: Any) -> list[Any]:
    if value is None:
        return []
    return value[:100] if isinstance(value, list) else [value]
