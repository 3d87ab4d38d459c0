/* SPDX-License-Identifier: MIT */
#include "shared/base/process_use.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

enum { LINE_SIZE = 1024, STAT_START_FIELD = 22, STATM_RESIDENT_FIELD = 2 };

/* What follows `after` in a file of /proc, in one line; "" when there is none. */
static void read_after(const char *path, const char *after, char out[LINE_SIZE])
{
    FILE *file = fopen(path, "re");
    char line[LINE_SIZE] = "";
    const char *at = NULL;

    while (file && !at && fgets(line, sizeof(line), file)) {
        at = strstr(line, after);
    }
    (void)snprintf(out, LINE_SIZE, "%s", at ? at + strlen(after) : "");
    if (file) {
        (void)fclose(file);
    }
}

/* The n-th (from 1) of fields that spaces part, as a number; -1 when it is none. */
static int64_t number_at(const char *line, int n)
{
    char *end = NULL;
    intmax_t number;

    for (int i = 1; i < n && line; i++) {
        line = strchr(line, ' ');
        line = line ? line + 1 : NULL;
    }
    if (!line) {
        return -1;
    }
    number = strtoimax(line, &end, 10);
    return end == line || number < 0 ? -1 : (int64_t)number;
}

static int64_t cpu_ms(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) != 0) {
        return -1;
    }
    return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           ((int64_t)usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static int64_t resident_bytes(void)
{
    char line[LINE_SIZE];
    int64_t pages;

    read_after("/proc/self/statm", "", line);
    pages = number_at(line, STATM_RESIDENT_FIELD);
    return pages < 0 ? -1 : pages * (int64_t)sysconf(_SC_PAGESIZE);
}

/* The kernel counts ticks since its boot; when that was, it says in seconds. */
static int64_t started_unix_ms(void)
{
    char line[LINE_SIZE];
    int64_t booted_s;
    int64_t ticks;

    read_after("/proc/stat", "btime ", line);
    booted_s = number_at(line, 1);
    read_after("/proc/self/stat", ") ", line); /* behind the name, which may have spaces: field 3 */
    ticks = number_at(line, STAT_START_FIELD - 2);
    return booted_s < 0 || ticks < 0
               ? -1
               : booted_s * 1000 + ticks * 1000 / (int64_t)sysconf(_SC_CLK_TCK);
}

static int64_t open_fds(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int64_t count = 0;

    if (!folder) {
        return -1;
    }
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the folder is this call's alone */
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        count += entry->d_name[0] != '.';
    }
    (void)closedir(folder);
    return count;
}

static int64_t max_fds(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY
               ? -1
               : (int64_t)limit.rlim_cur;
}

struct process_use process_use_now(void)
{
    return (struct process_use){
        .cpu_ms = cpu_ms(),
        .resident_bytes = resident_bytes(),
        .started_unix_ms = started_unix_ms(),
        .open_fds = open_fds(),
        .max_fds = max_fds(),
    };
}
