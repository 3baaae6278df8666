"""Who sits before the browser."""

from django.contrib.auth.models import Group, User
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_user


def member(name: str, group: str) -> User:
    user = make_user(name)
    user.groups.add(Group.objects.get(name=group))
    return user


def sign_in(page: Page, live_server: LiveServer, name: str) -> Page:
    page.set_default_timeout(10_000)
    page.goto(f"{live_server.url}/admin/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Log in").click()
    return page
