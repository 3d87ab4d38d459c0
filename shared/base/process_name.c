/* SPDX-License-Identifier: MIT */
#include "shared/base/process_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

void process_name_read(struct process_name *out)
{
    if (gethostname(out->host, sizeof(out->host)) != 0 || out->host[0] == '\0') {
        (void)snprintf(out->host, sizeof(out->host), "host");
    }
    out->host[sizeof(out->host) - 1] = '\0';
    out->pid = (int64_t)getpid();
    (void)snprintf(out->text, sizeof(out->text), "%s-%" PRId64, out->host, out->pid);
}
