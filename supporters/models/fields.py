"""Fields that two or more of the models have."""

from datetime import UTC, datetime
from typing import Any

from django.db import models

from supporters import emails, money


class EmailAddressField(models.CharField):
    """An e-mail address or nothing, always in its normalised spelling: stored, looked up, shown."""

    default_validators = [emails.validate]

    def to_python(self, value: Any) -> Any:
        return emails.normalise(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        return self.to_python(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        address = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, address)
        return address


class CurrencyField(models.CharField):
    """An ISO 4217 code."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 3)
        options.setdefault("choices", money.currency_choices)
        super().__init__(**options)


# Moments outside cannot be shown in every time zone, or are slips of the pen.
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
LATEST = datetime(2999, 1, 1, tzinfo=UTC)


def is_plausible(moment: str) -> models.Q:
    return models.Q(**{f"{moment}__gte": EARLIEST, f"{moment}__lt": LATEST})


def is_currency_code(field: str) -> models.Q:
    return models.Q(**{f"{field}__regex": "^[A-Z]{3}$"})
