"""What the public search learns from what is live."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class KnownWord(models.Model):
    """A word of published checks, in lower case and without accents: what a misspelt one may have meant."""

    word = models.CharField(_("word"), max_length=30, unique=True)
    publications = models.PositiveIntegerField(
        _("publications"), help_text=_("How many have it, former ones included.")
    )

    class Meta:
        verbose_name = _("known word")
        verbose_name_plural = _("known words")
        indexes = [
            GinIndex(name="known_word_trigrams", fields=["word"], opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.word
