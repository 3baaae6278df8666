"""Django's admin as it comes, over Django's own models, beside the desk: what it has by nature is no fault of ours."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.urls import include, path


class Entries(admin.TabularInline):
    model = LogEntry
    autocomplete_fields = ["content_type"]
    can_delete = False
    extra = 1


class Kinds(admin.ModelAdmin):
    search_fields = ["model"]
    search_help_text = "By name."


class Users(UserAdmin):
    inlines = [Entries]


site = admin.AdminSite(name="stock")
site.register(User, Users)
site.register(ContentType, Kinds)

urlpatterns = [path("stock/", site.urls), path("", include("factually.urls"))]
