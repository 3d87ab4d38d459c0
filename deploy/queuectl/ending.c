/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/ending.h"

#include "shared/base/compiler.h"

#include <string.h>

/* True when Redis does not let this user do it; the kind alone says that settings are wrong. */
static bool is_not_allowed(const struct err *err)
{
    return err->kind == ERR_FATAL && strstr(err->message, "NOPERM ");
}

enum ending ending_of(const struct err *err)
{
    static const enum ending OF_KIND[] = {
        [ERR_NONE] = ENDING_OK,         [ERR_RETRY] = ENDING_CONNECTION,
        [ERR_REJECT] = ENDING_REFUSED,  [ERR_FATAL] = ENDING_CONNECTION,
        [ERR_STOPPED] = ENDING_PARTIAL,
    };

    return is_not_allowed(err) ? ENDING_REFUSED : OF_KIND[err->kind];
}

const char *ending_name(enum ending ending)
{
    static const char *const NAMES[] = {
        [ENDING_OK] = "ok",
        [ENDING_USAGE] = "usage",
        [ENDING_NOT_FOUND] = "not_found",
        [ENDING_CONNECTION] = "connection",
        [ENDING_REFUSED] = "refused",
        [ENDING_PARTIAL] = "partial",
    };

    return ending >= 0 && (size_t)ending < ARRAY_LEN(NAMES) ? NAMES[ending] : "failed";
}
