# One node: the server with its page, its log in the volume /data.

FROM node:22-slim AS page
WORKDIR /src/web/scoreboard
COPY web/scoreboard/package.json web/scoreboard/package-lock.json web/scoreboard/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY web/scoreboard/ ./
# Writes /src/web/static.
RUN npm run build

FROM python:3.13-slim AS package
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/tracker \
    && /opt/tracker/bin/pip install --no-deps --require-hashes -r requirements.lock \
    && pip install --no-deps --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md ./
COPY scripts/build_hook.py scripts/
COPY events/ events/
COPY tracker/ tracker/
COPY replay/ replay/
COPY web/ web/
COPY --from=page /src/web/static/ web/static/
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/tracker/bin/pip install --no-deps /wheels/*.whl

FROM python:3.13-slim
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin tracker \
    && install --directory --owner tracker --group tracker --mode 0750 /data
COPY --from=package /opt/tracker /opt/tracker
ENV PATH="/opt/tracker/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TRACKER_DATABASE=/data/tracker.db \
    TRACKER_HOST=0.0.0.0 \
    TRACKER_PORT=8000
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['TRACKER_PORT']}/healthz\", timeout=2)"]
ENTRYPOINT ["tracker"]
CMD ["serve"]
