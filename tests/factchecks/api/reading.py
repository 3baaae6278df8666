"""Reading the API as a program would that holds it to its description."""

from typing import Any

from django.test import Client
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from factchecks import documents
from factchecks.api.views import DESCRIPTION

API = "/api/v1"
HERE = "https://newsroom.example/api/v1/openapi.json"
SCHEMAS: Registry = Registry().with_resources(
    [
        (HERE, DRAFT202012.create_resource(DESCRIPTION)),
        (
            "https://newsroom.example/api/v1/schema/document-v1.json",
            DRAFT202012.create_resource(documents.SCHEMA),
        ),
    ]
)
PATHS = {
    "api-root": "/",
    "api-openapi": "/openapi.json",
    "api-document-schema": "/schema/document-v1.json",
    "api-fact-checks": "/fact-checks/",
    "api-fact-check": "/fact-checks/{slug}/",
    "api-versions": "/fact-checks/{slug}/versions/",
    "api-version": "/fact-checks/{slug}/versions/{number}/",
    "api-corrections": "/corrections/",
}
MOON = f"{API}/fact-checks/is-the-moon-round/"


def ask(client: Client, path: str, **headers: str) -> Any:
    """The response, which is what the description says it is: its status, its type, each of its fields."""
    response: Any = client.get(path, headers=headers)
    name = response.resolver_match.url_name
    if name in PATHS:
        _compare(DESCRIPTION["paths"][PATHS[name]]["get"]["responses"], response)
    return response


def read(client: Client, path: str) -> Any:
    response = ask(client, path)
    assert response.status_code == 200, response.content
    return response.json()


def walk(client: Client, path: str) -> list[dict[str, Any]]:
    """All items, page after page."""
    items = []
    following = path
    while following:
        page = read(client, following)
        assert page["items"]
        items += page["items"]
        following = page["next"]
    return items


def _compare(described: dict[str, Any], response: Any) -> None:
    told = described[str(response.status_code)]
    if "$ref" in told:
        told = DESCRIPTION["components"]["responses"][told["$ref"].rpartition("/")[2]]
    if "content" not in told:
        assert not response.content
        return
    [(kind, body)] = told["content"].items()
    assert response["Content-Type"] == kind
    schema = {"$id": HERE.replace("openapi", "answer"), **_absolute(body["schema"])}
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(schema, registry=SCHEMAS, format_checker=checker).validate(response.json())


def _absolute(schema: dict[str, Any]) -> dict[str, Any]:
    """A reference within the description, from outside."""
    return {"$ref": f"{HERE}{schema['$ref']}"} if "$ref" in schema else schema
