"""The read API under ``/api/v1/``: what is public, as JSON. ``openapi.json`` beside this file describes it."""
