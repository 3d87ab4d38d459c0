/* SPDX-License-Identifier: MIT */
/* What a process of this machine is doing, as the kernel tells it. */
#ifndef SHARED_BASE_PROCESS_STATE_H
#define SHARED_BASE_PROCESS_STATE_H

#include <stdint.h>

/* As ps shows it, proc(5): 'R' runs, 'S' sleeps, 'T' was stopped by a signal; 0: there is none. */
char process_state(int64_t pid);

#endif
