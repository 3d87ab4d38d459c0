/* SPDX-License-Identifier: MIT */
/*
 * TLS of a connection to Redis; inside of a Redis handle. OpenSSL checks the
 * certificate and the host's name: hiredis, left to itself, compares no name
 * (hiredis 1.2, hiredis_ssl.h). Without hiredis_ssl there is no TLS.
 */
#ifndef SHARED_IO_REDIS_TLS_H
#define SHARED_IO_REDIS_TLS_H

#include "shared/base/compiler.h"
#include "shared/base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct redisContext;
struct redis_tls; /* opaque */

/*
 * CAs of the system, or of SSL_CERT_FILE; TLS 1.2 or newer. `address` is what messages call the
 * server. The caller frees it.
 * Fails: ERR_FATAL no TLS in this build, no CAs
 */
MUST_CHECK struct redis_tls *redis_tls_new(const char *address, struct err *err);
void redis_tls_free(struct redis_tls *tls); /* NULL is a no-op */

/*
 * The handshake on a connection that hiredis has opened without blocking, for `timeout_ms` at most.
 * The certificate has to be made out for `host`, a name or an IP address.
 * Fails: ERR_RETRY, also for a certificate that is not accepted: a new one may be put in place
 */
MUST_CHECK bool redis_tls_start(struct redis_tls *tls, struct redisContext *context,
                                const char *host, int64_t timeout_ms, const char *address,
                                struct err *err);

#endif
