/* SPDX-License-Identifier: MIT */
/*
 * What is written of a change that has come to its end: the event, the state
 * that goes with it, and of an outcome nobody can know a row for the people on
 * call. All of it goes into the step's outcome, with the reply that tells it.
 */
#ifndef WORKER_CHAT_CHANGE_LOG_H
#define WORKER_CHAT_CHANGE_LOG_H

#include "worker/chat/change_outcome.h"
#include "worker/chat/step_parts.h"

enum { CHANGE_WHAT_SIZE = IDN_ASCII_SIZE + 96 };

/* "domain/addSubdomainVirtual shop.example.com": the call as people read it in Redis. */
void change_print_what(enum change_id id, const char *name, char out[CHANGE_WHAT_SIZE]);

/* Adds all that `outcome` of the change `id` to the scene's target brings, but for the reply. */
void change_log(struct step *step, enum change_id id, const struct scene *scene,
                const struct change_outcome *outcome);

#endif
