/* SPDX-License-Identifier: MIT */
#include "tests/unit/chat/fake_world.h"

#include <stdarg.h>
#include <stdio.h>

enum { SEEN_MAX_BYTES = 1024 * 1024 };

struct fake_world fake_world;

void fake_world_again(void)
{
    buf_free(&fake_world.log);
    buf_free(&fake_world.emitted);
    buf_init(&fake_world.log, SEEN_MAX_BYTES);
    buf_init(&fake_world.emitted, SEEN_MAX_BYTES);
    fake_world.calls = 0;
    fake_world.beget_calls = 0;
    fake_world.change_calls = 0;
    fake_world.cached = false;
    fake_world.broken = false;
}

void fake_world_free(void)
{
    buf_free(&fake_world.log);
    buf_free(&fake_world.emitted);
    fake_world = (struct fake_world){0};
}

/* True once, at the call that is to break. */
static bool breaks(int number, bool after)
{
    if (fake_world.broken || number != fake_world.fail_at || fake_world.fail_after != after) {
        return false;
    }
    fake_world.broken = true;
    return true;
}

bool fake_call(struct err *err, const char *format, ...)
{
    char line[512];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    buf_addf(&fake_world.log, "%s\n", line);
    fake_world.calls++;
    return !breaks(fake_world.calls, false) || err_set(err, fake_world.kind, "broken: %s", line);
}

bool fake_worked(int number, struct err *err)
{
    return !breaks(number, true) || err_set(err, fake_world.kind, "broken after its work");
}
