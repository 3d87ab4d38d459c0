/* SPDX-License-Identifier: MIT */
/* All that answering a person brings: replies, events, and state but for buttons. */
#ifndef TESTS_UNIT_CHAT_BRINGS_H
#define TESTS_UNIT_CHAT_BRINGS_H

#include "shared/base/buf.h"
#include "tests/unit/chat/act.h"

/* Appends it. The digits behind "ms":, another number each time, are zeros. */
void add_answer(const struct act *act, struct buf *out);

/* Asserts that it is this. */
void assert_answer(const struct act *act, const char *expected);

/* For cmocka: the world of a test is forgotten. */
int free_world(void **state);

#endif
