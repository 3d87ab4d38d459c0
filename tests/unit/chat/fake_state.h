/* SPDX-License-Identifier: MIT */
/* Stands in for shared/queue/state.c: hashes written by hand instead of read from Redis. */
#ifndef TESTS_UNIT_CHAT_FAKE_STATE_H
#define TESTS_UNIT_CHAT_FAKE_STATE_H

#include "shared/queue/state.h"

/*
 * A hash from "name=value" pairs with a "|" between; "" is an empty hash. Released by
 * state_hash_free().
 */
struct state_hash *fake_hash(const char *pairs);

#endif
