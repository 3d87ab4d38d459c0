/* SPDX-License-Identifier: MIT */
#include "worker/journal/takeover.h"

#include "shared/base/buf.h"
#include "shared/base/clock.h"
#include "shared/base/crash_point.h"
#include "shared/base/log.h"
#include "worker/journal/file_copy.h"
#include "worker/journal/schema.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

enum { PATH_MAX_BYTES = 8192 };

static void name_copy(struct buf *out, const char *path, int64_t version)
{
    char stamp[sizeof("20261126T134500Z")];
    time_t seconds = (time_t)(clock_unix_ms() / 1000);
    struct tm parts;

    (void)gmtime_r(&seconds, &parts);
    (void)strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &parts);
    buf_addf(out, "%s.schema-%" PRId64 "-%s", path, version, stamp);
}

/* True when no step was made: the file is what its copy is. */
static bool is_unchanged(struct sqlite *db, int64_t from)
{
    struct schema_found found = {.version = 0};
    struct err ignored = ERR_INIT;

    return schema_find(db, &found, &ignored) && found.version == from;
}

static bool make_copy(struct sqlite *db, const char *copy, int64_t version, struct err *err)
{
    if (!file_copy(db, copy, err)) {
        return err_prefix(err, "bot.db stays as it is while it cannot be copied");
    }
    log_info("journal.copy_kept", LOG_TEXT("copy", copy), LOG_INT("schema", version));
    CRASH_POINT("journal.copied");
    return true;
}

static bool migrate_with_copy(struct sqlite *db, const char *path, int64_t version,
                              int64_t *out_from, struct err *err)
{
    struct buf copy;
    bool ok;

    buf_init(&copy, PATH_MAX_BYTES);
    name_copy(&copy, path, version);
    ok = make_copy(db, buf_text(&copy), version, err);
    if (ok && !schema_migrate(db, out_from, err)) {
        ok = false;
        if (is_unchanged(db, version)) {
            (void)unlink(buf_text(&copy));
        }
    }
    buf_free(&copy);
    return ok;
}

bool takeover(struct sqlite *db, const char *path, int64_t *out_from, struct err *err)
{
    struct schema_found found = {.version = 0};

    if (!schema_find(db, &found, err)) {
        return err_prefix(err, "%s", path);
    }
    if (found.empty || found.version >= SCHEMA_VERSION) {
        return schema_migrate(db, out_from, err);
    }
    return migrate_with_copy(db, path, found.version, out_from, err);
}
