# Two images: `docker build --target web .` is the web server alone, without speech engines; the last stage has everything.
# The image contains no models and no settings: those are in volumes and in .env.

FROM debian:12-slim AS base
# The fonts have the letters of Chinese, Japanese and Korean for PDFs.
# Debian's security updates are wanted, so its packages have no fixed versions; Python's are locked by their hashes.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 fonts-droid-fallback fonts-nanum \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log \
    && groupadd --gid 10001 realrecap \
    && useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --home-dir /data --shell /usr/sbin/nologin realrecap \
    && install --directory --owner=realrecap --group=realrecap --mode=0700 /data \
    && install --directory --owner=realrecap --group=realrecap --mode=0755 /models
ENV PATH=/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    FLASK_APP=run FLASK_SKIP_DOTENV=1 \
    DATA_DIR=/data MODELS_DIR=/models DEMO_MODELS=never HEARTBEAT_FILE=/tmp/heartbeat \
    HOST=0.0.0.0 PORT=5000 \
    DO_NOT_TRACK=1 HF_HUB_DISABLE_TELEMETRY=1 PYANNOTE_METRICS_ENABLED=0 \
    MPLCONFIGDIR=/tmp XDG_CACHE_HOME=/tmp
WORKDIR /app
EXPOSE 5000
ENTRYPOINT ["/app/docker/entrypoint.sh"]
CMD ["gunicorn", "-c", "launcher/gunicorn_conf.py", "run:app"]


FROM base AS source
COPY . /app
# `ollama-models` is where the folder of language models is mounted
RUN chmod -R a+rX /app \
    && python3 -m compileall -q --invalidation-mode unchecked-hash /app \
    && mkdir /app/ollama-models


FROM base AS installer
# hadolint ignore=DL3008,DL3009
RUN apt-get update && apt-get install --yes --no-install-recommends python3-venv
COPY requirements-setup.txt /
ENV PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 UV_NO_PROGRESS=1 UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 PYC_INVALIDATION_MODE=UNCHECKED_HASH
RUN python3 -m venv /installer \
    && /installer/bin/pip install --require-hashes -r /requirements-setup.txt \
    && python3 -m venv --without-pip /venv


FROM installer AS web-packages
COPY requirements-webapp.txt /
RUN /installer/bin/uv pip install --python /venv --require-hashes -r /requirements-webapp.txt


FROM base AS web
COPY --from=web-packages /venv /venv
COPY --from=source /app /app
USER 10001:10001


FROM installer AS packages
COPY requirements.txt /
WORKDIR /venv/lib/python3.11/site-packages
# The CUDA libraries, torch and the rest become layers of their own: an upgrade fetches only what has changed. Left out is
# what only compilers use, triton among it, which torch loads for `torch.compile` alone.
RUN /installer/bin/uv pip install --python /venv --require-hashes -r /requirements.txt \
    && rm -rf nvidia/*/include torch/include torch/share torch/bin/protoc* triton* \
    && find . -name '*.a' -delete \
    && mkdir -p /layers/cuda /layers/torch \
    && mv nvidia /layers/cuda/ \
    && mv torch /layers/torch/


FROM base AS realrecap
COPY --from=packages /layers/cuda /venv/lib/python3.11/site-packages
COPY --from=packages /layers/torch /venv/lib/python3.11/site-packages
COPY --from=packages /venv /venv
COPY --from=source /app /app
USER 10001:10001
