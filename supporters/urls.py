from django.urls import path

from supporters import views

app_name = "supporters"

urlpatterns = [
    path("", views.support, name="support"),
    path("goal.json", views.goal_json, name="goal_json"),
]
