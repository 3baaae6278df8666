from django.contrib import admin
from django.urls import include, path

from factchecks import sitemaps
from factually import views, wellknown

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("factchecks.urls")),
    path("support/", include("supporters.urls")),
    path("admin/", admin.site.urls),
    path("sitemap.xml", sitemaps.index, {"sections": wellknown.SITEMAPS}, name="sitemaps"),
    path(
        "sitemap-<slug:section>.xml",
        sitemaps.sitemap,
        {"sections": wellknown.SITEMAPS},
        name="sitemap",
    ),
    path("news-sitemap.xml", sitemaps.news, name="news-sitemap"),
    path("robots.txt", wellknown.robots, name="robots"),
    path(".well-known/security.txt", wellknown.security, name="security"),
    path("manifest.webmanifest", wellknown.manifest, name="manifest"),
    path("favicon.ico", wellknown.favicon, name="favicon"),
]

handler400 = "factually.views.bad_request"
handler403 = "factually.views.forbidden"
handler404 = "factually.views.not_found"
