/* SPDX-License-Identifier: MIT */
#include "shared/io/redis_tls.h"

#ifdef HAVE_HIREDIS_SSL

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/time.h>

static SSL_CTX *context_of(struct redis_tls *tls)
{
    return (SSL_CTX *)tls;
}

struct redis_tls *redis_tls_new(const char *address, struct err *err)
{
    SSL_CTX *made;

    (void)redisInitOpenSSL();
    made = SSL_CTX_new(TLS_client_method());
    if (!made || SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_default_verify_paths(made) != 1) {
        SSL_CTX_free(made);
        (void)err_set(err, ERR_FATAL, "redis %s: TLS: the CAs of the system cannot be read",
                      address);
        return NULL;
    }
    SSL_CTX_set_verify(made, SSL_VERIFY_PEER, NULL);
    return (struct redis_tls *)made;
}

void redis_tls_free(struct redis_tls *tls)
{
    SSL_CTX_free(context_of(tls));
}

/* Whose certificate it has to be. The name is told to the server, too; an address never is. */
static bool expect_host(SSL *ssl, const char *host)
{
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1 ||
           (SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1);
}

static bool refuse(const SSL *ssl, const redisContext *context, const char *address,
                   struct err *err)
{
    long verdict = SSL_get_verify_result(ssl);

    if (verdict != X509_V_OK) {
        return err_set(err, ERR_RETRY, "redis %s: TLS: its certificate is not accepted: %s",
                       address, X509_verify_cert_error_string(verdict));
    }
    return err_set(err, ERR_RETRY, "redis %s: TLS: %s", address, context->errstr);
}

/*
 * On a blocking socket: hiredis does not tell a non-blocking caller whether TLS wants to read or to
 * write.
 */
static bool shake_hands(redisContext *context, SSL *ssl, int64_t timeout_ms)
{
    int flags = fcntl(context->fd, F_GETFL);
    struct timeval timeout = {.tv_sec = (time_t)(timeout_ms / 1000),
                              .tv_usec = (suseconds_t)(timeout_ms % 1000 * 1000)};

    context->flags |= REDIS_BLOCK;
    if (flags < 0 || fcntl(context->fd, F_SETFL, flags & ~O_NONBLOCK) != 0 ||
        redisSetTimeout(context, timeout) != REDIS_OK ||
        redisInitiateSSL(context, ssl) != REDIS_OK) {
        return false;
    }
    context->flags &= ~REDIS_BLOCK;
    return fcntl(context->fd, F_SETFL, flags) == 0;
}

bool redis_tls_start(struct redis_tls *tls, struct redisContext *context, const char *host,
                     int64_t timeout_ms, const char *address, struct err *err)
{
    SSL *ssl = SSL_new(context_of(tls));
    bool ok;

    if (!ssl || !expect_host(ssl, host)) {
        SSL_free(ssl);
        return err_set(err, ERR_RETRY, "redis %s: TLS: cannot be prepared", address);
    }
    ok = shake_hands(context, ssl, timeout_ms) || refuse(ssl, context, address, err);
    if (!context->privctx) { /* hiredis owns it from a handshake on that has succeeded */
        SSL_free(ssl);
    }
    return ok;
}

#else

struct redis_tls *redis_tls_new(const char *address, struct err *err)
{
    (void)err_set(err, ERR_FATAL,
                  "redis %s: rediss:// and sentinels:// need a build with hiredis 1.0 or newer and"
                  " its hiredis_ssl (Debian 13); use redis://, unix:// or sentinel:// here",
                  address);
    return NULL;
}

void redis_tls_free(struct redis_tls *tls)
{
    (void)tls;
}

bool redis_tls_start(struct redis_tls *tls, struct redisContext *context, const char *host,
                     int64_t timeout_ms, const char *address, struct err *err)
{
    (void)tls;
    (void)context;
    (void)host;
    (void)timeout_ms;
    return err_set(err, ERR_FATAL, "redis %s: no TLS in this build", address);
}

#endif
