# lambdaserve in an image: `docker build -t lambdaserve .`; docker-compose.yml runs it with all that belongs to it.
# The Python is the one that the tests run on. Tests run these very steps in an empty directory, and what comes of them.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.txt /build/requirements.txt
RUN python -m venv /venv
RUN /venv/bin/python -m pip install --require-hashes -r /build/requirements.txt
COPY . /app
WORKDIR /app
# Thrown away with this layer: nothing is signed here.
RUN SECRET_KEY="$(/venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(48))')" ENV_FILE= STATIC_DIR=/app/collected \
    /venv/bin/python manage.py collectstatic --noinput --verbosity 0
# Nothing is installed into the image later.
RUN /venv/bin/python -m pip uninstall --yes --quiet pip setuptools && /venv/bin/python -m compileall -q /app /venv

FROM python:3.11-slim-bookworm
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
# All that is written lies in /data, which may be a tmpfs: the file system is read-only, the user is nobody in particular.
ENV PATH=/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ENV_FILE= DATA_DIR=/data STATIC_DIR=/app/collected BIND=0.0.0.0:8000 LIVE_BIND=0.0.0.0:8001
USER 10001:10001
EXPOSE 8000 8001
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-m", "lambdaserve.server.healthcheck"]
STOPSIGNAL SIGTERM
CMD ["python", "manage.py", "serve", "--prepared"]
