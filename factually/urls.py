from django.contrib import admin
from django.urls import include, path

from factually import views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("factchecks.urls")),
    path("support/", include("supporters.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "factually.views.bad_request"
handler403 = "factually.views.forbidden"
handler404 = "factually.views.not_found"
