/* SPDX-License-Identifier: MIT */
/* What is stuck in the words of people, and how long: for alarms and for /status. Pure. */
#ifndef SHARED_OPS_STUCK_TEXT_H
#define SHARED_OPS_STUCK_TEXT_H

#include "shared/base/buf.h"
#include "shared/ops/stuck.h"

#include <stdint.h>

enum stuck_language { STUCK_EN, STUCK_RU, STUCK_LANGUAGE_COUNT };

/* Appends the sentence of a cause without a full stop, {count} filled in. No markup. */
void stuck_text(struct buf *out, enum stuck_language language, enum stuck_cause cause,
                int64_t count);

/* The same as it stands in stuck_texts.def; static. */
const char *stuck_text_template(enum stuck_language language, enum stuck_cause cause);

enum { STUCK_SPAN_SIZE = 48 };

/* A span of time, the two largest units of it: "35 s", "5 min", "2 h 10 min". Returns `out`. */
const char *stuck_span(enum stuck_language language, int64_t ms, char out[STUCK_SPAN_SIZE]);

#endif
