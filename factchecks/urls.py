from django.urls import include, path, re_path, register_converter

from factchecks import (
    cards,
    embedding,
    feeds,
    record,
    review,
    serving,
    source_pages,
    standing,
    views,
)
from factchecks.models import StandingPage


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


class Subject(UnicodeSlug):
    """The address of a standing page."""

    regex = "|".join(StandingPage.Subject.values)


register_converter(UnicodeSlug, "uslug")
register_converter(Subject, "subject")
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
    path("sources/<int:pk>/", source_pages.source, name="source"),
    re_path(
        r"^pictures/(?P<name>[0-9a-f]{64}-[1-9][0-9]{0,4}\.(?:webp|jpg|png))\Z",
        serving.picture,
        name="picture",
    ),
    re_path(
        r"^cards/(?P<name>[1-9][0-9]{0,17}-[0-9a-f]{12}-[0-9a-f]{64}\.png)\Z",
        cards.card,
        name="social-card",
    ),
    path("feed/", feeds.everything, name="feed"),
    path("topics/<uslug:slug>/feed/", feeds.topic, name="topic-feed"),
    path("corrections/feed/", feeds.corrections, name="corrections-feed"),
    path("oembed/", embedding.oembed, name="oembed"),
    path("fact-checks/<uslug:slug>/embed/", embedding.embed, name="embed"),
    path("publishers/<domain:domain>/", source_pages.publisher, name="publisher"),
    path("", include("factchecks.api.urls")),
    path("", include("factchecks.search.urls")),
    path("<subject:subject>/", standing.standing, name="standing"),
]
