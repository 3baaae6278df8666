"""From bytes to text as browsers do it (WHATWG, HTML § 13.2.3 and Encoding), and a little more forgiving.

Order: byte order mark, Content-Type, ``<meta>`` or XML declaration within the first bytes, then UTF-8 if the bytes
are UTF-8, else windows-1252. Unlike browsers, it does not believe a one-byte charset for bytes that are faultless
UTF-8 (a server's default, and a mojibake for readers), nor UTF-8 or UTF-16 for bytes that can't be it.
"""

import re
from typing import cast

import webencodings

PRESCAN = 4096  # bytes; the standard asks for 1024, and pages put their <meta> later
UTF8, WINDOWS = "utf-8", "windows-1252"
# GBK is read as what it is a part of (Encoding § 10.1.1); x-user-defined as what a meta means by it (HTML § 13.2.3.2).
DECODERS = {"gbk": "gb18030", "x-user-defined": WINDOWS}
MARKS = ((b"\xef\xbb\xbf", UTF8), (b"\xff\xfe", "utf-16le"), (b"\xfe\xff", "utf-16be"))
IN_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([^\s;\"']+)", re.IGNORECASE)
COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
IN_META = re.compile(
    rb"<meta\s[^>]{0,1000}?charset\s*=\s*[\"']?\s*([^\s;\"'/>]{1,40})", re.IGNORECASE
)
IN_XML = re.compile(rb"\A\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([^\"'>]{1,40})")
MANY_BYTES = {UTF8, "utf-16le", "utf-16be", "gb18030", "big5", "euc-jp", "euc-kr"}
MANY_BYTES |= {"shift_jis", "iso-2022-jp"}


def decode(data: bytes, content_type: str = "") -> tuple[str, str]:
    """The text and the encoding's name. Never fails: what is no character becomes U+FFFD."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], name), name
    name = _believable(data, declared(data, content_type))
    return _decoded(data, name), name


def declared(data: bytes, content_type: str) -> list[str]:
    """The encodings that the header and the document name, in this order; labels that are none are left out."""
    head = COMMENT.sub(b"", data[:PRESCAN])
    in_header = IN_HEADER.search(content_type)
    in_document = IN_META.search(head) or IN_XML.search(head)
    names = [_name(in_header[1])] if in_header else []
    if in_document:
        name = _name(in_document[1].decode("ascii", "replace"))
        # What could be read as ASCII is no UTF-16, whatever it says (HTML § 13.2.3.2).
        names.append(UTF8 if name.startswith("utf-16") else name)
    return [name for name in names if name]


def _name(label: str) -> str:
    encoding = webencodings.lookup(label)
    name = str(encoding.name) if encoding else ""
    return DECODERS.get(name, name)


def _believable(data: bytes, names: list[str]) -> str:
    is_utf8 = _is(data, UTF8)
    for name in names:
        if name.startswith("utf-16"):
            if b"\0" in data[:PRESCAN]:
                return name
        elif name == UTF8:
            if is_utf8 or _mostly_utf8(data):
                return name
        elif name in MANY_BYTES or not is_utf8 or data.isascii():
            return name
    return UTF8 if is_utf8 else WINDOWS


def _is(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(data: bytes) -> bool:
    """A page cut in the middle of a character, or with a foreign snippet, is still UTF-8."""
    high = sum(1 for byte in data[:1_000_000] if byte >= 0x80)
    broken = data[:1_000_000].decode(UTF8, "replace").count("\ufffd")
    return broken * 4 <= high


def _decoded(data: bytes, name: str) -> str:
    codec = cast(webencodings.Encoding, webencodings.lookup(name)).codec_info
    return cast(str, codec.decode(data, "replace")[0])
