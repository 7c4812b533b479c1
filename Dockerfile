# The operator image: reconciler, source fetcher and runner. Copies what `npm run build:image` made and builds nothing.
# BASE_IMAGE: any Linux image with Node 20.19 or later and git (with ssh, if repositories are fetched over ssh).
ARG BASE_IMAGE=docker.io/library/node:22.21.1-bookworm
FROM ${BASE_IMAGE}

LABEL org.opencontainers.image.title="notebook-validator-operator" \
      org.opencontainers.image.description="Proves that Jupyter notebooks work before they reach production" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/notebook-validator/notebook-validator-operator"

COPY build/ /app/
# The users that the operator may be: ssh refuses to run for one without an entry. (CRI-O adds OpenShift's numbers itself.)
COPY build/passwd /etc/passwd

# The root file system may be read-only, and the user any number (OpenShift): only /tmp is written to.
ENV NODE_ENV=production HOME=/tmp
# The youngest objects get 3 x 4 MiB in place of 3 x 16: a burst's peak is lower by what it does not need, at the same CPU time.
ENV NODE_OPTIONS=--max-semi-space-size=4
# glibc keeps what each of its arenas was given, and would have eight per core for Node's few threads.
ENV MALLOC_ARENA_MAX=2
WORKDIR /app
USER 65532:65532
ENTRYPOINT ["node", "/app/nbv.js"]
CMD ["operator"]
