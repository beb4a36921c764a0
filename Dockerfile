# The node as a container: docker build -t kolibri:0.1.0 .
# The page and the model are made first and become part of the binary; the last stage holds the binary, the C library it
# needs and the certificates for OTLP over https, and no shell.

FROM node:20.20.2-bookworm-slim AS page
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
RUN npm run build

FROM debian:bookworm-slim AS model
WORKDIR /src
COPY scripts/ scripts/
RUN scripts/make-model

FROM rust:1.95.0-slim-bookworm AS binary
WORKDIR /src
COPY . .
COPY --from=page /src/web/dist web/dist
COPY --from=model /src/crates/encoder/model crates/encoder/model
RUN cargo build --release --locked --package kolibri \
    && install -D --mode 0755 target/release/kolibri /out/kolibri \
    && install -d --mode 0700 /out/data

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=binary /out/kolibri /usr/local/bin/kolibri
# A volume that is mounted here takes over the owner.
COPY --from=binary --chown=65532:65532 /out/data /data
COPY --from=binary --chown=65532:65532 /out/data /backups
ENV KOLIBRI_DATA_DIR=/data
VOLUME /data
USER 65532:65532
EXPOSE 8080 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["kolibri", "healthcheck"]
ENTRYPOINT ["kolibri"]
CMD ["serve"]
