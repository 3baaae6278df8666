"""The giving page: what may be typed, what becomes of it, and what is said about the rest."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from supporters import giving, providers
from supporters.models import Contribution, Payment, ProviderObject, Supporter
from tests.supporters import fake_stripe
from tests.supporters.factories import make_goal, make_payment, make_refund, make_supporter
from tests.supporters.stripe import make_gift

pytestmark = pytest.mark.django_db
GIVE = "/support/give/"
KEY = "8f14e45f-ceea-467f-a0e6-2c1d7e4e1a11"


def typed(**changes: Any) -> dict[str, Any]:
    fields = {
        "key": KEY,
        "currency": "USD",
        "frequency": "once",
        "suggested": "2500",
        "amount": "",
        "name": "A. Supporter",
        "email": "Supporter@Example.org ",
        "message": "Keep asking.",
    }
    return {**fields, **changes}


def refused(client: Client, **changes: Any) -> str:
    """The page that comes back, on which nothing typed is lost and of which nothing was saved."""
    sent = typed(**changes)
    response = client.post(GIVE, sent)
    page = response.content.decode()
    assert response.status_code == 200
    assert not Contribution.objects.exists()
    assert not Supporter.objects.exists()
    if len(sent["message"]) < 100:
        assert sent["message"] in page
    return page


@pytest.fixture
def fake(settings: Any) -> Iterator[fake_stripe.FakeStripe]:
    with fake_stripe.running() as fake:
        settings.STRIPE_SECRET_KEY = "sk_test_of_the_tests"
        settings.STRIPE_WEBHOOK_SECRET = "whsec_of_the_tests"
        settings.STRIPE_API_BASE = fake.origin
        yield fake


def test_without_keys_a_gift_is_a_pledge(client: Client) -> None:
    response = client.post(GIVE, typed(), follow=True)

    gift = Contribution.objects.get()
    assert (gift.method, gift.provider, gift.amount, gift.currency) == (
        "pledge",
        "pledges",
        2500,
        "USD",
    )
    assert (gift.supporter.email, gift.message) == ("supporter@example.org", "Keep asking.")
    page = response.content.decode()
    assert "Nothing has been charged." in page
    assert "Somebody of ours writes to you" in page
    assert "supporter@example.org" not in response.request["PATH_INFO"] + page.lower()
    assert not Payment.objects.exists()


def test_the_page_asks_and_shows_no_name_unless_told(client: Client) -> None:
    page = client.get(GIVE).content.decode()

    assert "$25" in page
    [box] = re.findall(r'<input type="checkbox" name="show_name"[^>]*>', page)
    assert "checked" not in box
    assert "covers_fees" not in page  # a pledge costs none


def test_an_amount_that_is_typed_wins_over_a_chosen_one(client: Client) -> None:
    client.post(GIVE, typed(amount="12.50"))

    assert Contribution.objects.get().amount == 1250


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("-5", "The amount must be above zero."),
        ("0", "The amount must be above zero."),
        ("10.005", "USD has at most 2 decimals"),
        ("99999999999", "The amount is too large"),
        ("2000000", "for more, please write to us"),
        ("0.50", "Please give at least $1"),
        ("ten", "Write the amount in figures"),
        ("9" * 41, "Write the amount in figures"),
        ("1e5", "Write the amount in figures"),
    ],
)
def test_an_amount_that_cannot_be_is_refused_at_its_field(
    client: Client, amount: str, sentence: str
) -> None:
    page = refused(client, amount=amount)

    assert sentence in page
    assert 'href="#id_amount"' in page
    assert re.search(r'name="amount"[^>]*aria-describedby="[^"]*id_amount_error', page)
    assert f'value="{amount}"' in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"currency": "EUR"}, "Gifts are made in USD now."),
        ({"currency": "XXX"}, "Gifts are made in USD now."),
        ({"frequency": "daily"}, "Choose how often."),
        ({"suggested": "2"}, "Choose one of these amounts"),
        ({"suggested": ""}, "Choose an amount"),
        ({"name": "x" * 10_000}, "Shorten your name"),
        ({"name": "two\nlines"}, "on one line"),
        ({"name": "", "show_name": "on"}, "Write the name that is to be shown"),
        ({"email": ""}, "Write your e-mail address"),
        ({"email": "somebody@example.org\nbcc: others@example.org"}, "Enter an e-mail address"),
        ({"email": "nobody"}, "Enter an e-mail address"),
        ({"email": "x" * 400 + "@example.org"}, "too long for an e-mail address"),
        ({"message": "x" * 1001}, "Shorten your message"),
        ({"name": "nul\x00"}, "Null characters"),
        ({"website": "https://spam.example"}, "Leave the last box empty"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    client: Client, change: dict[str, str], sentence: str
) -> None:
    assert sentence in refused(client, **change)


def test_a_name_may_be_an_emoji(client: Client) -> None:
    client.post(GIVE, typed(name="🦔"))

    assert Supporter.objects.get().name == "🦔"


def test_gifts_are_in_the_currency_of_the_current_goal(client: Client) -> None:
    make_goal(counts="money", currency="JPY")

    assert "¥2,500" in client.get(GIVE).content.decode()
    assert "JPY is written without decimals" in refused(client, currency="JPY", amount="25.5")
    client.post(GIVE, typed(currency="JPY", amount="700"))
    assert Contribution.objects.get().amount == 700


def test_a_double_click_is_one_gift_and_a_change_of_mind_another(client: Client) -> None:
    client.post(GIVE, typed())
    client.post(GIVE, typed())
    assert Contribution.objects.count() == 1

    client.post(GIVE, typed(frequency="monthly"))
    assert Contribution.objects.count() == 2
    assert Supporter.objects.count() == 1


def test_nobody_changes_a_known_supporter_by_typing_their_address(client: Client) -> None:
    known = make_supporter(name="Known", email="supporter@example.org")
    make_payment(make_gift(known))

    client.post(GIVE, typed(name="Somebody Else", show_name="on"))

    known.refresh_from_db()
    assert (known.name, known.show_name) == ("Known", False)


def test_many_tries_with_one_address_have_to_wait(client: Client) -> None:
    for number in range(6):
        client.post(GIVE, typed(key=KEY[:-1] + str(number), amount=str(10 + number)))

    response = client.post(GIVE, typed(key=KEY[:-1] + "9", amount="99"))

    assert "Please wait an hour" in response.content.decode()
    assert Contribution.objects.count() == 6


def test_only_the_giving_page_may_lead_to_the_card_page(client: Client, fake: Any) -> None:
    assert f"form-action 'self' {fake.origin};" in policy(client, GIVE)
    assert "form-action 'self';" in policy(client, "/support/")


def policy(client: Client, path: str) -> str:
    return f"{client.get(path)['Content-Security-Policy']};"


def test_a_gift_by_card_goes_on_to_hosted_checkout(client: Client, fake: Any) -> None:
    response = client.post(GIVE, typed(covers_fees="on"))

    gift = Contribution.objects.get()
    [(path, sent, headers)] = fake.asked
    assert response["Location"] == f"{fake.origin}/checkout/cs_1"
    assert path == "/v1/checkout/sessions"
    assert headers["idempotency-key"] == f"checkout-{gift.key}"
    assert headers["stripe-version"] == "2026-10-28.endive"
    assert sent["mode"] == "payment"
    assert sent["client_reference_id"] == str(gift.key)
    assert sent["metadata[contribution]"] == str(gift.key)
    assert sent["payment_intent_data[metadata][contribution]"] == str(gift.key)
    assert sent["line_items[0][price_data][unit_amount]"] == "2575"
    assert (gift.provider, gift.covers_fees, gift.amount) == ("stripe-test", True, 2575)
    assert "@" not in sent["success_url"] + sent["cancel_url"]


def test_a_monthly_gift_becomes_a_subscription(client: Client, fake: Any) -> None:
    client.post(GIVE, typed(frequency="monthly"))

    [(_path, sent, _headers)] = fake.asked
    assert sent["mode"] == "subscription"
    assert sent["line_items[0][price_data][recurring][interval]"] == "month"
    assert sent["subscription_data[metadata][contribution]"] == str(Contribution.objects.get().key)
    assert "payment_intent_data[metadata][contribution]" not in sent


def test_sent_twice_it_is_one_checkout(client: Client, fake: Any) -> None:
    first, second = (client.post(GIVE, typed())["Location"] for _ in range(2))

    assert first == second
    assert len(fake.sessions) == 1


@pytest.mark.parametrize(
    ("status", "error", "sentence"),
    [
        (500, {"type": "api_error"}, "can&#x27;t be reached just now"),
        (401, {"type": "invalid_request_error"}, "can&#x27;t be reached just now"),
        (400, {"type": "invalid_request_error", "code": "amount_too_small"}, "so little"),
    ],
)
def test_when_the_card_processor_refuses_nothing_typed_is_lost(
    client: Client, fake: Any, status: int, error: dict[str, str], sentence: str
) -> None:
    fake.refuses = (status, {"error": {"message": "supporter@example.org?", **error}})

    response = client.post(GIVE, typed())

    page = response.content.decode()
    assert response.status_code == 503
    assert sentence in page
    assert "Keep asking." in page
    assert "supporter@example.org?" not in page


def test_whoever_turns_back_finds_their_amount_again_but_no_person(
    client: Client, fake: Any
) -> None:
    client.post(GIVE, typed(amount="31", frequency="yearly"))
    [(_path, sent, _headers)] = fake.asked

    page = client.get(sent["cancel_url"]).content.decode()

    assert 'value="31"' in page
    assert re.search(r'value="yearly"[^>]* checked', page)
    assert "xample.org" not in page.partition("<main")[2].partition("</main")[0]


def test_the_thanks_page_says_whether_the_money_has_come(client: Client) -> None:
    gift = make_gift()
    address = f"/support/thanks/{giving.token_for(gift)}/"
    assert "is on its way" in client.get(address).content.decode()

    payment = make_payment(gift)
    assert "has arrived" in client.get(address).content.decode()

    make_refund(payment)
    page = client.get(address).content.decode()
    assert "has been given back" in page
    assert "noindex" in page


@pytest.mark.parametrize("token", ["x", f"{KEY}:x", "8f14e45fceea467fa0e62c1d7e4e1a11:AAAA"])
def test_nobody_guesses_a_thanks_page(client: Client, token: str) -> None:
    assert client.get(f"/support/thanks/{token}/").status_code == 404


def test_the_portal_is_for_whom_has_something_to_change(fake: Any) -> None:
    gift = make_gift(provider="stripe-test", frequency="monthly")
    assert providers.portal(gift, back="https://newsroom.example/") == ""

    of = {"provider": "stripe-test"}
    customer = ProviderObject.objects.create(object_id="cus_1", kind="customer", **of)
    ProviderObject.objects.create(
        object_id="sub_1", kind="subscription", part_of=customer, contribution=gift, **of
    )

    assert providers.portal(gift, back="https://newsroom.example/") == f"{fake.origin}/portal"
    [(path, sent, _headers)] = fake.asked
    assert path == "/v1/billing_portal/sessions"
    assert sent == {"customer": "cus_1", "return_url": "https://newsroom.example/"}


def test_the_portal_of_other_keys_is_not_asked(fake: Any) -> None:
    assert providers.portal(make_gift(provider="stripe"), back="https://newsroom.example/") == ""


def test_what_was_begun_and_never_paid_is_forgotten_with_its_person() -> None:
    begun = make_gift()
    paid = make_gift(make_supporter(2))
    make_payment(paid)
    pledged = make_gift(make_supporter(3), provider="pledges")

    assert giving.forget_abandoned(timezone.now() + timedelta(days=59)) == 0
    assert giving.forget_abandoned(timezone.now() + timedelta(days=61)) == 1

    assert set(Contribution.objects.all()) == {paid, pledged}
    assert not Supporter.objects.filter(pk=begun.supporter_id).exists()


@pytest.mark.parametrize(
    ("amount", "currency", "with_fees"),
    [(2500, "USD", 2575), (101, "USD", 105), (500, "JPY", 515), (1000, "KWD", 1030)],
)
def test_fees_are_rounded_up_to_what_cards_can_be_charged(
    amount: int, currency: str, with_fees: int
) -> None:
    assert giving.with_fees(amount, currency) == with_fees
