/* SPDX-License-Identifier: MIT */
#include "worker/journal/backup_name.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char FORMAT[] = "bot-%Y%m%dT%H%M%SZ.db";
static const char SHAPE[] = "bot-########T######Z.db"; /* #: a digit */

enum { DAY_S = 86400, MS = 1000 };

void backup_name(int64_t unix_ms, char out[BACKUP_NAME_SIZE])
{
    time_t seconds = (time_t)(unix_ms / MS);
    struct tm parts;

    (void)gmtime_r(&seconds, &parts);
    (void)strftime(out, BACKUP_NAME_SIZE, FORMAT, &parts);
}

static int64_t number(const char *digits, size_t count)
{
    int64_t value = 0;

    for (size_t i = 0; i < count; i++) {
        value = value * 10 + (digits[i] - '0');
    }
    return value;
}

/* Of the Gregorian calendar, from 1970-01-01: a year that begins in March has its leap day last. */
static int64_t days(int64_t year, int64_t month, int64_t day)
{
    int64_t months = (month + 9) % 12;
    int64_t years = year - months / 10;

    return 365 * years + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day - 1 -
           719468;
}

static bool has_shape(const char *name)
{
    bool good = strlen(name) == sizeof(SHAPE) - 1;

    for (size_t i = 0; i < sizeof(SHAPE) - 1 && good; i++) {
        good = SHAPE[i] == '#' ? name[i] >= '0' && name[i] <= '9' : name[i] == SHAPE[i];
    }
    return good;
}

int64_t backup_name_ms(const char *name)
{
    char again[BACKUP_NAME_SIZE];
    int64_t ms;

    if (!has_shape(name)) {
        return -1;
    }
    ms = (days(number(name + 4, 4), number(name + 8, 2), number(name + 10, 2)) * DAY_S +
          number(name + 13, 2) * 3600 + number(name + 15, 2) * 60 + number(name + 17, 2)) *
         MS;
    backup_name(ms, again);
    return strcmp(again, name) == 0 ? ms : -1; /* not so on the 31st of February */
}

static int by_moment(const void *a, const void *b)
{
    int64_t first = *(const int64_t *)a;
    int64_t second = *(const int64_t *)b;

    return (first > second) - (first < second);
}

size_t backup_too_many(int64_t moments[], size_t count, size_t keep)
{
    size_t kept = keep > 0 ? keep : 1;

    if (count > 0) {
        qsort(moments, count, sizeof(moments[0]), by_moment);
    }
    return count > kept ? count - kept : 0;
}

int64_t backup_due_ms(const int64_t moments[], size_t count, int64_t every_ms, int64_t now_ms)
{
    int64_t last = -1;

    for (size_t i = 0; i < count; i++) {
        if (moments[i] <= now_ms && moments[i] > last) {
            last = moments[i];
        }
    }
    return last < 0 || last + every_ms < now_ms ? now_ms : last + every_ms;
}
