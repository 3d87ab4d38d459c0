/* SPDX-License-Identifier: MIT */
#include "worker/journal/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct flock WHOLE_FILE = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

static bool fail(const char *path, const char *what, int code, struct err *err)
{
    bool transient = code == ENOSPC || code == EDQUOT || code == EMFILE || code == ENFILE;
    char why[128];

    (void)strerror_r(code, why, sizeof(why));
    return err_set(err, transient ? ERR_RETRY : ERR_FATAL, "%s %s: %s", what, path, why);
}

/* The holder may be in another container or host, where its number means nothing: then 0. */
static long holder_pid(int fd)
{
    struct flock held = WHOLE_FILE;

    if (fcntl(fd, F_GETLK, &held) == 0 && held.l_type != F_UNLCK && held.l_pid > 0) {
        return (long)held.l_pid;
    }
    return 0;
}

static void set_held(const char *path, long pid, struct err *err)
{
    char who[48] = "another process";

    if (pid > 0) {
        (void)snprintf(who, sizeof(who), "process %ld", pid);
    }
    (void)err_set(err, ERR_RETRY, "%s is locked by %s: one worker keeps the log of a folder", path,
                  who);
}

int lock_take(const char *path, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);

    if (fd < 0) {
        (void)fail(path, "cannot open", errno, err);
        return -1;
    }
    if (fcntl(fd, F_SETLK, &WHOLE_FILE) == 0) {
        return fd;
    }
    if (errno == EACCES || errno == EAGAIN) {
        set_held(path, holder_pid(fd), err);
    } else {
        (void)fail(path, "cannot lock", errno, err);
    }
    (void)close(fd);
    return -1;
}

bool lock_is_elsewhere(const char *path)
{
    struct flock held = WHOLE_FILE;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    bool elsewhere = fd >= 0 && fcntl(fd, F_GETLK, &held) == 0 && held.l_type != F_UNLCK;

    if (fd >= 0) {
        (void)close(fd);
    }
    return elsewhere;
}

void lock_release(int lock)
{
    if (lock >= 0) {
        (void)close(lock); /* the system drops the lock with the descriptor */
    }
}
