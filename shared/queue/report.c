/* SPDX-License-Identifier: MIT */
#include "shared/queue/report.h"

#include "shared/queue/call.h"

bool queue_report(struct queue *queue, const char *process, const char *json, struct err *err)
{
    static const char FUNCTION[] = "bq_report";
    struct redis_command *command = queue_command(queue, FUNCTION);
    int64_t removed;

    redis_add_text(command, process);
    redis_add_text(command, json);
    return queue_call_int(queue, FUNCTION, command, &removed, err);
}
