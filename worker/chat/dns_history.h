/* SPDX-License-Identifier: MIT */
/* What was changed of a name's records lately, from the log: for its history, and for the way back.
 */
#ifndef WORKER_CHAT_DNS_HISTORY_H
#define WORKER_CHAT_DNS_HISTORY_H

#include "worker/chat/scene.h"

enum { DNS_HISTORY_ROWS = 6 /* what fits into a message */ };

/*
 * Reads the last changes of the target's name into scene->log, newest first, or why that cannot be
 * done into scene->log_trouble. What was done less than a second ago may not be there yet.
 */
void dns_history_fetch(struct log_reader *reader, struct scene *scene);

#endif
