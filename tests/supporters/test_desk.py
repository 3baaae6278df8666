"""What supporter admins do at the desk."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from supporters.models import Contribution, Goal, Letter, Payment, Supporter
from tests.factories import make_user
from tests.supporters.factories import (
    MARCH,
    make_contribution,
    make_goal,
    make_payment,
    make_refund,
    make_supporter,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    """Signed in as somebody of the group that comes with the migrations."""
    user = make_user("keeper")
    user.groups.add(Group.objects.get(name="Supporter admin"))
    client.force_login(user)
    return client


def page(model: str, view: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:supporters_{model}_{view}", args=args)


def gift(person: Supporter, **changes: Any) -> dict[str, Any]:
    """What the page "add contribution" posts."""
    form = {
        "supporter": person.pk,
        "typed_amount": "25.50",
        "currency": "USD",
        "frequency": "once",
        "method": "cheque",
        "received_on": "2026-03-01",
        "reference": "a-reference",
        "pledged_on": "2026-02-27",
        "note": "",
    }
    return {**form, **changes}


def movement(contribution: Contribution, **changes: Any) -> dict[str, Any]:
    """What a contribution's page posts with one new line under its payments."""
    number = contribution.payments.count()
    line = {"kind": "payment", "typed_amount": "5", "paid_at_0": "2026-04-01", "paid_at_1": "12:00"}
    return {
        "supporter": contribution.supporter.pk,
        "typed_amount": "25",
        "currency": "USD",
        "frequency": "once",
        "method": "card",
        "pledged_on": "2026-02-27",
        "payments-TOTAL_FORMS": number + 1,
        "payments-INITIAL_FORMS": number,
        **{
            f"payments-{index}-{name}": value
            for index, payment in enumerate(contribution.payments.order_by("paid_at", "pk"))
            for name, value in (("id", payment.pk), ("contribution", contribution.pk))
        },
        f"payments-{number}-contribution": contribution.pk,
        **{f"payments-{number}-{name}": value for name, value in {**line, **changes}.items()},
    }


def test_a_gift_is_recorded_on_one_page(desk: Client) -> None:
    supporter = make_supporter()

    response = desk.post(page("contribution", "add"), gift(supporter))

    assert response.status_code == 302
    payment = Payment.objects.get()
    assert (payment.amount, payment.currency, payment.provider) == (2550, "USD", "hand")
    assert payment.paid_at == MARCH
    assert payment.contribution.supporter == supporter
    assert str(payment.contribution.recorded_by) == "keeper"


def test_a_pledge_is_recorded_without_money(desk: Client) -> None:
    form = gift(make_supporter(), method="pledge", received_on="")

    desk.post(page("contribution", "add"), form)

    assert Contribution.objects.get().amount == 2550
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"typed_amount": "-5"}, "The amount must be above zero."),
        ({"typed_amount": "25.505"}, "USD has at most 2 decimals"),
        ({"typed_amount": ""}, "This field is required."),
        ({"currency": "XXX"}, "Select a valid choice."),
        ({"method": "pledge"}, "No money has come for a pledge yet"),
        ({"received_on": ""}, "Say on which day the money came"),
        ({"received_on": "2999-01-01"}, "This day is still to come."),
        ({"received_on": "0001-01-01"}, "The year of the payment cannot be right."),
        ({"supporter": "nobody"}, "Select a valid choice."),
        ({"supporter": 0}, "Select a valid choice."),
        ({"note": "x" * 3000}, "at most 2000 characters"),
    ],
)
def test_a_wrong_gift_is_refused_with_a_sentence_and_nothing_is_saved(
    desk: Client, wrong: dict[str, Any], sentence: str
) -> None:
    response = desk.post(page("contribution", "add"), gift(make_supporter(), **wrong))

    assert sentence in response.content.decode()
    assert not Contribution.objects.exists()


def test_an_address_that_chooses_nobody_still_opens_the_page(desk: Client) -> None:
    assert desk.get(page("contribution", "add"), {"supporter": "abc"}).status_code == 200


def test_a_gift_sent_twice_is_recorded_once(desk: Client) -> None:
    form = gift(make_supporter())

    desk.post(page("contribution", "add"), form)
    response = desk.post(page("contribution", "add"), form)

    assert "This has been recorded already." in response.content.decode()
    assert Contribution.objects.count() == Payment.objects.count() == 1


def test_more_money_is_added_under_its_contribution(desk: Client) -> None:
    contribution = make_payment().contribution

    desk.post(page("contribution", "change", contribution.pk), movement(contribution))

    assert sorted(contribution.payments.values_list("amount", flat=True)) == [500, 2500]


@pytest.mark.parametrize("is_own_page", [True, False])
def test_a_pledge_that_is_confirmed_is_thanked_for_and_its_wish_followed(
    desk: Client, is_own_page: bool
) -> None:
    pledge = make_contribution(provider="pledges", method="pledge", asks_to_show_name=True)
    now = timezone.now()
    moment = {"paid_at_0": f"{now:%Y-%m-%d}", "paid_at_1": f"{now:%H:%M:%S}"}

    if is_own_page:
        line = {"kind": "payment", "typed_amount": "25", "reference": "R-1", **moment}
        desk.post(page("payment", "add"), {"contribution": pledge.pk, **line})
    else:
        desk.post(page("contribution", "change", pledge.pk), movement(pledge, **moment))

    assert Letter.objects.get().kind == "thanks"
    assert Supporter.objects.get().show_name


def test_the_money_of_a_pledge_is_confirmed_in_one_step_and_once(desk: Client) -> None:
    pledge = make_contribution(provider="pledges", method="pledge", asks_to_show_name=True)
    came = page("contribution", "came", pledge.pk)
    form = {"typed_amount": "20", "received_on": f"{timezone.localdate()}", "method": "transfer"}

    assert came in desk.get(page("contribution", "change", pledge.pk)).content.decode()
    assert 'value="25"' in desk.get(came).content.decode()
    for _turn in range(2):
        desk.post(came, form)

    payment = Payment.objects.get()
    assert (payment.amount, payment.provider_id) == (2000, f"pledge:{pledge.key}")
    pledge.refresh_from_db()
    assert (pledge.method, str(pledge.recorded_by)) == ("transfer", "keeper")
    assert Letter.objects.get().kind == "thanks"
    assert Supporter.objects.get().show_name
    assert came not in desk.get(page("contribution", "change", pledge.pk)).content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"typed_amount": "much"}, "Write the amount in figures"),
        ({"received_on": "2999-01-01"}, "This day is still to come."),
        ({"received_on": "0001-01-01"}, "The year of the payment cannot be right."),
        ({"method": "pledge"}, "Select a valid choice."),
    ],
)
def test_money_of_a_pledge_that_cannot_be_is_refused_with_a_sentence(
    desk: Client, wrong: dict[str, str], sentence: str
) -> None:
    pledge = make_contribution(method="pledge")
    form = {"typed_amount": "25", "received_on": "2026-03-01", "method": "cash", **wrong}

    answer = desk.post(page("contribution", "came", pledge.pk), form)

    assert sentence in answer.content.decode()
    assert not Payment.objects.exists()


def test_the_list_of_gifts_leads_to_the_money_of_one_pledge(desk: Client) -> None:
    pledges = [make_contribution(make_supporter(number), method="pledge") for number in (1, 2)]
    form: dict[str, Any] = {"action": "has_come", "_selected_action": [each.pk for each in pledges]}

    several = desk.post(page("contribution"), form, follow=True)
    one = desk.post(page("contribution"), {**form, "_selected_action": [pledges[0].pk]})

    assert "Choose one pledge, not several." in several.content.decode()
    assert one["Location"] == page("contribution", "came", pledges[0].pk)


def test_a_card_gift_is_no_pledge_to_be_confirmed(desk: Client) -> None:
    gift = make_contribution()

    answer = desk.get(page("contribution", "came", gift.pk), follow=True)

    assert "This is no pledge whose money is still to come." in answer.content.decode()


def test_who_gave_by_hand_today_is_thanked_by_letter(desk: Client) -> None:
    person = make_supporter()

    desk.post(page("contribution", "add"), gift(person, received_on=f"{timezone.localdate()}"))

    assert Letter.objects.get().supporter == person


def test_a_refund_of_the_only_payment_needs_no_choice(desk: Client) -> None:
    payment = make_payment()

    desk.post(
        page("contribution", "change", payment.contribution.pk),
        movement(payment.contribution, kind="refund"),
    )

    refund = Payment.objects.get(kind="refund")
    assert (refund.reverses, refund.amount) == (payment, 500)


def test_a_refund_that_never_arrived_is_recorded_as_failed(desk: Client) -> None:
    payment = make_payment()
    make_refund(payment, amount=500)

    desk.post(
        page("contribution", "change", payment.contribution.pk),
        movement(payment.contribution, kind="refund_failed"),
    )

    failed = Payment.objects.get(kind="refund_failed")
    assert (failed.reverses, payment.left(), payment.refunded()) == (payment, 2500, 0)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"typed_amount": "20.01"}, "At most $20 of this payment can be given back."),
        (
            {"kind": "refund_failed", "typed_amount": "5.01"},
            "Only $5 of this payment was given back.",
        ),
        ({"paid_at_0": "2026-02-01"}, "A refund comes after its payment."),
        ({"paid_at_0": "2999-01-01"}, "This moment is still to come."),
        (
            {"kind": "payment", "paid_at_0": "0001-01-01"},
            "The year of the payment cannot be right.",
        ),
        ({"typed_amount": "much"}, "Write the amount in figures"),
        ({"reverses": "0"}, "Select a valid choice."),
        ({"kind": "gift"}, "Select a valid choice."),
    ],
)
def test_a_wrong_refund_is_refused_with_a_sentence(
    desk: Client, wrong: dict[str, str], sentence: str
) -> None:
    payment = make_payment()
    make_refund(payment, amount=500)

    response = desk.post(
        page("contribution", "change", payment.contribution.pk),
        movement(payment.contribution, **{"kind": "refund", "reverses": payment.pk, **wrong}),
    )

    assert sentence in response.content.decode()
    assert Payment.objects.count() == 2


def test_a_page_that_is_behind_the_ledger_records_nothing(desk: Client) -> None:
    contribution = make_payment().contribution
    form = movement(contribution)

    desk.post(page("contribution", "change", contribution.pk), form)
    response = desk.post(page("contribution", "change", contribution.pk), form)

    assert "was recorded while this page was open" in response.content.decode()
    assert Payment.objects.count() == 2


def test_a_posted_line_cannot_change_a_payment_that_is_there(desk: Client) -> None:
    payment = make_payment()
    form = movement(payment.contribution)
    form |= {"payments-0-typed_amount": "1", "payments-0-kind": "payment", "payments-0-DELETE": "1"}

    response = desk.post(page("contribution", "change", payment.contribution.pk), form)

    assert response.status_code == 302
    payment.refresh_from_db()
    assert payment.amount == 2500


def test_the_currency_stays_once_money_came(desk: Client) -> None:
    contribution = make_payment().contribution

    response = desk.get(page("contribution", "change", contribution.pk))
    desk.post(
        page("contribution", "change", contribution.pk), movement(contribution, currency="EUR")
    )

    assert b'name="currency"' not in response.content
    assert Contribution.objects.get().currency == "USD"


def test_a_payment_is_recorded_on_its_own_page_once(desk: Client) -> None:
    form = {
        "contribution": make_contribution().pk,
        "kind": "payment",
        "typed_amount": "25",
        "paid_at_0": "2026-03-01",
        "paid_at_1": "12:00",
        "reference": "a-reference",
    }

    assert desk.post(page("payment", "add"), form).status_code == 302
    again = desk.post(page("payment", "add"), form)

    assert "This has been recorded already." in again.content.decode()
    assert Payment.objects.get().provider_id == "a-reference"


def test_a_save_that_the_database_refuses_is_no_error_page(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise IntegrityError("somebody was quicker")

    supporter = make_supporter()
    monkeypatch.setattr(Payment, "save", refuse)
    response = desk.post(page("contribution", "add"), gift(supporter), follow=True)

    assert "Nothing was saved" in response.content.decode()
    assert not Contribution.objects.exists()


def test_the_ledger_can_only_be_read(desk: Client) -> None:
    payment = make_payment()

    shown = desk.get(page("payment", "change", payment.pk))

    assert shown.status_code == 200
    assert b"$25" in shown.content
    assert b'name="_save"' not in shown.content
    assert desk.post(page("payment", "change", payment.pk), {}).status_code == 403
    assert desk.post(page("payment", "delete", payment.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", ["supporter", "contribution"])
def test_what_has_payments_is_not_deleted(desk: Client, model: str) -> None:
    contribution = make_payment().contribution
    one = {"supporter": contribution.supporter, "contribution": contribution}[model]

    asked = desk.post(page(model, "delete", one.pk), {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": one.pk, "post": "yes"}
    together = desk.post(page(model), chosen)

    assert {asked.status_code, together.status_code} <= {200, 403}
    assert type(one)._default_manager.filter(pk=one.pk).exists()


def test_what_nobody_paid_for_can_be_deleted(desk: Client) -> None:
    contribution = make_contribution(method="pledge")

    desk.post(page("contribution", "delete", contribution.pk), {"post": "yes"})
    chosen = {
        "action": "delete_selected",
        "_selected_action": contribution.supporter.pk,
        "post": "yes",
    }
    desk.post(page("supporter"), chosen)

    assert not Supporter.objects.exists()


def test_the_list_of_supporters_has_their_totals(desk: Client) -> None:
    supporter = make_supporter()
    make_refund(make_payment(make_contribution(supporter, amount=123_000)), amount=50)
    make_payment(make_contribution(supporter, amount=500, currency="EUR"))

    html = desk.get(page("supporter")).content.decode()

    assert "€5 + $1,229.50" in html


def test_a_supporter_is_found_by_name_or_address(desk: Client) -> None:
    make_supporter(1, name="Ada")
    make_supporter(2, name="Zoë", email="zoe@example.org")

    html = desk.get(page("supporter"), {"q": "ZOE@example"}).content.decode()

    assert "Zoë" in html
    assert "Ada" not in html


def test_a_second_record_of_one_person_is_refused_with_a_sentence(desk: Client) -> None:
    make_supporter(email="jo@example.org")

    response = desk.post(page("supporter", "add"), {"name": "Jo", "email": " JO@example.org"})

    assert "A supporter with this e-mail address exists already." in response.content.decode()
    assert Supporter.objects.count() == 1


def test_pledges_without_money_can_be_listed(desk: Client) -> None:
    make_payment(make_contribution(make_supporter(1, name="Paid Already")))
    make_contribution(make_supporter(2, name="Still Promised"), method="pledge")

    html = desk.get(page("contribution"), {"paid": "no"}).content.decode()

    assert "Still Promised" in html
    assert "Paid Already" not in html


@pytest.mark.parametrize("model", ["supporter", "contribution", "payment", "goal"])
def test_a_longer_list_asks_no_more_queries(desk: Client, model: str) -> None:
    def fill(start: int) -> None:
        for number in range(start, start + 3):
            make_payment(make_contribution(make_supporter(number)))
            make_goal(title=f"Goal {number}", is_current=False)

    fill(1)
    desk.get(page(model))
    with CaptureQueriesContext(connection) as few:
        desk.get(page(model))
    fill(10)
    with CaptureQueriesContext(connection) as many:
        desk.get(page(model))

    assert len(few) == len(many) <= 12


def test_a_longer_ledger_asks_no_more_queries(
    desk: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    payment = make_payment(make_contribution(frequency="monthly"))
    for number in range(20):
        again = make_payment(payment.contribution, provider_id=str(number))
        make_refund(again, amount=100)

    with django_assert_max_num_queries(16):
        desk.get(page("contribution", "change", payment.contribution.pk))
    with django_assert_max_num_queries(16):
        desk.get(page("supporter", "change", payment.contribution.supporter.pk))


def goal_form(**changes: Any) -> dict[str, Any]:
    form = {
        "title": "A goal",
        "counts": "supporters",
        "typed_target": "1,000",
        "starts_at_0": "2026-01-01",
        "starts_at_1": "00:00",
    }
    return {**form, **changes}


def test_a_goal_is_typed_as_people_or_as_money(desk: Client) -> None:
    desk.post(page("goal", "add"), goal_form(currency="USD"))
    desk.post(
        page("goal", "add"), goal_form(counts="money", typed_target="$20,000", currency="USD")
    )

    found = Goal.objects.order_by("pk").values_list("counts", "target", "currency")
    assert list(found) == [("supporters", 1000, ""), ("money", 2_000_000, "USD")]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"typed_target": "0"}, "Write a whole number of supporters above zero"),
        ({"typed_target": "1.5"}, "Write a whole number of supporters above zero"),
        ({"counts": "money"}, "Choose the currency"),
        ({"ends_at_0": "9999-12-31", "ends_at_1": "23:59"}, "The year of the goal"),
        ({"ends_at_0": "2025-01-01", "ends_at_1": "00:00"}, "The goal ends after it starts."),
        ({"is_current": "on"}, "Another goal is current."),
    ],
)
def test_a_wrong_goal_is_refused_with_a_sentence(
    desk: Client, wrong: dict[str, str], sentence: str
) -> None:
    make_goal()

    response = desk.post(page("goal", "add"), goal_form(**wrong))

    assert sentence in response.content.decode()
    assert Goal.objects.count() == 1


def test_a_goal_is_shown_with_how_far_it_is(desk: Client) -> None:
    goal = make_goal()
    make_payment()

    for address in (page("goal"), page("goal", "change", goal.pk)):
        html = desk.get(address).content.decode()
        assert '<progress value="10" max="100" aria-label="Progress">10%</progress>' in html
        assert "1 of 10 supporters" in html


def test_another_goal_is_made_current_in_the_list(desk: Client) -> None:
    first, second = make_goal(), make_goal(title="Second", is_current=False)
    chosen = {"action": "make_current", "_selected_action": [first.pk, second.pk]}

    refused = desk.post(page("goal"), chosen, follow=True)
    desk.post(page("goal"), {**chosen, "_selected_action": second.pk})

    assert "Choose one goal, not several." in refused.content.decode()
    assert Goal.objects.get(is_current=True) == second


def test_no_page_holds_inline_style_or_script(desk: Client) -> None:
    payment = make_payment()
    goal = make_goal()
    pages = [page(model) for model in ("supporter", "contribution", "payment", "goal")]
    pages += [page(model, "add") for model in ("supporter", "contribution", "payment", "goal")]
    pages += [page("contribution", "change", payment.contribution.pk)]
    pages += [page("goal", "change", goal.pk), page("payment", "change", payment.pk)]

    for address in pages:
        html = desk.get(address).content.decode()
        assert " style=" not in html
        assert "<style" not in html
        assert "<script>" not in html


def test_today_means_now_so_that_the_counter_moves_at_once(desk: Client, time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 3, 1, 9, tzinfo=UTC), tick=False)
    desk.post(page("contribution", "add"), gift(make_supporter()))

    assert Payment.objects.get().paid_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
