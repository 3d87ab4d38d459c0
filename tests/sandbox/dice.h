/* SPDX-License-Identifier: MIT */
/* Chance that can be repeated: the same seed gives the same faults. Pure. */
#ifndef TESTS_SANDBOX_DICE_H
#define TESTS_SANDBOX_DICE_H

#include <stdbool.h>
#include <stdint.h>

/* Any seed, 0 too, gives a sequence of its own. */
struct dice {
    uint64_t state;
};

/* True in `percent` of 100 throws: always for 100, never for 0. */
bool dice_throw(struct dice *dice, int64_t percent);

#endif
