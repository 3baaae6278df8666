from django.urls import path

from supporters import giving_pages, own, views, webhook

app_name = "supporters"

urlpatterns = [
    path("", views.support, name="support"),
    path("goal.json", views.goal_json, name="goal_json"),
    path("goal/embed/", views.embed, name="goal_embed"),
    path("how-we-count/", views.how_we_count, name="how-we-count"),
    path("supporters/", views.wall, name="wall"),
    path("give/", giving_pages.give, name="give"),
    path("thanks/<str:token>/", giving_pages.thanks, name="thanks"),
    path("webhook/stripe/", webhook.stripe_webhook, name="stripe-webhook"),
    path("manage/", own.manage, name="manage"),
    path("manage/asked/", own.asked, name="manage-asked"),
    path("manage/forgotten/", own.erased, name="erased"),
    path("manage/<str:token>/", own.own, name="own"),
    path("manage/<str:token>/data.json", own.download, name="own-data"),
    path("manage/<str:token>/wall/", own.wall_choice, name="own-wall"),
    path("manage/<str:token>/gifts/<uuid:key>/", own.portal, name="own-portal"),
    path("manage/<str:token>/forget/", own.erase, name="own-erase"),
]
