"""Two people changed one check: what each did, brought together. Pure, no queries.

``base`` is the document that both began with, ``mine`` the one that is about to be saved, ``theirs`` the one that was
saved meanwhile. Whatever only one of them changed is taken over: fields, parts of lists by key, paragraphs of a text,
the order. Where both changed the same thing differently there is a conflict, and a choice decides; mine, unless told
otherwise. Texts are merged by what they cite (``factchecks.key_space``) and get the numbers of the merged list of
sources in the end.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from factchecks import comparing, documents, key_space, words
from factchecks.documents import Document
from factchecks.words import Piece
from sources import addresses

Part = dict[str, Any]
Choice = Literal["mine", "theirs"]
T = TypeVar("T")

# The fields of each kind of part that can be changed apart from each other, with the names that make one up.
FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "authors": {"name": ("name",)},
    "searches": {"text": ("text",)},
    "findings": {"heading": ("heading",), "text": ("text",)},
    "citations": {"accessed_on": ("accessed_on",), "source": ("source",)},
    "quotations": {"text": ("text",), "finding": ("finding",)},
    "follow_ups": {"text": ("text",)},
    "pictures": {
        "name": ("name",),
        "alt": ("alt",),
        "credit": ("credit",),
        "licence": ("licence",),
        "file": ("sha256", "width", "height"),
    },
}
LABELS = {
    "heading": gettext_lazy("heading"),
    "accessed_on": gettext_lazy("date of access"),
    "source": gettext_lazy("address"),
    "quotations": gettext_lazy("passages relied on"),
    "finding": gettext_lazy("finding that relies on the passage"),
    "order": gettext_lazy("order"),
    "alt": gettext_lazy("alternative text"),
    "credit": gettext_lazy("credit"),
    "licence": gettext_lazy("licence"),
    "file": gettext_lazy("file"),
}
SINGLE = [
    "question",
    "slug",
    "language",
    "checked_on",
    "review_on",
    "reviewed_by",
    "rating",
    "one_publisher_reason",
    "limitations",
    "answers",
]
CLAIM = {
    "text": gettext_lazy("Claim"),
    "claimant": gettext_lazy("Claimant"),
    "claimed_on": gettext_lazy("Claimed on"),
    "appearance": gettext_lazy("Appearance of the claim"),
}
# Parts that both sides added are one part when this is the same.
SAMENESS: dict[str, Callable[[Part], Any]] = {
    "searches": lambda part: part["text"].casefold(),
    "follow_ups": lambda part: part["text"].casefold(),
    "citations": lambda part: _address(part),
    "pictures": lambda part: part["name"],
}


@dataclass(frozen=True)
class Conflict:
    """What both sides changed differently, as texts for a person; an empty one: it is not there.

    ``field`` is empty when one side removed the part that the other changed.
    """

    part: str
    key: str
    field: str
    title: str
    base: str
    mine: str
    theirs: str
    mine_pieces: list[Piece]
    theirs_pieces: list[Piece]

    @property
    def id(self) -> str:
        return ".".join(filter(None, [self.part, self.key, self.field]))


@dataclass(frozen=True)
class Merge:
    """The merged document, and what had to be decided on the way."""

    document: Document
    conflicts: list[Conflict]


def merge(
    base: Document,
    mine: Document,
    theirs: Document,
    choices: Mapping[str, str] | None = None,
) -> Merge:
    """Both changes in one document. ``choices`` says "mine" or "theirs" by the id of a conflict."""
    choices = choices or {}
    base, mine, theirs = (documents.whole(document) for document in (base, mine, theirs))
    if mine in (base, theirs):
        return Merge(theirs, [])
    if theirs == base:
        return Merge(mine, [])
    merging = _Merging(base, mine, theirs, choices)
    document = merging.document()
    if _fits(document):
        return Merge(document, merging.conflicts)
    conflict = _of_everything(base, mine, theirs)
    return Merge(theirs if choices.get(conflict.id) == "theirs" else mine, [conflict])


def resolve(
    base: Document, mine: Document, theirs: Document, choices: Mapping[str, str]
) -> Document:
    """The merged document, with each conflict decided as chosen."""
    return merge(base, mine, theirs, choices).document


def _fits(document: Document) -> bool:
    names = [picture["name"] for picture in document["pictures"]]
    return not documents.problems_of(document) and len(set(names)) == len(names)


def _of_everything(base: Document, mine: Document, theirs: Document) -> Conflict:
    """Both sides together are more than a check may hold: one of them has to be chosen as a whole."""
    said = [comparing.summary(comparing.compare(base, side)) for side in (mine, theirs)]
    my_pieces, their_pieces = ([Piece("same", text)] for text in said)
    return Conflict(
        "document", "", "", _("The whole check"), "", said[0], said[1], my_pieces, their_pieces
    )


def _address(citation: Part) -> str | None:
    source = citation["source"]
    return addresses.normalise(source["url"]) if source else None


class _Side:
    """One of the three documents, its texts in the key space."""

    def __init__(self, document: Document, space: key_space.KeySpace, same: Mapping[str, str]):
        keys = {
            number: same.get(key, key) for number, key in key_space.keys_by_number(document).items()
        }
        self.numbers = {key: number for number, key in keys.items()}
        self.fields = cast(Part, document)
        self.summary = space.enter(document["summary"], keys)
        self.parts: dict[str, dict[str, Part]] = {}
        for name in FIELDS.keys() - {"quotations"}:
            parts = [
                {**part, "key": same.get(part["key"], part["key"])} for part in self._list(name)
            ]
            self.parts[name] = {part["key"]: part for part in parts}
        for finding in self.parts["findings"].values():
            finding["text"] = space.enter(finding["text"], keys)
        for citation in self.parts["citations"].values():
            del citation["number"]
        self.addresses = {
            key: (part["source"] or {}).get("url", key)
            for key, part in self.parts["citations"].items()
        }
        self.headings = {key: part["heading"] for key, part in self.parts["findings"].items()}

    def with_addresses(self) -> dict[str, str]:
        return {key: f"{self.numbers[key]}: {url}" for key, url in self.addresses.items()}

    def _list(self, name: str) -> list[Part]:
        return cast(list[Part], self.fields.get(name, []))

    def place(self, name: str, key: str) -> int:
        return list(self.parts[name]).index(key) + 1


class _Merging:
    def __init__(
        self, base: Document, mine: Document, theirs: Document, choices: Mapping[str, str]
    ) -> None:
        self.space = key_space.KeySpace()
        self.base = _Side(base, self.space, {})
        self.mine = _Side(mine, self.space, _same_additions(base, mine, theirs))
        self.theirs = _Side(theirs, self.space, {})
        self.choices = choices
        self.conflicts: list[Conflict] = []

    def document(self) -> Document:
        base, mine, theirs = self.base.fields, self.mine.fields, self.theirs.fields
        merged: Part = {"version": theirs["version"], "key": theirs["key"]}
        for name in SINGLE:
            show = _shower(name)
            title = str(comparing.FIELDS[name])
            merged[name] = self._pick(
                (name, "", ""), title, base.get(name), mine[name], theirs[name], show
            )
        merged["claim"] = self._claim()
        merged["tags"] = _tags(base["tags"], mine["tags"], theirs["tags"])
        summary = self._text(
            ("summary", "", ""),
            str(comparing.FIELDS["summary"]),
            *(side.summary for side in (self.base, self.mine, self.theirs)),
        )
        for name in ("authors", "searches", "findings", "follow_ups", "pictures"):
            merged[name] = self._list(name)
        citations = self._citations([summary, *(part["text"] for part in merged["findings"])])
        merged["citations"], numbers = _numbered(citations, merged["findings"])
        merged["summary"] = self.space.leave(summary, numbers)
        for finding in merged["findings"]:
            finding["text"] = self.space.leave(finding["text"], numbers)
        return cast(Document, {name: merged[name] for name in theirs})

    # One field -------------------------------------------------------------------------------

    def _pick(
        self,
        place: tuple[str, str, str],
        title: str,
        base: T,
        mine: T,
        theirs: T,
        show: Callable[[T], str],
    ) -> T:
        if mine in (theirs, base):
            return theirs
        if theirs == base:
            return mine
        shown = [show(value) for value in (base, mine, theirs)]
        return mine if self._conflict(place, title, *shown) == "mine" else theirs

    def _text(
        self, place: tuple[str, str, str], title: str, base: str, mine: str, theirs: str
    ) -> str:
        """A text of paragraphs; two people may change different ones."""
        if mine in (theirs, base) or theirs == base:
            return theirs if mine in (theirs, base) else mine
        my_words, their_words = (
            self.space.spell_out(text, side.addresses)
            for text, side in ((mine, self.mine), (theirs, self.theirs))
        )
        if my_words == their_words:
            return theirs  # of one source, taken out and put in again
        woven = _woven(base, mine, theirs)
        if woven is not None:
            return woven
        return self._pick(place, title, base, mine, theirs, str)

    def _conflict(
        self, place: tuple[str, str, str], title: str, base: str, mine: str, theirs: str
    ) -> Choice:
        """Note that somebody must decide, and say what was decided."""
        sides = (self.base, self.mine, self.theirs)
        numbers = [side.numbers for side in sides]
        if self.space.leave(mine, numbers[1]) == self.space.leave(theirs, numbers[2]):
            # The same numbers mean other sources.
            base, mine, theirs = (
                self.space.spell_out(text, side.with_addresses())
                for text, side in zip((base, mine, theirs), sides, strict=True)
            )
        base, shown_mine, shown_theirs = (
            self.space.leave(text, known)
            for text, known in zip((base, mine, theirs), numbers, strict=True)
        )
        if shown_mine == shown_theirs:
            return "theirs"  # nobody could tell them apart: equal searches in another order
        my_pieces, their_pieces = words.diff(mine, theirs)
        conflict = Conflict(
            *place,
            title,
            base,
            shown_mine,
            shown_theirs,
            self._shown(my_pieces, numbers[1]),
            self._shown(their_pieces, numbers[2]),
        )
        self.conflicts.append(conflict)
        return "theirs" if self.choices.get(conflict.id) == "theirs" else "mine"

    def _shown(self, pieces: list[Piece], numbers: Mapping[str, int]) -> list[Piece]:
        return [Piece(piece.kind, self.space.leave(piece.text, numbers)) for piece in pieces]

    def _claim(self) -> Part | None:
        """Field by field, unless a side has taken the claim out or in as a whole."""
        base, mine, theirs = (
            side.fields.get("claim") for side in (self.base, self.mine, self.theirs)
        )
        if base is None or mine is None or theirs is None:
            show = _shower("claim")
            title = str(comparing.FIELDS["claim"])
            return self._pick(("claim", "", ""), title, base, mine, theirs, show)
        claim = {
            name: self._pick(
                ("claim", "", name), str(title), base[name], mine[name], theirs[name], _shower(name)
            )
            for name, title in CLAIM.items()
        }
        return claim if any(claim.values()) else None

    # Lists of parts --------------------------------------------------------------------------

    def _list(self, name: str) -> list[Part]:
        base, mine, theirs = (side.parts[name] for side in (self.base, self.mine, self.theirs))
        kept = self._kept(name, base, mine, theirs)
        order = self._order(name, list(base), list(mine), list(theirs))
        return [kept[key] for key in order if key in kept]

    def _kept(
        self, name: str, base: dict[str, Part], mine: dict[str, Part], theirs: dict[str, Part]
    ) -> dict[str, Part]:
        """The parts that stay, by key, each merged."""
        kept = {}
        for key in dict.fromkeys([*theirs, *mine]):
            part = self._part(name, key, base.get(key), mine.get(key), theirs.get(key))
            if part is not None:
                kept[key] = part
        return kept

    def _part(
        self, name: str, key: str, base: Part | None, mine: Part | None, theirs: Part | None
    ) -> Part | None:
        if mine and theirs:
            return self._both_have(name, key, base or {}, mine, theirs)
        part = mine or theirs
        if base is None:
            return part  # added
        if part == base:
            return None  # removed, and the other side had not touched it
        show = self._part_shower(name)
        chosen = self._conflict(
            (name, key, ""),
            self._title(name, key),
            show(base),
            show(mine) if mine else "",
            show(theirs) if theirs else "",
        )
        return mine if chosen == "mine" else theirs

    def _both_have(self, name: str, key: str, base: Part, mine: Part, theirs: Part) -> Part:
        part: Part = {"key": key}
        for field_name, members in FIELDS[name].items():
            was, my, their = (
                tuple(side.get(member) for member in members) for side in (base, mine, theirs)
            )
            place, title = (name, key, field_name), self._title(name, key, field_name)
            if (name, field_name) == ("findings", "text"):
                part["text"] = self._text(
                    place, title, *(str(values[0] or "") for values in (was, my, their))
                )
                continue
            show = self._field_shower(field_name)
            picked = self._pick(place, title, was, my, their, show)
            part.update(zip(members, picked, strict=True))
        if name == "citations":
            part["quotations"] = self._quotations(key, base, mine, theirs)
        return part

    def _quotations(self, key: str, base: Part, mine: Part, theirs: Part) -> list[Part]:
        was, my, their = (
            {quote["key"]: quote for quote in side.get("quotations", [])}
            for side in (base, mine, theirs)
        )
        self._quoting = key
        kept = self._kept("quotations", was, my, their)
        order = self._order("quotations", list(was), list(my), list(their), key)
        return [kept[quote] for quote in order if quote in kept]

    def _citations(self, texts: list[str]) -> list[Part]:
        """The sources that stay: also those that one side took out while a text that stays cites them."""
        base, mine, theirs = (
            side.parts["citations"] for side in (self.base, self.mine, self.theirs)
        )
        kept = self._kept("citations", base, mine, theirs)
        for key in set().union(*map(self.space.keys_in, texts)) - kept.keys():
            kept[key] = theirs.get(key) or mine[key]
        order = self._order("citations", list(base), list(mine), list(theirs))
        return [kept[key] for key in order if key in kept]

    def _order(
        self, name: str, base: list[str], mine: list[str], theirs: list[str], key: str = ""
    ) -> list[str]:
        """All keys of both sides, in the order of the side that changed the order."""
        shared = set(base) & set(mine) & set(theirs)
        was, my, their = ([k for k in side if k in shared] for side in (base, mine, theirs))
        if my in (their, was):
            return _inserted(theirs, mine, base)
        if their == was:
            return _inserted(mine, theirs, base)
        texts = (self._listed(name, keys) for keys in (was, my, their))
        title = f"{comparing.FIELDS[name]} ({LABELS['order']})" if not key else ""
        title = title or f"{self._title('citations', key)} ({LABELS['quotations']})"
        chosen = self._conflict((name, key, "order"), title, *texts)
        return _inserted(mine, theirs, base) if chosen == "mine" else _inserted(theirs, mine, base)

    # Words for a person ----------------------------------------------------------------------

    def _title(self, name: str, key: str, field_name: str = "") -> str:
        if name == "quotations":
            title = self._title("citations", self._quoting, "quotations")
        else:
            side = self.mine if key in self.mine.parts[name] else self.theirs
            value, place = side.parts[name][key], side.place(name, key)
            title = (
                str(comparing.FIELDS[name])
                if name == "authors"
                else comparing.part_title(name, place, value)
            )
        return f"{title} ({LABELS[field_name]})" if field_name in LABELS else title

    def _listed(self, name: str, keys: Iterable[str]) -> str:
        show = self._part_shower(name)
        parts = self._all_quotations() if name == "quotations" else self.theirs.parts[name]
        lines = [show(parts[key]).partition("\n")[0] for key in keys]
        return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))

    def _all_quotations(self) -> dict[str, Part]:
        citations = self.theirs.parts["citations"].values()
        return {quote["key"]: quote for part in citations for quote in part["quotations"]}

    def _headings(self) -> dict[str, str]:
        return {**self.theirs.headings, **self.mine.headings}

    def _part_shower(self, name: str) -> Callable[[Part], str]:
        if name == "authors":
            return lambda part: str(part["name"])
        show = comparing.PARTS.get(name, comparing.item_text)
        return lambda part: show(part, self._headings())

    def _field_shower(self, name: str) -> Callable[[tuple[Any, ...]], str]:
        def show(values: tuple[Any, ...]) -> str:
            match name:
                case "source":
                    part = {"source": values[0], "accessed_on": None, "quotations": []}
                    return comparing.citation_text(part, {})
                case "finding":
                    return self._headings().get(values[0], "")
                case "accessed_on":
                    return comparing.field_text("checked_on", values[0])
            return " ".join(str(value) for value in values if value is not None)

        return show


def _shower(name: str) -> Callable[[Any], str]:
    days = {"claimed_on": "checked_on"}
    return lambda value: comparing.field_text(days.get(name, name), value)


def _same_additions(base: Document, mine: Document, theirs: Document) -> dict[str, str]:
    """My keys of parts that both sides added, with their keys: the same source, the same search."""
    same: dict[str, str] = {}
    for name, mark in SAMENESS.items():
        old, my, their = (cast(Part, side).get(name, []) for side in (base, mine, theirs))
        known = {part["key"] for part in old}
        my_keys, their_keys = ({part["key"] for part in side} for side in (my, their))
        added = {mark(p): p["key"] for p in their if p["key"] not in known | my_keys}
        added.pop(None, None)
        for part in my:
            if part["key"] not in known | their_keys and mark(part) in added:
                same[part["key"]] = added.pop(mark(part))
    return same


def _tags(base: list[str], mine: list[str], theirs: list[str]) -> list[str]:
    """What both kept and what either added, once whatever its case."""
    kept = [tag for tag in [*theirs, *mine] if tag not in base or (tag in mine and tag in theirs)]
    return sorted({tag.casefold(): tag for tag in reversed(kept)}.values(), key=str.casefold)


def _woven(base: str, mine: str, theirs: str) -> str | None:
    """The text with the paragraphs that either side changed, or nothing where both changed the same ones."""
    paragraphs, my, their = (text.split("\n\n") for text in (base, mine, theirs))
    my_edits, their_edits = _edits(paragraphs, my), _edits(paragraphs, their)
    if any(_touch(one, other) for one in my_edits for other in their_edits):
        return None
    for start, end, new in sorted([*my_edits, *their_edits], reverse=True):
        paragraphs[start:end] = new
    return documents.clean_text("\n\n".join(paragraphs))


Edit = tuple[int, int, list[str]]


def _edits(old: list[str], new: list[str]) -> list[Edit]:
    """The stretches of ``old`` that are something else in ``new``."""
    edits = []
    i = j = 0
    for x, y, size in [*words.blocks(old, new), (len(old), len(new), 0)]:
        if (i, j) != (x, y):
            edits.append((i, x, new[j:y]))
        i, j = x + size, y + size
    return edits


def _touch(one: Edit, other: Edit) -> bool:
    """Whether two stretches overlap; what is inserted also collides with what it would stand beside."""
    if one[0] == one[1] or other[0] == other[1]:
        return one[0] <= other[1] and other[0] <= one[1]
    return one[0] < other[1] and other[0] < one[1]


def _inserted(order: Sequence[str], other: Sequence[str], base: Sequence[str]) -> list[str]:
    """The order with what only the other side has, each after the part that it follows there."""
    merged = list(order)
    known, others = set(base), set(other)
    before = ""
    for key in other:
        if key not in merged:
            place = merged.index(before) + 1 if before else 0
            while place < len(merged) and merged[place] not in known | others:
                place += 1
            merged.insert(place, key)
        before = key
    return merged


def _numbered(citations: list[Part], findings: list[Part]) -> tuple[list[Part], dict[str, int]]:
    """The sources with their numbers, and the number of each key; two citations of one address become one."""
    headings = {finding["key"] for finding in findings}
    by_address: dict[str, Part] = {}
    numbered: list[Part] = []
    numbers: dict[str, int] = {}
    quoted: set[str] = set()
    for part in citations:
        address = _address(part)
        quotations = [
            {**quote, "finding": quote["finding"] if quote["finding"] in headings else None}
            for quote in part["quotations"]
            if quote["key"] not in quoted
        ]
        quoted |= {quote["key"] for quote in quotations}
        twin = by_address.get(address) if address else None
        if twin is not None:
            said = {quote["text"] for quote in twin["quotations"]}
            twin["quotations"] += [quote for quote in quotations if quote["text"] not in said]
            twin["accessed_on"] = twin["accessed_on"] or part["accessed_on"]
            numbers[part["key"]] = twin["number"]
            continue
        numbers[part["key"]] = len(numbered) + 1
        numbered.append({**part, "number": len(numbered) + 1, "quotations": quotations})
        if address:
            by_address[address] = numbered[-1]
    return numbered, numbers
