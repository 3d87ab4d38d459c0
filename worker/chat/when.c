/* SPDX-License-Identifier: MIT */
#include "worker/chat/when.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATH_SIZE = 256, ZONE_SIZE = 16 };

/* ---- the zone ---- */

/* Whether the file is what the C library reads zones from: it takes any other for UTC. */
static bool is_zone_file(const char *path)
{
    static const char MAGIC[] = "TZif";
    char begin[sizeof(MAGIC) - 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is = fd >= 0 && read(fd, begin, sizeof(begin)) == (ssize_t)sizeof(begin) &&
              memcmp(begin, MAGIC, sizeof(begin)) == 0;

    if (fd >= 0) {
        (void)close(fd);
    }
    return is;
}

const char *when_check_zone(const char *name)
{
    static const char LETTERS[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    char path[PATH_SIZE];
    int len = snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);

    if (strcmp(name, "UTC") == 0) {
        return NULL; /* known without the files of tzdata */
    }
    if (name[strspn(name, LETTERS)] != '\0' || name[0] == '/' || len >= (int)sizeof(path) ||
        !is_zone_file(path)) {
        return "must be UTC or a time zone that this system knows, such as Europe/Moscow: see "
               "/usr/share/zoneinfo, or install tzdata";
    }
    return NULL;
}

void when_use_zone(const char *name)
{
    (void)setenv("TZ", name, 1); /* NOLINT(concurrency-mt-unsafe): before any thread starts */
    tzset();
}

/* ---- the text ---- */

const char *when_text(int64_t ms, enum when_detail detail, char out[WHEN_SIZE])
{
    time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0 ? 1 : 0));
    char zone[ZONE_SIZE] = "";
    struct tm local;
    size_t len;

    if (!localtime_r(&seconds, &local)) { /* a year that no int holds */
        (void)snprintf(out, WHEN_SIZE, "?");
        return out;
    }
    len = strftime(out, WHEN_SIZE, detail == WHEN_SECONDS ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d %H:%M",
                   &local);
    (void)strftime(zone, sizeof(zone), "%Z", &local);
    (void)snprintf(out + len, WHEN_SIZE - len, " %s%s",
                   zone[0] == '+' || zone[0] == '-' ? "UTC" : "", zone);
    return out;
}
