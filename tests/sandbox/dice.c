/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/dice.h"

/* splitmix64: one addition and a mixing, and no seed is a bad one. */
static uint64_t next(struct dice *dice)
{
    uint64_t mixed = dice->state += UINT64_C(0x9E3779B97F4A7C15);

    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ (mixed >> 31);
}

bool dice_throw(struct dice *dice, int64_t percent)
{
    return (int64_t)(next(dice) % 100) < percent;
}
