# The control plane and its tools: `flotilla serve` in a cluster, `docker run flotilla --help` elsewhere.

FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN npm ci && npm run -s build && node deploy/image/lay.js /flotilla

# No shell, no package manager. Nothing of its file system is written: it may be read-only.
FROM gcr.io/distroless/nodejs24-debian12:nonroot
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="flotilla" \
      org.opencontainers.image.description="A multi-cluster Kubernetes control plane, wire-compatible with Karmada" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
COPY --from=build --chown=0:0 /flotilla /flotilla
WORKDIR /flotilla
# By number, so that a cluster can see that it is nobody's root.
USER 65532:65532
EXPOSE 8080 9443 10357
# Young objects get 32 MiB, not the 128 that Node gives them on a machine with much memory: see docs/deploying.md.
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=16", "/flotilla/core/cli/bin/flotilla.js"]
CMD ["--help"]
