/* SPDX-License-Identifier: MIT */
/* Of a process that reports, as a survey has it: whether it is there, and what it says of itself.
 * Pure. */
#ifndef SHARED_OPS_STUCK_SERVICE_H
#define SHARED_OPS_STUCK_SERVICE_H

#include "shared/io/json.h"
#include "shared/queue/survey.h"

#include <stdbool.h>
#include <stdint.h>

/* A process not heard from for so long is silent; it reports every 5 s. */
enum { STUCK_SILENCE_MS = 20000 };

/* True when it was heard from lately and has not said that it ends. */
bool stuck_is_alive(const struct survey *survey, const struct survey_service *service);

/* "worker", "gateway", or "". Borrowed. */
const char *stuck_role(const struct survey_service *service);
bool stuck_has_role(const struct survey_service *service, const char *role);

/* How many with the role are alive. */
int64_t stuck_count_alive(const struct survey *survey, const char *role);

/* Of those with the role, NULL for any, alive or not, the one heard from last; NULL for none. */
const struct survey_service *stuck_last_heard(const struct survey *survey, const char *role);

/*
 * What it reports of a check of its own, borrowed, and whether that is well. NULL, and well, when
 * it says nothing, and when it has just begun and has not come to it yet.
 */
const struct json *stuck_check(const struct survey *survey, const struct survey_service *service,
                               const char *name, bool *out_ok);

/* The process that a consumer "<process>-<thread>" is of, or NULL. */
const struct survey_service *stuck_service_of(const struct survey *survey, const char *consumer);

#endif
