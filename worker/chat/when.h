/* SPDX-License-Identifier: MIT */
/*
 * Points in time as people read them: in the time zone that the settings name,
 * which stands beside every time. All of a process has one zone.
 */
#ifndef WORKER_CHAT_WHEN_H
#define WORKER_CHAT_WHEN_H

#include <stdint.h>

enum { WHEN_SIZE = 48 /* bytes of the longest text and its NUL */ };

enum when_detail { WHEN_MINUTES, WHEN_SECONDS };

/*
 * For the row of a setting: NULL when `name` is "UTC" or a zone that the system
 * has in /usr/share/zoneinfo, such as "Europe/Moscow"; else what is wrong, static.
 */
const char *when_check_zone(const char *name);

/* Sets the zone of the process, which has passed the check. Before threads start. */
void when_use_zone(const char *name);

/*
 * Writes `ms` of Unix time as "2026-11-26 14:05 UTC", with WHEN_SECONDS as
 * "2026-11-26 14:05:09 UTC"; zones without a name of their own as "UTC+05".
 * Returns `out`.
 */
const char *when_text(int64_t ms, enum when_detail detail, char out[WHEN_SIZE]);

#endif
