"""A quotation stands in a source, stands there with differences, or does not."""

import re
from random import Random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.reading.folding import DASHES, INVISIBLE, LIGATURES, QUOTES, alike, skeleton
from sources.reading.passages import Different, NotFound, Piece, Text, Verified, look_up

TEXT = """The tower is 330 metres tall—“the tallest”, he said—and was built in 1889.
It cost 25 percent more than exam-
ple figures of 2.5 million. A ﬁne oﬃce. A well-
known fact, co\u00adop\u00ader\u00ada\u00adtion at −5 degrees.
Il a dit « bonjour » à l’aube. Nothing else was said in 1999.
קראנו את הדו״ח המלא בעיתון. 東京の塔は三百三十三
メートルです。 $5 was paid (in full)."""

fuzzed = settings(max_examples=150, deadline=None, derandomize=True, database=None)


@pytest.mark.parametrize(
    ("quotation", "passage"),
    [
        ("The tower is 330\u00a0 metres\ttall", "The tower is 330 metres tall"),
        ("“was built in 1889.”", "was built in 1889."),
        ("tall - 'the tallest', he said – and", "tall—“the tallest”, he said—and"),
        ("built in 1889. It cost", "built in 1889.\nIt cost"),
        ("more than example figures", "more than exam-\nple figures"),
        ("more than exam-\nple figures", "more than exam-\nple figures"),
        ("more than exam- ple figures", "more than exam-\nple figures"),
        ("A well-known fact", "A well-\nknown fact"),
        ("A fine office.", "A ﬁne oﬃce."),
        ("cooperation at -5 degrees", "co\u00adop\u00ader\u00ada\u00adtion at −5 degrees"),
        ('Il a dit "bonjour" à l\'aube', "Il a dit « bonjour » à l’aube"),
        ("à l’aube", "à l’aube"),
        ('קראנו את הדו"ח המלא', "קראנו את הדו״ח המלא"),
        ("三百三十三メートル", "三百三十三\nメートル"),
        ("$5 was paid (in full).", "$5 was paid (in full)."),
    ],
)
def test_spacing_hyphenation_quotes_dashes_and_ligatures_may_differ(
    quotation: str, passage: str
) -> None:
    result = look_up(TEXT, quotation)
    assert isinstance(result, Verified)
    assert result.passage == TEXT[result.start : result.end] == passage


@pytest.mark.parametrize(
    ("quotation", "standing"),
    [
        ("the tower is 330 metres tall", "The tower is 330 metres tall"),  # a capital
        ("The tower is 331 metres tall", "The tower is 330 metres tall"),
        ("The tower is 330 metres tall and was", "The tower is 330 metres tall—“the tallest”, he said—and was"),
        ("It cost 25 per cent more than", "It cost 25 percent more than"),
        ("5 percent more than", "25 percent more than"),  # the end of another number
        ("5 million", "2.5 million"),
        ("5 degrees", "−5 degrees"),
        ("known fact, cooperation", "well-\nknown fact, co\u00adop\u00ader\u00ada\u00adtion"),  # well-known
        ("he said—and was built in 188", "he said—and was built in 1889"),
        ("Nothing else was said in 1999!", "Nothing else was said in 1999."),
        ("co operation at −5 degrees", "co\u00adop\u00ader\u00ada\u00adtion at −5 degrees"),
        ("Il a dit bonjour à l’aube", "Il a dit « bonjour » à l’aube"),
    ],
)  # fmt: skip
def test_nothing_else_may_differ(quotation: str, standing: str) -> None:
    result = look_up(TEXT, quotation)
    assert isinstance(result, Different)
    assert result.passage == TEXT[result.start : result.end] == standing
    assert 0.6 <= result.ratio < 1


@pytest.mark.parametrize(
    ("text", "quotation"),
    [
        ("An exam\u00ad\nple of it.", "An example of it."),
        ("An ex\u00adam\u00ad \n ple of it.", "An example of it."),
        ("We won 🏆. And then?", "We won 🏆."),
        ("He came 👩‍🔧❤️! And then?", "He came 👩‍🔧❤️!"),
        ("मीनार ऊँची है। लोग", "मीनार ऊँची है।"),
        ("قال إنّ القمرَ كرويٌّ. ثم", "إنّ القمرَ كرويٌّ."),
        ("I like tea\u2060 – yes.", "I like tea – yes."),
    ],
)
def test_a_sign_without_ink_and_a_picture_are_taken_as_they_stand(
    text: str, quotation: str
) -> None:
    assert isinstance(look_up(text, quotation), Verified)


@pytest.mark.parametrize(
    ("text", "quotation", "standing"),
    [
        ("यह हिन्दी में है", "यह हिन्द", "हिन्दी"),  # a vowel sign is a part of the word
        ("यह हिन्दी में है", "न्दी में है", "हिन्दी"),
        ("من نمی\u200cخواهم برگردم", "خواهم برگردم", "نمی\u200cخواهم"),  # “I do not want”
        ("It is exam\u00ad\nple text of old.", "ple text of old.", "exam\u00ad\nple"),
    ],
)
def test_a_word_is_not_cut_at_a_sign_without_ink(text: str, quotation: str, standing: str) -> None:
    result = look_up(text, quotation)
    assert isinstance(result, Different)
    assert standing in result.passage


def test_what_may_differ_leaves_nothing_in_the_skeleton() -> None:
    spaces = "".join(filter(str.isspace, map(chr, range(0x10000))))
    for sign in DASHES + INVISIBLE + QUOTES + spaces:
        assert skeleton(sign) == b"", hex(ord(sign))
    assert [skeleton(sign).decode() for sign in LIGATURES] == list(LIGATURES.values())


def test_differences_are_shown_word_by_word() -> None:
    result = look_up(TEXT, "The tower is 331 metres tall")
    assert isinstance(result, Different)
    assert result.pieces == (
        Piece("same", "The tower is"),
        Piece("quoted", "331"),
        Piece("standing", "330"),
        Piece("same", "metres tall"),
    )


@pytest.mark.parametrize(
    "quotation", ["", " ", "“”", "!!!", "x" * 30_000, "Cheese is made of milk."]
)
def test_what_is_not_there_is_not_found(quotation: str) -> None:
    assert look_up(TEXT, quotation) == NotFound()
    assert look_up("", quotation) == NotFound()


@pytest.mark.parametrize(
    "quotation",
    [
        "The tower is … built in 1889.",
        "The tower is 330 metres …",
        "The tower is 330 metres [...] built in 1889.",
        "The tower is 330 metres (…) he said—and ... 25 percent",
    ],
)
def test_the_parts_around_an_ellipsis_stand_in_order(quotation: str) -> None:
    result = look_up(TEXT, quotation)
    assert isinstance(result, Verified)
    assert result.start == 0
    assert len(result.parts) == len([part for part in re.split(r"…|\.\.\.", quotation) if part])


def test_parts_in_another_order_or_too_far_apart_are_a_difference() -> None:
    turned = look_up(TEXT, "was built in 1889 … The tower is 330")
    far = look_up(
        f"It began on Monday. {'word ' * 500} It ended well.", "It began on … It ended well."
    )
    for result in (turned, far):
        assert isinstance(result, Different)
        assert result.is_apart


def test_a_part_too_short_to_mean_anything_proves_nothing() -> None:
    assert not isinstance(look_up(TEXT, "The tower is 330 … in"), Verified)


def test_a_part_that_is_a_fraction_alone_is_not_passed_over() -> None:
    assert not isinstance(look_up("The share is small … and so on", "The share is … ½"), Verified)


@pytest.mark.parametrize(
    ("quotation", "stands"),
    [
        ("物価は２５パーセント", True),
        ("５パーセント、給料", False),
        ("５％も", False),
        ("塔は三百三十三メートル", True),
        ("三十三メートル", False),
        ("塔は三百", False),
        ("人口は2", False),
        ("塔は333 メートル", True),
        ("東京Towerは赤い", True),
    ],
)
def test_a_number_is_whole_in_scripts_without_spaces_too(quotation: str, stands: bool) -> None:
    text = "物価は２５パーセント、給料は２．５％も上がった。塔は三百三十三メートル。人口は2万人。塔は\n333メートル。東京 Tower は赤い。"
    assert isinstance(look_up(text, quotation), Verified) is stands


def test_an_ellipsis_of_the_source_itself_stands_as_it_is() -> None:
    assert isinstance(look_up("He paused … and went on.", "He paused … and went"), Verified)


def test_an_ellipsis_at_the_end_leaves_something_out_there() -> None:
    result = look_up(TEXT, "… was built in 1889 [...]")
    assert isinstance(result, Verified)
    assert result.passage == "was built in 1889"


def test_the_first_of_several_places_counts() -> None:
    result = look_up("in 250 cases; 25 cases; 25 cases", "25 cases")
    assert isinstance(result, Verified)
    assert result.start == 14


def test_letters_composed_in_another_way_are_the_same_letters() -> None:
    assert isinstance(look_up("Un café noir.", "Un cafe\u0301 noir"), Verified)


def test_a_passage_deep_in_a_long_text_is_found_at_its_place() -> None:
    filling = "Filling “words” — and more, élan. " * 20_000
    result = Text(f"{filling}{TEXT}{filling}").look_up("The tower is 330 metres tall")
    assert isinstance(result, Verified)
    assert result.start == len(filling)


@pytest.mark.parametrize("sign", [" ", "a", "a ", "…", "- ", '"', "\u00ad", "a-\n", "... "])
def test_monotonous_text_costs_no_time(sign: str) -> None:
    look_up(sign * 200_000, sign * 1500)
    look_up(sign * 200_000, f"{sign * 700}x{sign * 700}")


def test_two_words_over_and_over_cost_no_time() -> None:
    """Measured on one core: 1 s and more while all pairs of equal words were compared."""
    lot = Random(3)
    text = " ".join(lot.choice("ab") for _ in range(200_000))
    began = process_time()
    look_up(text, " ".join(lot.choice("ab") for _ in range(1300)))
    assert process_time() - began < 0.7


WORDS = st.lists(
    st.text(st.sampled_from("abcéжق0123ﬁ"), min_size=1, max_size=8), min_size=8, max_size=60, unique=True
)  # fmt: skip
MANGLED = {
    " ": ["\n", "\u00a0", "  \t", "\u200b \u00ad", " "],
    '"': ["“", "”", "«", "'", "``", "’"],
    "-": ["–", "—", " - ", "--", "−", "‑"],
}


@fuzzed
@given(WORDS, st.data())
def test_any_passage_mangled_by_what_may_differ_is_found_at_exactly_its_place(
    words: list[str], data: st.DataObject
) -> None:
    joints = data.draw(st.lists(st.sampled_from([" ", " - ", ', "', '" ', ". "]), min_size=len(words), max_size=len(words)))  # fmt: skip
    tokens = [part for pair in zip(words, joints, strict=True) for part in pair]
    first = data.draw(st.integers(0, len(words) - 3))
    last = data.draw(st.integers(first + 2, len(words) - 1))
    text, start = "".join(tokens), len("".join(tokens[: 2 * first]))
    passage = "".join(tokens[2 * first : 2 * last + 1])
    mangled = re.sub(
        ' - |[ "]',
        lambda sign: data.draw(st.sampled_from(MANGLED[sign[0].strip() or " "])),
        passage.replace("ﬁ", "fi"),
    )
    result = look_up(text, mangled)
    assert isinstance(result, Verified)
    assert (result.start, result.end) == (start, start + len(passage))


@fuzzed
@given(st.text(max_size=300), st.text(max_size=80))
def test_any_text_and_quotation_have_a_result(text: str, quotation: str) -> None:
    result = look_up(text, quotation)
    if not isinstance(result, NotFound):
        assert text[result.start : result.end] == result.passage
    if isinstance(result, Verified) and len(result.parts) == 1:
        assert alike(result.passage, quotation) or not quotation.isascii()
