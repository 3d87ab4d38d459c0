/* SPDX-License-Identifier: MIT */
/*
 * The name under which a gateway holds the lease, "<host>-<pid>-<space>-<random>",
 * and whether the one so named has ended.
 *
 * <space> stands for this start of this machine and for the process ids that are
 * seen there: two containers count their own. A process of the same space that
 * is not there any more has ended for good, whoever has its number now; of any
 * other nothing is known.
 */
#ifndef GATEWAY_HOLDER_H
#define GATEWAY_HOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* Writes a name that no other gateway has. */
void holder_name(char out[], size_t out_size);

/* True when the gateway with this name certainly runs no more. False for what is no such name. */
bool holder_has_ended(const char *name);

#endif
