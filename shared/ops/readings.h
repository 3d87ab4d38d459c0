/* SPDX-License-Identifier: MIT */
/*
 * Numbers read off a survey, each in one place, so that one name is one number wherever it is
 * shown: in metrics, in `queuectl stats` and `check`, on the operators' page, in /status. Pure;
 * rows of tables name them.
 *
 * Ages are milliseconds by the clock of Redis, never negative, and 0 for nothing that is there.
 */
#ifndef SHARED_OPS_READINGS_H
#define SHARED_OPS_READINGS_H

#include "shared/queue/survey.h"

#include <stdint.h>

/* ---- updates ---- */

/* Those that a worker could take. */
int64_t reading_waiting(const struct survey *survey);
int64_t reading_oldest_waiting_ms(const struct survey *survey);

/* Those that a worker has; the age is since the update came in. */
int64_t reading_running(const struct survey *survey);
int64_t reading_oldest_running_ms(const struct survey *survey);

/* Those behind another one of their chat. */
int64_t reading_parked(const struct survey *survey);
int64_t reading_oldest_parked_ms(const struct survey *survey);

/* Since when the oldest one that no worker has is there, parked or not: Unix ms; 0 for none. */
int64_t reading_unbegun_since_ms(const struct survey *survey);

/* ---- replies and events ---- */

/* Replies that are not delivered, also those that the gateway has. */
int64_t reading_replies(const struct survey *survey);
int64_t reading_oldest_reply_ms(const struct survey *survey);

/* Events that are kept because some bot.db has not got them, or the newest of all. */
int64_t reading_events(const struct survey *survey);
int64_t reading_oldest_event_ms(const struct survey *survey);

/* ---- what waits for a person, what is begun ---- */

int64_t reading_dead(const struct survey *survey);
int64_t reading_unknown(const struct survey *survey);
int64_t reading_intents(const struct survey *survey);
int64_t reading_paused(const struct survey *survey); /* 0 or 1 */

/* ---- processes that are alive (shared/ops/stuck.h) ---- */

int64_t reading_workers(const struct survey *survey);
int64_t reading_gateways(const struct survey *survey);

/* ---- Redis ---- */

int64_t reading_memory_used(const struct survey *survey);  /* bytes                     */
int64_t reading_memory_limit(const struct survey *survey); /* bytes; 0: there is none   */

/* Of the memory that Redis may use, rounded down; 0 without a limit. */
int64_t reading_memory_percent(const struct survey *survey);

/* 1 when Redis keeps an append-only file; 0 when it does not, or does not say. */
int64_t reading_aof_enabled(const struct survey *survey);

#endif
