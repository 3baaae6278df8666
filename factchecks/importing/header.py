"""A YAML header, read with the line of every value, and without the traps of YAML.

Only plain values, lists and mappings are read (``yaml.SafeLoader``), nested no deeper than a check needs, and without
anchors and aliases, with which a small file can describe a huge one.
"""

from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

import yaml
from django.utils.translation import gettext as _

from factchecks.documents import clean_line, clean_text
from factchecks.importing.dates import UnclearDate, read_date
from factchecks.importing.draft import Notes, UnreadableDraft, excerpt
from factchecks.importing.lengths import cut

LONGEST = 250_000  # characters; PyYAML reads about 100,000 a second
DEEPEST = 8
TAG = "tag:yaml.org,2002:"
WRITTEN_AS_TEXT = {TAG + "str", TAG + "timestamp"}
TAKEN_FOR_OTHER = {TAG + "int", TAG + "float", TAG + "bool"}


class _Loader(yaml.SafeLoader):
    """Composes nodes only; bounded in depth, and without aliases."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused(_("anchors (&) and aliases (*) are not read"), event.start_mark)
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Refused(_("it is nested too deeply"), event.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Refused(yaml.MarkedYAMLError):
    def __init__(self, problem: str, mark: yaml.Mark) -> None:
        super().__init__(problem=problem, problem_mark=mark)


def compose(lines: list[str], first_line: int) -> yaml.MappingNode:
    """The header's mapping; its nodes' marks count from ``first_line``. Raises ``UnreadableDraft``."""
    text = "\n".join(lines)
    if len(text) > LONGEST:
        message = _("The header has %(length)d characters; at most %(most)d can be read.")
        raise UnreadableDraft(message % {"length": len(text), "most": LONGEST}, first_line)
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + mark.line if mark else first_line
        raise _unreadable(error.problem or error.context or "", line) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise _unreadable(excerpt(str(error)), first_line) from error
    if not isinstance(node, yaml.MappingNode):
        raise _unreadable(_("it is not a list of “key: value” lines"), first_line)
    return node


def _unreadable(problem: str, line: int) -> UnreadableDraft:
    message = _("The YAML header cannot be read: %(problem)s.") % {"problem": problem.rstrip(".")}
    if "mapping values" in problem:
        message += " " + _("A text that has a colon in it needs quotation marks.")
    elif "cannot start any token" in problem:
        message += " " + _("A text that begins with a sign needs quotation marks.")
    return UnreadableDraft(message, line)


@dataclass
class Fields:
    """One mapping of the header: its values by key, each checked for what it should be, each with its line."""

    node: yaml.MappingNode
    known: tuple[str, ...]
    first_line: int
    notes: Notes
    path: str = ""

    def __post_init__(self) -> None:
        self.values: dict[str, yaml.Node] = {}
        self.misspelt: dict[str, str] = {}
        for key_node, value in self.node.value:
            key = clean_line(str(key_node.value)) if isinstance(key_node, yaml.ScalarNode) else "?"
            if key not in self.known:
                self._report_unknown(key, self.line_of(key_node))
            elif key in self.values:
                message = _("%(key)s stands twice in the header; the first one is used.")
                self.notes.block(self.line_of(key_node), message % {"key": self.path + key})
            elif value.tag != TAG + "null":
                self.values[key] = value

    def _report_unknown(self, key: str, line: int) -> None:
        message = _("The header has no key “%(key)s”; it was left out.")
        close = get_close_matches(key.lower()[:40], self.known, n=1)
        if close:
            self.misspelt[close[0]] = key
            message = _(
                "The header has no key “%(key)s”; it was left out. Did you mean “%(close)s”?"
            )
        values = {"key": self.path + excerpt(key, 40), "close": close[0] if close else ""}
        self.notes.block(line, message % values)

    def line_of(self, node: yaml.Node) -> int:
        return int(self.first_line + node.start_mark.line)

    def line(self, key: str) -> int:
        """The line of a key's value, or of the whole mapping when the key is not there."""
        return self.line_of(self.values.get(key, self.node))

    def text(self, key: str, limit: int) -> str:
        """A value as one line of text; empty when it is absent or no text."""
        node = self.values.get(key)
        return self._limited(clean_line(self._written(node, key)), limit, key)

    def passage(self, key: str, limit: int) -> str:
        """A value as a text of one or several lines."""
        node = self.values.get(key)
        return self._limited(clean_text(self._written(node, key)).strip(), limit, key)

    def _limited(self, text: str, limit: int, key: str) -> str:
        return cut(text, limit, self.path + key, self.line(key), self.notes)

    def date(self, key: str) -> str | None:
        """A day in ISO 8601, or nothing."""
        written = clean_line(self._written(self.values.get(key), key))
        if not written:
            return None
        try:
            found: date = read_date(written)
        except UnclearDate as problem:
            self.notes.block(self.line(key), f"{self.path}{key}: {problem}")
            return None
        return found.isoformat()

    def texts(self, key: str, limit: int) -> list[tuple[int, str]]:
        """A list of one-line texts with their lines; a single value stands for a list of one."""
        found = []
        for place, node in enumerate(self.items(key), 1):
            name = f"{key}[{place}]"
            line = self.line_of(node)
            text = clean_line(self._written(node, name))
            if text:
                found.append((line, cut(text, limit, self.path + name, line, self.notes)))
        return found

    def items(self, key: str) -> list[yaml.Node]:
        """The nodes of a list; a single value stands for a list of one."""
        node = self.values.get(key)
        if node is None:
            return []
        if isinstance(node, yaml.SequenceNode):
            return [item for item in node.value if item.tag != TAG + "null"]
        message = _("%(key)s is not a list; it was read as a list of one.")
        self.notes.add(self.line_of(node), message % {"key": self.path + key})
        return [node]

    def fields(self, node: yaml.Node, name: str, known: tuple[str, ...]) -> "Fields | None":
        """A mapping within this one; reported when the node is something else."""
        if isinstance(node, yaml.MappingNode):
            return Fields(node, known, self.first_line, self.notes, f"{self.path}{name}.")
        message = _("%(key)s should have %(keys)s below it; it was left out.")
        values = {"key": self.path + name, "keys": ", ".join(f"“{key}”" for key in known)}
        self.notes.block(self.line_of(node), message % values)
        return None

    def _written(self, node: yaml.Node | None, name: str) -> str:
        """What stands in the file. YAML's own idea of it (``no`` is false, ``1_000`` is a number) is only noted."""
        if node is None:
            return ""
        if (
            not isinstance(node, yaml.ScalarNode)
            or node.tag not in WRITTEN_AS_TEXT | TAKEN_FOR_OTHER
        ):
            message = _("%(key)s is not a text; it was left out.")
            self.notes.block(self.line_of(node), message % {"key": self.path + name})
            return ""
        written = str(node.value)
        if node.tag in TAKEN_FOR_OTHER:
            message = _(
                "%(key)s was read as the text “%(text)s”. Put it in quotation marks to make sure of that."
            )
            values = {"key": self.path + name, "text": excerpt(written)}
            self.notes.add(self.line_of(node), message % values)
        return written

    def number(self, key: str) -> int | None:
        """A whole number, or nothing."""
        node = self.values.get(key)
        if node is None:
            return None
        if isinstance(node, yaml.ScalarNode) and node.value.isascii() and node.value.isdigit():
            return int(node.value[:9])
        message = _("%(key)s is not a number; it was left out.")
        self.notes.block(self.line_of(node), message % {"key": self.path + key})
        return None
