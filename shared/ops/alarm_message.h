/* SPDX-License-Identifier: MIT */
/* What an administrator is told of alarms: all that one look has found, in one message. Pure. */
#ifndef SHARED_OPS_ALARM_MESSAGE_H
#define SHARED_OPS_ALARM_MESSAGE_H

#include "shared/ops/alarm.h"
#include "shared/ops/stuck_text.h"

#include <stddef.h>
#include <stdint.h>

struct alarm_item {
    enum stuck_cause cause;
    enum alarm_news news; /* any but ALARM_NO_NEWS                                  */
    struct alarm alarm;   /* as it becomes, or as it was before it ended            */
    int64_t untold;       /* of ALARM_MORE: how many of its findings are news       */
};

/* Appends the parameters of sendMessage as JSON. */
void alarm_message(int64_t admin, enum stuck_language language, const struct alarm_item items[],
                   size_t count, struct buf *out);

#endif
