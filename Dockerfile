# syntax=docker/dockerfile:1
# The one image of the project: velib <produce|aggregate|archive|batch|train|serve|simulate|operator|…>.
#   docker build -t velib .
# BASE needs glibc, libstdc++ and Node 24 at /nodejs/bin/node, nothing else; BUILD_BASE needs Node 24 and npm.
ARG BUILD_BASE=docker.io/library/node:24-bookworm-slim
ARG BASE=gcr.io/distroless/nodejs24-debian12:nonroot

FROM ${BUILD_BASE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# Scripts are left out: the one that matters, building the console, needs the sources.
RUN npm ci --ignore-scripts
COPY tsconfig.json LICENSE ./
COPY core core
COPY adapters adapters
COPY operator operator
COPY services services
COPY image image
RUN npm run build && node image/bundle.ts --out /app

FROM ${BASE}
COPY --from=build --chown=0:0 /app /app
# Compiled code is kept where the pod mounts a folder to write to; without one Node goes on without.
ENV NODE_ENV=production NODE_COMPILE_CACHE=/tmp/node-compile-cache
USER 65532:65532
WORKDIR /app
ENTRYPOINT ["/nodejs/bin/node", "/app/services/cli/velib.js"]
