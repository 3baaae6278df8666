"""What is packed comes out as it went in, however it is cut up, and never more of it than there is room for."""

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.fetching import unpacking
from sources.fetching.failures import Broken, Failure, TooLarge

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
}
CODINGS = st.sampled_from(list(PACKERS))


def unpacked(pieces: list[bytes], coding: str, room: int) -> bytes:
    unpacker = unpacking.unpacker(coding)
    assert unpacker is not None
    found = b""
    for piece in pieces:
        found += unpacker.feed(piece, room - len(found))
    unpacker.finish()
    return found


@given(st.binary(max_size=200), CODINGS, st.integers(1, 50))
def test_what_is_packed_comes_out_as_it_went_in(body: bytes, coding: str, size: int) -> None:
    packed = PACKERS[coding](body)
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert unpacked(pieces, coding, len(body)) == body
    assert unpacking.unpack(packed, coding, len(body)) == body


@given(st.binary(min_size=1, max_size=200), CODINGS)
def test_one_byte_too_many_is_too_large(body: bytes, coding: str) -> None:
    with pytest.raises(TooLarge):
        unpacking.unpack(PACKERS[coding](body), coding, len(body) - 1)


@given(st.binary(max_size=60), CODINGS, st.integers(0, 100))
def test_any_bytes_unpack_within_bounds_or_fail(packed: bytes, coding: str, room: int) -> None:
    try:
        assert len(unpacking.unpack(packed, coding, room)) <= room
    except Failure as failure:
        assert isinstance(failure, Broken | TooLarge)  # noqa: PT017


@given(st.binary(min_size=1, max_size=200), CODINGS, st.data())
def test_a_missing_end_is_noticed(body: bytes, coding: str, data: st.DataObject) -> None:
    packed = PACKERS[coding](body)
    cut = data.draw(st.integers(1, len(packed) - 1))
    with pytest.raises(Broken):
        unpacking.unpack(packed[:cut], coding, 10_000)


@pytest.mark.parametrize("coding", PACKERS)
def test_nothing_at_all_is_an_empty_page(coding: str) -> None:
    assert unpacking.unpack(b"", coding, 10) == b""
