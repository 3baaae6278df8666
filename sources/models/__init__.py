"""The ground floor: where evidence comes from. Shared by all checks, and knowing none of them."""

from sources.models.copies import Body, Snapshot
from sources.models.looks import Look
from sources.models.publishers import Publisher, PublisherQuerySet
from sources.models.sources import Canonical, Source, SourceQuerySet, validate_address
from sources.models.verifications import Verification

__all__ = [
    "Body",
    "Canonical",
    "Look",
    "Publisher",
    "PublisherQuerySet",
    "Snapshot",
    "Source",
    "SourceQuerySet",
    "Verification",
    "validate_address",
]
