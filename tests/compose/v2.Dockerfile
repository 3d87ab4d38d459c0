# SPDX-License-Identifier: MIT
# Docker Compose v2 as Debian packages it, without what that package asks for.
FROM debian:trixie-slim
RUN apt-get update -qq \
 && cd /tmp \
 && apt-get download -qq docker-compose \
 && dpkg-deb -x docker-compose_*.deb unpacked \
 && mv unpacked/usr/libexec/docker/cli-plugins/docker-compose /docker-compose \
 && rm -rf /tmp/* /var/lib/apt/lists/*
