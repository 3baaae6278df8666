"""What each group of the desk may do: made by a migration, so that a new newsroom has them."""

import pytest
from django.contrib.auth.models import Group, User

pytestmark = pytest.mark.django_db


def permissions(group: str) -> set[str]:
    member = User.objects.create_user("member")
    member.groups.add(Group.objects.get(name=group))
    return member.get_all_permissions()


def test_a_reporter_writes_and_does_not_publish() -> None:
    allowed = permissions("Reporter")
    assert {f"factchecks.{action}_factcheck" for action in ("view", "add", "change")} <= allowed
    assert {f"factchecks.{a}_finding" for a in ("view", "add", "change", "delete")} <= allowed
    assert {"sources.add_source", "sources.change_publisher", "factchecks.view_person"} <= allowed
    assert not allowed & {
        "factchecks.publish_factcheck",
        "factchecks.delete_factcheck",
        "factchecks.add_rating",
        "factchecks.change_person",
        "sources.delete_source",
    }


def test_an_editor_publishes_too_and_keeps_people_and_the_scale() -> None:
    added = permissions("Editor") - {
        f"{p.content_type.app_label}.{p.codename}"
        for p in Group.objects.get(name="Reporter").permissions.select_related("content_type")
    }
    assert added == {
        "factchecks.publish_factcheck",
        "factchecks.add_person",
        "factchecks.change_person",
        "factchecks.add_rating",
        "factchecks.change_rating",
        "factchecks.change_standingpage",
    }


@pytest.mark.parametrize("group", ["Reporter", "Editor"])
def test_who_writes_does_not_see_who_gave(group: str) -> None:
    assert {allowed.split(".")[0] for allowed in permissions(group)} == {"factchecks", "sources"}
