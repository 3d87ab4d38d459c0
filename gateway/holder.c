/* SPDX-License-Identifier: MIT */
#include "gateway/holder.h"

#include "shared/base/backoff.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SPACE_SIZE = 17 };

/* FNV-1a. */
static uint64_t mix(uint64_t hash, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* False where the system does not tell: then no process of another name is known to have ended. */
static bool write_space(char out[SPACE_SIZE])
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    char text[128];
    ssize_t len;
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return false;
    }
    len = read(fd, text, sizeof(text));
    (void)close(fd);
    if (len <= 0) {
        return false;
    }
    hash = mix(hash, text, (size_t)len);
    len = readlink("/proc/self/ns/pid", text, sizeof(text));
    if (len <= 0) {
        return false;
    }
    (void)snprintf(out, SPACE_SIZE, "%016" PRIx64, mix(hash, text, (size_t)len));
    return true;
}

void holder_name(char out[], size_t out_size)
{
    char host[65] = "";
    char space[SPACE_SIZE] = "";

    if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0') {
        (void)snprintf(host, sizeof(host), "host");
    }
    if (!write_space(space)) {
        (void)snprintf(space, sizeof(space), "unknown");
    }
    (void)snprintf(out, out_size, "%s-%ld-%s-%08x", host, (long)getpid(), space,
                   (unsigned)backoff_random());
}

/* The text between the last `count` - 1 and `count` hyphens; NULL when there are fewer. */
static const char *part_from_end(const char *name, int count)
{
    const char *at = name + strlen(name);

    while (count > 0) {
        if (at == name) {
            return NULL;
        }
        at--;
        count -= *at == '-' ? 1 : 0;
    }
    return at + 1;
}

bool holder_has_ended(const char *name)
{
    const char *space = part_from_end(name, 2);
    const char *pid_text = part_from_end(name, 3);
    char own[SPACE_SIZE];
    intmax_t pid;

    if (!space || !pid_text || !write_space(own) || strncmp(space, own, strlen(own)) != 0 ||
        space[strlen(own)] != '-') {
        return false;
    }
    pid = strtoimax(pid_text, NULL, 10);
    return pid > 0 && pid <= INT32_MAX && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}
