"""A form as a browser would post it."""

from html.parser import HTMLParser


class Form(HTMLParser):
    """The fields of a page's forms, by name, as they are shown; rows that are not there yet are left out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.text: str | None = None  # the name of the text that is being read
        self.choice = ""
        self.feed(html)
        self.fields = {
            name: value for name, value in self.fields.items() if "__prefix__" not in name
        }

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name, value = has.get("name") or "", has.get("value") or ""
        if tag == "input" and name and has.get("type") not in {"submit", "checkbox", "file"}:
            self.fields[name] = value
        elif tag == "textarea" and name:
            self.text, self.fields[name] = name, ""
        elif tag == "select" and name:
            self.choice, self.fields[name] = name, ""
        elif tag == "option" and "selected" in has:
            self.fields[self.choice] = value

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.fields[self.text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.text is not None:
            self.fields[self.text] = self.fields[self.text].removeprefix("\n")
            self.text = None
