"""What outside experts say of a draft, for the desk and for the page behind their link: what was said, and of what."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from factchecks.models import ReviewComment, Revision


def hash_of(token: str) -> str:
    """What is kept of a token, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class Said:
    """A comment as the desk reads it: of whom, on what, in which revision."""

    name: str
    verdict: str
    verdict_label: str
    text: str
    made_at: datetime
    place: str
    revision: int


def said(comments: Iterable[ReviewComment]) -> list[Said]:
    """With the number and heading that a finding had in the revision that was read. At most two queries."""
    comments = list(comments)
    read = {comment.revision_id for comment in comments}
    rows = Revision.objects.filter(pk__in=read) if read else Revision.objects.none()
    findings = {
        pk: (number, {f["key"]: (place, f["heading"]) for place, f in enumerate(found, 1)})
        for pk, number, found in rows.values_list("pk", "number", "document__findings")
    }
    return [_said(comment, *findings[comment.revision_id]) for comment in comments]


def _said(comment: ReviewComment, revision: int, findings: dict[str, tuple[int, str]]) -> Said:
    place = _("The whole check")
    if comment.finding:
        number, heading = findings[str(comment.finding)]
        place = _("Finding %(number)s: %(heading)s") % {"number": number, "heading": heading}
    return Said(
        name=comment.link.name,
        verdict=comment.verdict,
        verdict_label=comment.get_verdict_display(),
        text=comment.text,
        made_at=comment.made_at,
        place=place,
        revision=revision,
    )
