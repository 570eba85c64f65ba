# syntax=docker/dockerfile:1
# The image of the services, one executable which its arguments tell what to run, and that of the operator.
#
#   docker build --target services -t folkmoot-services .
#   docker run --rm -p 8080:8080 folkmoot-services
#   docker build --target operator -t folkmoot-operator .
#
# Executables that were built elsewhere (for this image's glibc or an older one) take the place of the compilation:
#   docker build --target services --build-context build=FOLDER_WITH_folkmoot -t folkmoot-services .

ARG RUST_VERSION=1.95.0
ARG NODE_VERSION=22

FROM node:${NODE_VERSION}-bookworm-slim AS web
WORKDIR /src
COPY services/web/package.json services/web/package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY services/web ./
RUN npm run build

FROM rust:${RUST_VERSION}-bookworm AS compile
WORKDIR /src
COPY . .
COPY --from=web /src/dist services/web/dist
# `dev` compiles faster and runs slower.
ARG PROFILE=release
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --profile "${PROFILE}" -p folkmoot -p folkmoot-operator \
    && cd "target/$(if [ "${PROFILE}" = dev ]; then echo debug; else echo "${PROFILE}"; fi)" \
    && install -D -t /out folkmoot folkmoot-operator

# Nothing but what was compiled, so that a folder can stand in for it.
FROM scratch AS build
COPY --from=compile /out/ /

FROM debian:bookworm-slim AS runtime
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN groupadd --gid 65532 nonroot \
    && useradd --uid 65532 --gid 65532 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin nonroot \
    && install -d -o 65532 -g 65532 -m 0700 /data
# By number, so that an orchestrator can see that it is not root.
USER 65532:65532
STOPSIGNAL SIGTERM

FROM runtime AS operator
LABEL org.opencontainers.image.title="folkmoot-operator" \
      org.opencontainers.image.description="Runs Folkmoot forums on Kubernetes"
COPY --from=build --chmod=0755 /folkmoot-operator /usr/local/bin/folkmoot-operator
ENTRYPOINT ["/usr/local/bin/folkmoot-operator"]

FROM runtime AS services
LABEL org.opencontainers.image.title="folkmoot" \
      org.opencontainers.image.description="The services of Folkmoot, a discussion platform"
COPY --from=build --chmod=0755 /folkmoot /usr/local/bin/folkmoot
ENV HOST=0.0.0.0 \
    DATA_DIR=/data \
    LOG_FORMAT=json
WORKDIR /data
VOLUME /data
# All in one, the admin port, and the services when they run apart with their admin ports.
EXPOSE 8080 8020-8026 9090-9096
ENTRYPOINT ["/usr/local/bin/folkmoot"]
CMD ["serve"]
