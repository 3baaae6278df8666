"""The API's own description, for programs and for the people who write them."""

import html
import re

import pytest
from django.test import Client
from django.urls import get_resolver
from jsonschema import Draft202012Validator
from jsonschema_path import SchemaPath
from openapi_spec_validator import OpenAPIV31SpecValidator

from factchecks import documents
from factchecks.api.views import DESCRIPTION
from tests.factchecks.api.reading import API, HERE, PATHS, ask, read

pytestmark = pytest.mark.django_db


def test_the_description_is_openapi_3_1() -> None:
    assert DESCRIPTION["openapi"].startswith("3.1.")
    handlers = {"https": lambda uri: documents.SCHEMA}
    described = SchemaPath.from_dict(DESCRIPTION, base_uri=HERE, handlers=handlers)
    assert list(OpenAPIV31SpecValidator(described).iter_errors()) == []


def test_every_address_of_the_api_is_described() -> None:
    _prefix, resolver = get_resolver().namespace_dict["factchecks"]
    names = {str(name) for name in resolver.reverse_dict if str(name).startswith("api-")}
    assert names - {"api-nothing"} == set(PATHS)
    assert set(PATHS.values()) == set(DESCRIPTION["paths"])


def test_the_description_and_the_documents_schema_are_served(client: Client) -> None:
    assert read(client, f"{API}/openapi.json") == DESCRIPTION
    schema = read(client, f"{API}/schema/document-v1.json")
    Draft202012Validator.check_schema(schema)
    assert schema == documents.SCHEMA


def test_every_link_of_the_root_leads_somewhere(client: Client) -> None:
    links = [url for name, url in read(client, f"{API}/").items() if name.endswith("_url")]
    assert len(links) == 6
    for link in links:
        assert ask(client, link.removeprefix("http://testserver")).status_code == 200


def test_people_find_every_endpoint_and_parameter_on_a_page(client: Client) -> None:
    page = html.unescape(client.get("/api/").content.decode())
    assert [f"/api/v1{path}" for path in DESCRIPTION["paths"]] == re.findall(
        r"<code>GET (.*?)</code>", page
    )
    for name in ("updated_since", "topic", "cursor", "made_since"):
        assert f"<code>{name}</code>" in page
