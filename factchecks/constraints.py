"""What the database refuses, in the words that the model has for it."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Model


@contextmanager
def told(model: type[Model]) -> Iterator[None]:
    """While a row is written: a broken constraint of its model becomes ``ValidationError`` with its sentence.

    ``Model.validate_constraints`` would ask the database about each of them before. The transaction is at its end.
    """
    try:
        yield
    except IntegrityError as error:
        cause = error.__cause__
        name = cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None
        for constraint in model._meta.constraints:
            if constraint.name == name:
                raise ValidationError(constraint.get_violation_error_message()) from error
        raise
