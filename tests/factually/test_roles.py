"""Who may go where at the desk: every address of the admin, as the URL configuration has it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from taggit.models import Tag

from factchecks import tasks
from factchecks.models import Person, Rating, ReviewLink, StandingPage
from sources.models import Publisher, Source
from supporters.models import Letter
from tests.factories import make_published, make_superuser, make_user
from tests.sources.copies import make_body, make_copy
from tests.supporters.factories import make_event, make_goal, make_payment, make_supporter

pytestmark = pytest.mark.django_db

# For everybody who has signed in: what they show depends on the person, or they only lead elsewhere.
OPEN_TO_STAFF = {
    *("index", "search", "login", "logout", "password_change", "password_change_done"),
    *("autocomplete", "jsi18n", "view_on_site", "app_list", None),
}
OF_EDITORS = {
    f"factchecks_factcheck_{step}"
    for step in ("publish", "retract", "withdraw", "move", "cancel", "takedown")
} | {"sources_source_merge"}  # (of a source that readers are shown)
LOOKING = {"changelist", "change", "history"}
WRITTEN_BY_NOBODY = {("letter", "add"), ("providerevent", "add")}
ROLES = ["Reporter", "Editor", "Supporter admin"]


@dataclass(frozen=True)
class Address:
    """A pattern of the URL configuration, with something real in place of each of its parameters."""

    path: str
    name: str | None


def may(role: str, address: Address) -> bool:
    """The newsroom's rule."""
    app, model, view = ([*str(address.name).split("_", 2), "", ""])[:3]
    if app == "supporters":  # letters and providers' events are written by the software alone
        return role == "Supporter admin" and (model, view) not in WRITTEN_BY_NOBODY
    if app == "jobs":  # of those who may publish, or of the supporters' wing: each sees its own
        return role in {"Editor", "Supporter admin"}
    if app == "sources" or model == "factcheck":
        return role == "Editor" or (role == "Reporter" and address.name not in OF_EDITORS)
    if model == "standingpage":  # none is made or deleted
        return role in {"Editor", "Reporter"} and view in LOOKING
    if model in {"person", "rating"}:
        return role == "Editor" or (role == "Reporter" and view in LOOKING)
    return False


def patterns(resolver: Any, before: str = "/") -> Iterator[tuple[str, str | None]]:
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from patterns(pattern, before + str(pattern.pattern))
        else:
            yield before + str(pattern.pattern), pattern.name


def filled(pattern: str, values: dict[str, Any]) -> str:
    """The path, from ``<int:pk>`` and ``(?P<url>.*)`` with a value for each name."""
    pattern = re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", pattern)
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(values[match[1]]), pattern)


@pytest.fixture
def addresses() -> list[Address]:
    """All of the admin's. A parameter that is not known here fails the test: give it something real."""
    check = make_published().fact_check
    link = ReviewLink.objects.create(
        fact_check=check,
        name="Dr Expert",
        token_sha256="0" * 64,
        made_by=make_user("host"),
        expires_at=timezone.now() + timedelta(days=1),
    )
    payment = make_payment()
    rows: dict[str, Any] = {
        "factchecks_factcheck": check,
        "factchecks_person": Person.objects.first(),
        "factchecks_standingpage": StandingPage.objects.first(),
        "factchecks_rating": Rating.objects.create(name="False"),
        "sources_source": Source.objects.first(),
        "sources_publisher": Publisher.objects.first(),
        "supporters_supporter": payment.contribution.supporter,
        "supporters_contribution": payment.contribution,
        "supporters_payment": payment,
        "supporters_goal": make_goal(),
        "supporters_letter": Letter.objects.create(
            kind="thanks",
            contribution=payment.contribution,
            supporter=payment.contribution.supporter,
        ),
        "supporters_providerevent": make_event(),
        "auth_group": Group.objects.first(),
        "auth_user": User.objects.get(username="host"),
        "taggit_tag": Tag.objects.first(),
    }
    tasks.defer_page(1)
    known = {
        "one": payment.contribution.supporter.pk,
        "other": make_supporter(2).pk,
        "pk": check.pk,
        "link": link.pk,
        "snapshot": make_copy(Source.objects.all()[0], make_body("It has no file.")).pk,
        "number": 1,
        "id": User.objects.get(username="host").pk,
        "content_type_id": ContentType.objects.get_for_model(Source).pk,
        "app_label": "factchecks",
        "url": "nothing/",
    }
    found = []
    for pattern, name in patterns(get_resolver()):
        if not pattern.startswith("/admin/"):
            continue
        row = rows.get("_".join(pattern.split("/")[2:4]), check)
        path = filled(pattern, {**known, "object_id": row.pk})
        found.append(Address(path.replace("^", "").replace("$", ""), name))
    assert len(found) > 100
    return found


def somebody(role: str) -> Client:
    user = make_user(role.lower())
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def status(client: Client, address: Address) -> int:
    """Of the page; where nothing can be got, or only the way to another page, of what is sent there."""
    answered = client.get(address.path).status_code
    return client.post(address.path).status_code if answered in {302, 405} else answered


def test_a_stranger_is_asked_to_sign_in_wherever_they_go(
    addresses: list[Address], client: Client
) -> None:
    for address in addresses:
        if address.name in {"login", "logout", "jsi18n"}:
            continue
        response: Any = client.get(address.path)
        assert response.status_code == 302, address
        assert response.url.startswith("/admin/login/"), address
        sent: Any = client.post(address.path)
        assert sent.status_code in {200, 302, 403}, address
        assert sent.status_code != 200 or "_resume-username" in sent.content.decode(), address


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_refused_wherever_it_has_no_business(addresses: list[Address], role: str) -> None:
    client = somebody(role)
    refused = [each for each in addresses if each.name not in OPEN_TO_STAFF and not may(role, each)]
    assert len(refused) > 20
    assert [(each, code) for each in refused if (code := status(client, each)) != 403] == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_comes_in_wherever_it_has_business(addresses: list[Address], role: str) -> None:
    client = somebody(role)
    for address in addresses:
        if not may(role, address) or str(address.name).endswith("_delete"):
            continue
        # (405: a redirect to the page that what was sent comes from)
        assert status(client, address) in {200, 204, 302, 400, 405}, address


def test_nothing_that_readers_or_books_rely_on_is_deleted_at_the_desk(
    addresses: list[Address],
) -> None:
    chief = Client()
    chief.force_login(make_superuser())
    kept = ["factchecks_factcheck", "sources_source", "sources_publisher", "supporters_payment"]
    deleting = [each for each in addresses if each.name in {f"{name}_delete" for name in kept}]
    assert [status(chief, each) for each in deleting] == [403] * len(kept)


def test_pages_for_all_staff_break_for_nobody(addresses: list[Address]) -> None:
    for role in ROLES:
        client = somebody(role)
        for address in addresses:
            if address.name in OPEN_TO_STAFF - {"logout"}:
                assert status(client, address) in {200, 302, 403, 404}, address


def test_a_person_without_a_role_sees_only_what_is_for_all_staff(
    addresses: list[Address],
) -> None:
    client = Client()
    client.force_login(make_user("newcomer"))
    closed = [each for each in addresses if each.name not in OPEN_TO_STAFF]
    assert [(each, code) for each in closed if (code := status(client, each)) != 403] == []


def test_the_chief_breaks_nothing_anywhere(addresses: list[Address]) -> None:
    chief = Client()
    chief.force_login(make_superuser())
    for address in addresses:
        if address.name != "logout":
            assert chief.get(address.path).status_code < 500, address
            assert chief.post(address.path).status_code < 500, address
