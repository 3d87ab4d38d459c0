/* SPDX-License-Identifier: MIT */
/*
 * Shuts the memory of this process, where the secrets are, against all but
 * root: no core file, no debugger, no /proc/<pid>/environ or mem for others of
 * the same user (prctl(2), PR_SET_DUMPABLE; core(5)). An exec undoes it.
 */
#ifndef SHARED_BASE_PROCESS_SHUT_H
#define SHARED_BASE_PROCESS_SHUT_H

#include "shared/base/err.h"

#include <stdbool.h>

/* First of all, before a secret is read. Fails: ERR_FATAL */
MUST_CHECK bool process_shut(struct err *err);

#endif
