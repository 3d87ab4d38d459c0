/* SPDX-License-Identifier: MIT */
/*
 * Asks the sentinels of a URL where the master is; inside of a Redis handle, and
 * asked at every connection. With sentinels:// it is asked over TLS.
 */
#ifndef SHARED_IO_REDIS_SENTINEL_H
#define SHARED_IO_REDIS_SENTINEL_H

#include "shared/io/redis_link.h"

/*
 * Puts the master's place into redis->url.place and redis->address. Asks the
 * sentinels one after the other, first the one that answered last; one that
 * hangs costs a second at most.
 * Fails: ERR_RETRY no sentinel answers or knows the master, ERR_STOPPED
 */
MUST_CHECK bool redis_sentinel_find(struct redis *redis, const struct redis_patience *patience,
                                    struct err *err);

#endif
