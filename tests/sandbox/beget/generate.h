/* SPDX-License-Identifier: MIT */
/*
 * Domains in any number, the same ones in every run: plain ones, and among
 * every ten one of each kind that screens and queues find hard (see SHAPES in
 * generate.c).
 */
#ifndef TESTS_SANDBOX_BEGET_GENERATE_H
#define TESTS_SANDBOX_BEGET_GENERATE_H

#include <stdint.h>

struct account;

/* Adds domain number `number`, 1 or more: d0001.example and what belongs to it. */
void generate_domain(struct account *account, int64_t number);

#endif
