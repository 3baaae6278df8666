"""Ask a site for its robots.txt, before a copy of a page is kept."""

from dataclasses import replace

from sources.fetching import policy as policies
from sources.fetching import robots
from sources.fetching.failures import Failure
from sources.fetching.fetch import fetch
from sources.fetching.policy import Policy
from sources.fetching.robots import Robots

SECONDS = 15.0
MOST_BYTES = 2_000_000  # sent for it; ``robots.MOST_BYTES`` of it count


def ask(url: str, *, policy: Policy | None = None) -> Robots:
    """What the site of a page asks of us; good for a day (RFC 9309, 2.4).

    A site that does not answer is left alone for now. One whose robots.txt leads in circles or somewhere that we do not
    go, or is too large to be one, has none (RFC 9309, 2.3.1.2 and 2.3.1.3).
    """
    policy = policy or policies.current()
    quick = replace(policy.limits, seconds=SECONDS, payload=MOST_BYTES, body=MOST_BYTES)
    try:
        fetched = fetch(robots.address_for(url), policy=replace(policy, limits=quick))
    except Failure as failure:
        return robots.NOTHING if failure.again else robots.EVERYTHING
    return robots.from_answer(fetched.status, fetched.body)
