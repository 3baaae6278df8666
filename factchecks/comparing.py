"""What changed between two documents, part by part and word by word. Pure, no queries.

Parts are matched by key, also when they moved. A citation whose number changed only because sources were renumbered is
no change of the text: texts are compared by what they cite.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from factchecks import documents, key_space, words
from factchecks.documents import Document
from factchecks.words import Piece

__all__ = ["Change", "Piece", "compare", "summary"]

Kind = Literal["added", "removed", "changed", "moved"]
MAX_PHRASES = 4


@dataclass(frozen=True)
class Change:
    """One part that differs. ``part`` is a field of the document; ``key`` names the part of a list, else it is empty.

    ``name`` is short (“Finding 2”), ``title`` says more (“Finding 2: It is measured”).
    """

    part: str
    key: str
    kind: Kind
    title: str
    before: list[Piece] = field(default_factory=list)
    after: list[Piece] = field(default_factory=list)
    name: str = ""


def compare(old: Document, new: Document, *, with_words: bool = True) -> list[Change]:
    """Every change, in the order of the page; none when the documents say the same.

    For a summary alone, texts that changed need not be compared ``with_words``.
    """
    sides = _Sides(old, new, with_words)
    changes: list[Change] = []
    for part, label in FIELDS.items():
        if part in PARTS:
            changes += _of_list(sides, part)
        else:
            changes += _of_field(sides, part, str(label))
    return changes


def summary(changes: list[Change]) -> str:
    """One short sentence: “Summary changed; Finding 2 moved; 1 source added”."""
    phrases = list(_phrases(changes))
    if len(phrases) > MAX_PHRASES:
        phrases = [*phrases[: MAX_PHRASES - 1], _("and more")]
    return "; ".join(phrases) or _("Nothing changed")


VERBS = {
    "added": gettext_lazy("%(what)s added"),
    "removed": gettext_lazy("%(what)s removed"),
    "changed": gettext_lazy("%(what)s changed"),
    "moved": gettext_lazy("%(what)s moved"),
}
COUNTS = {
    "findings": ngettext_lazy("%(count)d finding", "%(count)d findings", "count"),
    "citations": ngettext_lazy("%(count)d source", "%(count)d sources", "count"),
    "searches": ngettext_lazy("%(count)d search", "%(count)d searches", "count"),
    "follow_ups": ngettext_lazy(
        "%(count)d follow-up question", "%(count)d follow-up questions", "count"
    ),
    "pictures": ngettext_lazy("%(count)d picture", "%(count)d pictures", "count"),
}


def _phrases(changes: list[Change]) -> Iterator[str]:
    """A phrase for each field, and one for all parts of a list to which the same happened."""
    groups: dict[tuple[str, Kind], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.part, change.kind), []).append(change)
    for (part, kind), group in groups.items():
        if part in COUNTS and (kind == "added" or len(group) > 1):
            what = str(COUNTS[part] % {"count": len(group)})
        else:
            what = group[0].name
        yield str(VERBS[kind]) % {"what": what}


# The document's fields and lists in the order of the page, with their names for a person.
FIELDS = {
    "question": gettext_lazy("Question"),
    "claim": gettext_lazy("Claim"),
    "rating": gettext_lazy("Rating"),
    "authors": gettext_lazy("Authors"),
    "reviewed_by": gettext_lazy("Reviewed by"),
    "checked_on": gettext_lazy("Checked on"),
    "review_on": gettext_lazy("Check again on"),
    "tags": gettext_lazy("Tags"),
    "searches": gettext_lazy("Searches"),
    "summary": gettext_lazy("Executive summary"),
    "findings": gettext_lazy("Findings"),
    "follow_ups": gettext_lazy("Follow-up questions"),
    "citations": gettext_lazy("Sources"),
    "pictures": gettext_lazy("Pictures"),
    "one_publisher_reason": gettext_lazy("Why sources of one publisher are enough"),
    "limitations": gettext_lazy("What we could not establish"),
    "answers": gettext_lazy("Question that it answers"),
    "slug": gettext_lazy("Address"),
    "language": gettext_lazy("Language"),
}


def _unread(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts as a whole, not compared."""
    return [Piece("gone", old)], [Piece("new", new)]


class _Sides:
    """Both documents, and their texts by what they cite where the numbers mean different sources."""

    def __init__(self, old: Document, new: Document, with_words: bool) -> None:
        self.diff = words.diff if with_words else _unread
        self.old, self.new = old, new
        self._keys = key_space.keys_by_number(old), key_space.keys_by_number(new)
        self._numbers = tuple({key: number for number, key in keys.items()} for keys in self._keys)
        shared = self._keys[0].keys() & self._keys[1].keys()
        self._agree = all(self._keys[0][number] == self._keys[1][number] for number in shared)
        self._space = key_space.KeySpace()
        # A passage relies on a finding, not on the finding's heading of the day.
        self.headings = {
            finding["key"]: finding["heading"] for finding in [*old["findings"], *new["findings"]]
        }

    def pieces(self, before: str, after: str) -> tuple[list[Piece], list[Piece]] | None:
        """Both texts as pieces, or nothing when they say the same."""
        if self._agree:
            return None if before == after else self.diff(before, after)
        keyed = self._space.enter(before, self._keys[0]), self._space.enter(after, self._keys[1])
        if keyed[0] == keyed[1]:
            return None
        gone, new = self.diff(*keyed)
        return self._shown(gone, self._numbers[0]), self._shown(new, self._numbers[1])

    def _shown(self, pieces: list[Piece], numbers: Mapping[str, int]) -> list[Piece]:
        return [Piece(piece.kind, self._space.leave(piece.text, numbers)) for piece in pieces]


def _of_field(sides: _Sides, part: str, label: str) -> Iterator[Change]:
    before = field_text(part, cast(Any, sides.old).get(part))
    after = field_text(part, cast(Any, sides.new).get(part))
    pieces = sides.pieces(before, after)
    if pieces is None:
        return
    kind: Kind = "changed"
    if not before or not after:
        kind = "added" if after else "removed"
    yield Change(part, "", kind, label, *pieces, name=label)


def field_text(part: str, value: Any) -> str:
    """A field of the document as a person reads it; empty when there is nothing."""
    if not value:
        return ""
    match part:
        case "checked_on" | "review_on":
            return _day(value)
        case "reviewed_by":
            return str(value["name"])
        case "authors":
            return ", ".join(person["name"] for person in value)
        case "tags":
            return ", ".join(value)
        case "rating":
            return _lines(value["name"], value["description"])
        case "claim":
            return _lines(
                value["text"], value["claimant"], _day(value["claimed_on"]), value["appearance"]
            )
    return str(value)


def _day(text: str | None) -> str:
    day = documents.day(text)
    return date_format(day, "DATE_FORMAT") if day else ""


def _lines(*lines: str | None) -> str:
    return "\n".join(line for line in lines if line)


# Lists ------------------------------------------------------------------------------------------


def finding_text(part: Any, headings: Mapping[str, str]) -> str:
    return "\n\n".join(filter(None, [part["heading"], part["text"]]))


def citation_text(part: Any, headings: Mapping[str, str]) -> str:
    source = part["source"]
    lines = [_("No source yet")]
    if source:
        publisher = source["publisher"]
        lines = [
            source["title"],
            publisher["name"] if publisher else "",
            _day(source["published_on"]),
            source["url"],
        ]
    if part["accessed_on"]:
        lines.append(_("Accessed on %(day)s") % {"day": _day(part["accessed_on"])})
    for quotation in part["quotations"]:
        heading = headings.get(quotation["finding"], "")
        lines += ["", f"“{quotation['text']}”" + (f" ({heading})" if heading else "")]
    return "\n".join(line for line in lines if line or len(lines) > 1).strip()


def picture_text(part: Any, headings: Mapping[str, str]) -> str:
    size = f"{part['width']} × {part['height']}, {part['sha256'][:12]}"
    return _lines(part["name"], part["alt"], part["credit"], part["licence"], size)


def item_text(part: Any, headings: Mapping[str, str]) -> str:
    return str(part["text"])


PARTS: dict[str, Callable[[Any, Mapping[str, str]], str]] = {
    "searches": item_text,
    "findings": finding_text,
    "follow_ups": item_text,
    "citations": citation_text,
    "pictures": picture_text,
}
CITING = {"findings"}


def part_name(part: str, place: int) -> str:
    """What a part of a list is called where it stands at that place, from 1."""
    names = {
        "findings": _("Finding %(number)s"),
        "citations": _("Source [%(number)s]"),
        "searches": _("Search %(number)s"),
        "follow_ups": _("Follow-up question %(number)s"),
        "pictures": _("Picture %(number)s"),
    }
    return names[part] % {"number": place}


def part_title(part: str, place: int, value: Any) -> str:
    """As ``part_name``, with what the part says of itself."""
    match part:
        case "findings":
            what = value["heading"]
        case "citations":
            what = (value["source"] or {}).get("title", "")
        case "pictures":
            what = value["name"]
        case _:
            what = ""
    name = part_name(part, place)
    return f"{name}: {what}" if what else name


def _of_list(sides: _Sides, part: str) -> Iterator[Change]:
    """The parts of the new list in order, each after those that were removed before it."""
    old = _by_key(cast(Any, sides.old).get(part, []))
    new = _by_key(cast(Any, sides.new).get(part, []))
    moved = _moved(list(old), list(new))
    for key, (place, value) in old.items():
        if key not in new:
            text = PARTS[part](value, sides.headings)
            yield Change(
                part,
                key,
                "removed",
                part_title(part, place, value),
                before=[Piece("gone", text)],
                name=part_name(part, place),
            )
    for key, (place, value) in new.items():
        title, name = part_title(part, place, value), part_name(part, place)
        text = PARTS[part](value, sides.headings)
        if key not in old:
            yield Change(part, key, "added", title, after=[Piece("new", text)], name=name)
            continue
        place_before, value_before = old[key]
        text_before = PARTS[part](value_before, sides.headings)
        if part in CITING:
            pieces = sides.pieces(text_before, text)
        else:
            pieces = None if text_before == text else sides.diff(text_before, text)
        if pieces is not None:
            yield Change(part, key, "changed", title, *pieces, name=name)
        if key in moved:
            before = [Piece("gone", part_name(part, place_before))]
            yield Change(part, key, "moved", title, before, [Piece("new", name)], name)


def _by_key(parts: list[Any]) -> dict[str, tuple[int, Any]]:
    return {part["key"]: (place, part) for place, part in enumerate(parts, 1)}


def _moved(old: list[str], new: list[str]) -> set[str]:
    """The fewest keys that had to be moved to get the new order."""
    places = {key: place for place, key in enumerate(old)}
    shared = [key for key in new if key in places]
    stayed = {shared[index] for index in words.increasing([places[key] for key in shared])}
    return set(shared) - stayed
