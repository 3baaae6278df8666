from django.urls import path, re_path, register_converter

from factchecks import record, review, serving, views


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
    path("fact-checks/<uslug:slug>/history/", record.history, name="history"),
    path("fact-checks/<uslug:slug>/history/<int:number>/", record.version, name="version"),
    path("corrections/", record.corrections, name="corrections"),
    path("review/<str:token>/", review.review, name="review"),
    path("topics/<uslug:slug>/", views.topic, name="topic"),
    path("sources/<int:pk>/", views.source, name="source"),
    re_path(
        r"^pictures/(?P<name>[0-9a-f]{64}-[1-9][0-9]{0,4}\.(?:webp|jpg|png))\Z",
        serving.picture,
        name="picture",
    ),
    path("publishers/<domain:domain>/", views.publisher, name="publisher"),
]
