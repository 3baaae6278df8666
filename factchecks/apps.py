from django.apps import AppConfig


class FactChecksConfig(AppConfig):
    name = "factchecks"
