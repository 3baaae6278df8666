from django.urls import path, register_converter

from factchecks import views


class UnicodeSlug:
    """A slug in any script."""

    regex = r"[-\w]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Domain(UnicodeSlug):
    """A publisher's domain, with a port where it has one."""

    regex = r"[^/\x00-\x20]+"


register_converter(UnicodeSlug, "uslug")
register_converter(Domain, "domain")

app_name = "factchecks"
urlpatterns = [
    path("fact-checks/", views.listing, name="list"),
    path("fact-checks/<uslug:slug>/", views.detail, name="detail"),
    path("topics/<uslug:slug>/", views.topic, name="topic"),
    path("sources/<int:pk>/", views.source, name="source"),
    path("publishers/<domain:domain>/", views.publisher, name="publisher"),
]
