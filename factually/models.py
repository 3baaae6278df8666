"""What is kept of no room in particular."""

from django.db import models
from procrastinate.contrib.django.models import ProcrastinateJob


class JobFailure(models.Model):
    """Why a job of the worker failed the last time. It goes when the job goes: the database sees to that."""

    LONGEST = 200

    job = models.OneToOneField(
        ProcrastinateJob,
        models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,  # the migration makes one that deletes
        related_name="failure",
    )
    kind = models.CharField(max_length=LONGEST)
    place = models.CharField(max_length=LONGEST)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} in {self.place}" if self.place else self.kind
