"""Fetching from addresses that strangers chose: the most dangerous thing this software does.

``guard`` says where one may connect, ``wire`` connects only there, ``fetch`` bounds what comes back. ``robots``,
``manners`` and ``pacing`` keep us polite; ``outcomes``, ``verdict`` and ``backoff`` turn a history of looks into a state and a next look;
``warc`` keeps a copy. Nothing here knows a model; the settings are read in ``policy`` alone.
"""
