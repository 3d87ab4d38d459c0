/* SPDX-License-Identifier: MIT */
#include "worker/beget/call_list.h"

#include <stdio.h>

void call_list_clear(struct call_list *list)
{
    list->made = 0;
}

void call_list_add(struct call_list *list, const struct made_call *call)
{
    if (list->made < CALL_LIST_MOST) {
        made_call_print(call, list->lines[list->made]);
    }
    list->made++;
}

void call_list_tell(struct call_list *list, struct queue_outcome *outcome)
{
    size_t kept = list->made < CALL_LIST_MOST ? list->made : CALL_LIST_MOST;

    for (size_t i = 0; i < kept; i++) {
        queue_outcome_trace(outcome, "call", list->lines[i]);
    }
    if (list->made > kept) {
        char number[24];

        (void)snprintf(number, sizeof(number), "%zu", list->made - kept);
        queue_outcome_trace(outcome, "more_calls", number);
    }
    call_list_clear(list);
}
