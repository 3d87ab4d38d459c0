/* SPDX-License-Identifier: MIT */
/* What is said at the beginning of a connection; inside of a Redis handle. */
#ifndef SHARED_IO_REDIS_GREET_H
#define SHARED_IO_REDIS_GREET_H

#include "shared/io/redis_link.h"

/* Logs in with user and password of the URL; nothing is said without a password. */
MUST_CHECK bool redis_greet_login(struct redis *redis, const struct redis_patience *patience,
                                  struct err *err);

/*
 * Login, database and name; and where sentinels have led here, whether this is
 * the master indeed: they may be the last to know.
 * Fails: ERR_RETRY, ERR_STOPPED, ERR_FATAL settings are wrong
 */
MUST_CHECK bool redis_greet(struct redis *redis, const struct redis_patience *patience,
                            struct err *err);

#endif
