/* SPDX-License-Identifier: MIT */
/* Inside of a command under construction; for redis.c, which sends it. */
#ifndef SHARED_IO_REDIS_COMMAND_H
#define SHARED_IO_REDIS_COMMAND_H

#include "shared/base/buf.h"
#include "shared/io/redis.h"

#include <stddef.h>

enum { REDIS_COMMAND_MAX_BYTES = 64 * 1024 * 1024 };

struct redis_command {
    struct buf bytes; /* the arguments, one after the other; overflow is found when it is run */
    size_t *lens;     /* owned; length of each argument                                       */
    size_t count;     /* of arguments, the command's name included                            */
    size_t cap;       /* of lens                                                              */
};

#endif
