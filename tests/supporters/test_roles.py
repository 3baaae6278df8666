"""Who may see supporters: the group for it, and nobody else at the desk."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from tests.factories import make_superuser, make_user
from tests.supporters.factories import make_goal, make_payment

pytestmark = pytest.mark.django_db
MODELS = ["supporter", "contribution", "payment", "goal"]


def addresses() -> list[str]:
    payment = make_payment()
    contribution = payment.contribution
    rows = [contribution.supporter, contribution, payment, make_goal()]
    return [
        reverse(f"admin:supporters_{model}_{view}", args=args)
        for model, row in zip(MODELS, rows, strict=True)
        for view, args in [
            ("changelist", []),
            ("add", []),
            ("change", [row.pk]),
            ("history", [row.pk]),
        ]
    ]


def statuses(client: Client) -> set[int]:
    return {client.get(address).status_code for address in addresses()}


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    assert statuses(client) == {302}


def test_an_editor_of_checks_sees_no_supporters(client: Client) -> None:
    editor = make_user()
    editor.user_permissions.set(Permission.objects.exclude(content_type__app_label="supporters"))
    client.force_login(editor)

    assert statuses(client) == {403}
    assert "upporter" not in client.get(reverse("admin:index")).content.decode()
    assert (
        client.get(
            reverse("admin:autocomplete"),
            {"app_label": "supporters", "model_name": "contribution", "field_name": "supporter"},
        ).status_code
        == 403
    )


def test_a_supporter_admin_sees_them_all(client: Client) -> None:
    keeper = make_user()
    keeper.groups.add(Group.objects.get(name="Supporter admin"))
    client.force_login(keeper)

    assert statuses(client) == {200}


def test_somebody_who_may_only_look_is_offered_no_change(client: Client) -> None:
    client.force_login(make_user("reader", *(f"supporters.view_{model}" for model in MODELS)))
    contribution = make_payment().contribution
    address = reverse("admin:supporters_contribution_change", args=[contribution.pk])

    assert b'name="_save"' not in client.get(address).content
    assert client.post(address, {}).status_code == 403


def test_not_even_the_chief_changes_the_ledger(client: Client) -> None:
    client.force_login(make_superuser())
    address = reverse("admin:supporters_payment_change", args=[make_payment().pk])

    assert client.post(address, {}).status_code == 403


def test_the_group_has_every_permission_on_supporters_and_no_other() -> None:
    def names(**which: Any) -> set[str]:
        found = Permission.objects.filter(**which).select_related("content_type")
        return {f"{each.content_type.app_label}.{each.codename}" for each in found}

    granted = names(group__name="Supporter admin")

    assert granted == names(content_type__app_label="supporters")
    assert "supporters.add_payment" in granted
    assert "supporters.change_payment" not in granted
