"""Jobs of the worker. Each carries ids only, and is safe to run twice."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from supporters import giving, letters, privacy, surveying, webhook
from supporters.post import Undelivered
from supporters.providers.away import ProviderAway

# From 3 seconds on, three times as long each time: the last try is a day after the first.
LETTER_RETRY = RetryStrategy(max_attempts=10, exponential_wait=3, retry_exceptions=[Undelivered])
PROVIDER_RETRY = RetryStrategy(max_attempts=10, exponential_wait=3, retry_exceptions=[ProviderAway])
EVENT_RETRY = RetryStrategy(max_attempts=8, exponential_wait=3)


@app.task(retry=EVENT_RETRY)
def apply_event(event_pk: int) -> None:
    """Take one event of a payment provider into the ledger, once."""
    webhook.apply(event_pk)


@app.periodic(cron="27 3 * * *")
@app.task(queueing_lock="supporters.forget_abandoned")
def forget_abandoned(timestamp: int) -> None:
    """Once a night: drop what was begun on the giving page long ago and never paid."""
    giving.forget_abandoned()


@app.task(retry=LETTER_RETRY)
def send_letter(letter_id: int) -> None:
    """Hand one letter to the mail server, once."""
    letters.send(letter_id)


@app.task(retry=PROVIDER_RETRY)
def forget_at_providers(supporter_id: int) -> None:
    """End the regular gifts of a forgotten person, and have the payment provider forget them too."""
    privacy.forget_at_providers(supporter_id)


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="supporters.finish_forgetting")
def finish_forgetting(timestamp: int) -> None:
    """Once a night: ask providers again whom they have not forgotten, and drop addresses that no letter reached."""
    letters.forget_addresses()
    for supporter in privacy.not_yet_forgotten_at_providers():
        forget_at_providers.defer(supporter_id=supporter.pk)


@app.task(queueing_lock=surveying.LOCK)
def survey() -> None:
    """Survey a large ledger for the desk, because somebody looks."""
    surveying.store()
