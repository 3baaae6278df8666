"""Quotations in kept copies: looked up once for each page, and asked of what was found."""

import io
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries

from sources import quoting, tasks
from sources.models import Body, Snapshot, Source, Verification
from sources.quoting import State
from tests.factchecks.test_concurrency import at_once
from tests.factories import NOON, make_published
from tests.sources.copies import TEXT, make_body, make_copy, make_source

pytestmark = pytest.mark.django_db

VERIFIED = "The Moon is nearly round."
DIFFERENT = "The Moon is exactly round."
NOT_FOUND = "Cheese is made of milk by people who keep cows."


def results(body: Body) -> dict[str, str]:
    return dict(body.verifications.values_list("digest", "result"))


def test_each_quotation_is_verified_found_with_differences_or_not_found() -> None:
    body = make_body()
    quoting.verify(body, [VERIFIED, DIFFERENT, NOT_FOUND])
    assert results(body) == {
        quoting.digest(VERIFIED): "verified",
        quoting.digest(DIFFERENT): "different",
        quoting.digest(NOT_FOUND): "not found",
    }


def test_where_a_quotation_stands_is_kept() -> None:
    [made] = quoting.verify(make_body(), [VERIFIED])
    assert TEXT[made.start : made.end] == VERIFIED


def test_the_differences_are_kept_word_by_word() -> None:
    [made] = quoting.verify(make_body(), [DIFFERENT])
    assert made.pieces == [
        ["same", "The Moon is"],
        ["quoted", "exactly"],
        ["standing", "nearly"],
        ["same", "round."],
    ]


def test_a_quotation_is_looked_up_once_in_a_page() -> None:
    body = make_body()
    assert len(quoting.verify(body, [VERIFIED])) == 1
    assert quoting.verify(body, [f"  {VERIFIED} "]) == []


def test_with_other_rules_it_is_looked_up_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    source, body = make_source(), make_body()
    make_copy(source, body)
    quoting.verify(body, [VERIFIED])
    monkeypatch.setattr(quoting, "RULES", "other rules")
    assert quoting.standing([(source.pk, VERIFIED)])[source.pk, VERIFIED].state == State.WAITING
    assert quoting.verified_on([source.pk]) == {}
    assert len(quoting.verify(body, [VERIFIED])) == 1
    assert Verification.objects.get().rules == "other rules"


def test_in_a_copy_without_text_nothing_is_looked_up() -> None:
    source, body = make_source(), make_body(text="")
    make_copy(source, body)
    assert quoting.verify(body, [VERIFIED]) == []
    assert quoting.looked_up([(source.pk, VERIFIED)])[source.pk, VERIFIED].state == State.NO_TEXT


def test_a_source_without_a_copy_is_told_apart_from_a_passage_that_is_not_there() -> None:
    kept, bare = make_source(1), make_source(2)
    make_copy(kept, make_body())
    found = quoting.looked_up([(kept.pk, NOT_FOUND), (bare.pk, NOT_FOUND)])
    assert found[kept.pk, NOT_FOUND].state == State.NOT_FOUND
    assert found[bare.pk, NOT_FOUND].state == State.NO_COPY


def test_the_newest_copy_tells_and_an_older_one_still_proves() -> None:
    source = make_source()
    make_copy(source, make_body(), NOON)
    make_copy(source, make_body("The page says other things today."), NOON + timedelta(days=1))
    quoting.verify(make_body(), [VERIFIED])
    standing = quoting.looked_up([(source.pk, VERIFIED)])[source.pk, VERIFIED]
    assert standing.state == State.NOT_FOUND
    assert standing.verified_at == NOON


def test_it_is_verified_on_the_day_of_the_newest_copy_that_has_it() -> None:
    source, body = make_source(), make_body()
    for days in (0, 2, 1):
        make_copy(source, body, NOON + timedelta(days=days))
    quoting.verify(body, [VERIFIED, DIFFERENT])
    assert quoting.verified_on([source.pk]) == {
        (source.pk, quoting.digest(VERIFIED)): NOON + timedelta(days=2)
    }


def test_a_double_is_verified_by_the_copies_of_the_source_that_it_was_merged_into() -> None:
    kept, double = make_source(1), make_source(2)
    Source.objects.filter(pk=double.pk).update(merged_into=kept)
    make_copy(kept, make_body())
    quoting.verify(make_body(), [VERIFIED])
    key = quoting.digest(VERIFIED)
    assert quoting.verified_on([double.pk]) == {(double.pk, key): NOON}
    assert set(quoting.verified_on([kept.pk, double.pk])) == {(kept.pk, key), (double.pk, key)}


def test_the_days_of_a_page_cost_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    sources = [make_source(number) for number in range(1, 6)]
    for source in sources:
        make_copy(source, make_body())
    quoting.verify(make_body(), [VERIFIED])
    with django_assert_num_queries(1):
        assert len(quoting.verified_on([source.pk for source in sources])) == 5
    with django_assert_num_queries(3):
        quoting.standing([(source.pk, VERIFIED) for source in sources])


def test_pages_that_quote_what_was_looked_up_are_made_anew() -> None:
    make_published()
    source = Source.objects.get(url="https://source1.example/page")
    make_copy(source, make_body())
    assert changed_at(source) is None
    quoting.looked_up([(source.pk, NOT_FOUND)])
    assert changed_at(source) is None
    quoting.looked_up([(source.pk, VERIFIED)])
    assert changed_at(source) is not None


def changed_at(source: Source) -> datetime | None:
    return Source.objects.values_list("state_changed_at", flat=True).get(pk=source.pk)


def test_nothing_of_a_kept_text_is_fetched_to_tell_how_quotations_stand() -> None:
    source = make_source()
    make_copy(source, make_body())
    snapshot = quoting.standing([(source.pk, VERIFIED)])[source.pk, VERIFIED].snapshot
    assert isinstance(snapshot, Snapshot)
    assert "text" in snapshot.body.get_deferred_fields()


def test_what_other_rules_found_is_looked_up_again_as_far_as_somebody_quotes_it() -> None:
    make_published()
    source, body = Source.objects.get(url="https://source1.example/page"), make_body()
    make_copy(source, body)
    quoting.verify(body, [VERIFIED, NOT_FOUND])
    Verification.objects.update(rules="other rules", result="not found", start=None, end=None)
    assert list(quoting.outdated()) == [body]
    quoting.renew(body.pk)
    assert results(body) == {quoting.digest(VERIFIED): "verified"}
    assert not quoting.outdated().exists()
    assert changed_at(source) is not None


def test_a_passage_can_be_verified_by_an_older_copy() -> None:
    source = make_source()
    older = make_copy(source, make_body(), NOON)
    make_copy(source, make_body("The page says other things today."), NOON + timedelta(days=1))
    quoting.verify_copy(older, [VERIFIED])
    assert quoting.standing([(source.pk, VERIFIED)])[source.pk, VERIFIED].verified_at == NOON


def test_the_command_looks_up_what_checks_quote_and_what_readers_see() -> None:
    make_published()
    source, body = Source.objects.get(url="https://source1.example/page"), make_body()
    make_copy(source, body)
    call_command("verify_quotations", stdout=io.StringIO(), stderr=(said := io.StringIO()))
    assert results(body) == {quoting.digest(VERIFIED): "verified"}
    assert "1 of 1" in said.getvalue()


def test_the_worker_looks_up_again_what_an_earlier_release_found() -> None:
    make_published()
    body = make_body()
    make_copy(Source.objects.get(url="https://source1.example/page"), body)
    quoting.verify(body, [VERIFIED])
    Verification.objects.update(rules="other rules")
    tasks.renew_verifications(0)
    assert Verification.objects.get().rules == quoting.RULES


@pytest.mark.django_db(transaction=True)
def test_many_who_look_up_at_once_do_not_block_each_other() -> None:
    sources = [make_source(number) for number in range(1, 6)]
    for source in sources:
        make_copy(source, make_body(f"{TEXT} {source.pk % 2}"))
    pairs = [(source.pk, text) for source in sources for text in (VERIFIED, DIFFERENT, NOT_FOUND)]

    def look_up(first: int) -> None:
        quoting.looked_up(pairs[first:] + pairs[:first])

    at_once(*(partial(look_up, first) for first in range(8)))
    assert Verification.objects.count() == 6
