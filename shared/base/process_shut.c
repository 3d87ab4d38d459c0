/* SPDX-License-Identifier: MIT */
#include "shared/base/process_shut.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>

bool process_shut(struct err *err)
{
    const struct rlimit no_core = {.rlim_cur = 0, .rlim_max = 0};

    if (setrlimit(RLIMIT_CORE, &no_core) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return err_set(err, ERR_FATAL, "cannot keep its memory to itself: errno %d", errno);
    }
    return true;
}
