/* SPDX-License-Identifier: MIT */
#include "worker/chat/dns_history.h"

#include <stdio.h>

void dns_history_fetch(struct log_reader *reader, struct scene *scene)
{
    struct err why = ERR_INIT;

    if (!log_last_changes(reader, scene->target.name, DNS_HISTORY_ROWS, &scene->log, &why)) {
        (void)snprintf(scene->log_trouble, sizeof(scene->log_trouble), "%s", why.message);
    }
}
