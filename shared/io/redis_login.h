/* SPDX-License-Identifier: MIT */
/*
 * User and password of Redis, which people change while programs run: when a server refuses them,
 * they are read again from where they came from. What the handles of a process share about that;
 * any thread may call.
 *
 * Only user and password are taken over. Another server is for a restart: half of the handles
 * would be at one, half at the other.
 */
#ifndef SHARED_IO_REDIS_LOGIN_H
#define SHARED_IO_REDIS_LOGIN_H

#include "shared/base/log.h"
#include "shared/io/redis_url.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { REDIS_LOGIN_PATIENCE_MS = 60000 };

struct redis_login {
    pthread_mutex_t lock;
    const char *setting;   /* that has the URL                                */
    log_sink *log;         /* takes "redis.login_renewed"                     */
    bool worked;           /* some server has let in                          */
    int64_t refused_ms;    /* monotonic; of the first refusal since, else 0   */
    int64_t latest_ms;     /* of the latest refusal                           */
    bool has_told;         /* the log has been told of another login, namely: */
    struct redis_url told; /* its user and password, secret                   */
};

#define REDIS_LOGIN_INIT(setting_, log_)                                         \
    {                                                                            \
        .lock = PTHREAD_MUTEX_INITIALIZER, .setting = (setting_), .log = (log_), \
    }

/*
 * For a handle that was refused with what is in *url: puts another user and password there if the
 * setting has others by now, and says so for the first handle that finds them. False, with
 * *url as it was: `login` is NULL, or the setting has the same, another server, or nothing to read.
 */
bool redis_login_renew(struct redis_login *login, const char *address, struct redis_url *url);

/*
 * Notes how an attempt to connect ended at `now_ms` (monotonic), NULL: let in. Where a server has
 * let in before, ERR_FATAL becomes ERR_RETRY for REDIS_LOGIN_PATIENCE_MS: the settings were right,
 * so somebody is changing them. After that it stays ERR_FATAL: whoever was given its secret at its
 * start is given another at the next one. A refusal that comes as long after the one before it
 * begins anew: it is of another change. NULL for `login` is a no-op.
 */
void redis_login_note(struct redis_login *login, struct err *failure, int64_t now_ms);

/*
 * What redis_login_renew() takes over from `text`, a URL. Pure. False, with *url as it was: it has
 * the same user and password, another server, or cannot be read.
 */
bool redis_login_take(const char *text, struct redis_url *url);

#endif
