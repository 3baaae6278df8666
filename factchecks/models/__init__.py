"""The desk's working copy, the revisions frozen from it, and the publications made public."""

from factchecks.models.checks import (
    Byline,
    Citation,
    FactCheck,
    Finding,
    FollowUp,
    Quotation,
    SearchQuery,
)
from factchecks.models.leaning import Leaning
from factchecks.models.newsroom import Person, Rating, StandingPage
from factchecks.models.pictures import Picture
from factchecks.models.publications import (
    Correction,
    Publication,
    PublicationQuerySet,
    PublishedCitation,
)
from factchecks.models.revisions import Revision
from factchecks.models.searching import KnownWord
from factchecks.models.workflow import (
    Note,
    Presence,
    ReviewComment,
    ReviewLink,
    Step,
    UnsavedWork,
)

__all__ = [
    "Byline",
    "Citation",
    "Correction",
    "FactCheck",
    "Finding",
    "FollowUp",
    "KnownWord",
    "Leaning",
    "Note",
    "Person",
    "Picture",
    "Presence",
    "Publication",
    "PublicationQuerySet",
    "PublishedCitation",
    "Quotation",
    "Rating",
    "ReviewComment",
    "ReviewLink",
    "Revision",
    "SearchQuery",
    "StandingPage",
    "Step",
    "UnsavedWork",
]
