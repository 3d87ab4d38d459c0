/* SPDX-License-Identifier: MIT */
/* How a process is called where there are several of them, on several hosts: "web1-5". */
#ifndef SHARED_BASE_PROCESS_NAME_H
#define SHARED_BASE_PROCESS_NAME_H

#include <stdint.h>

enum { PROCESS_HOST_SIZE = 65, PROCESS_NAME_SIZE = 96 };

struct process_name {
    char host[PROCESS_HOST_SIZE];
    int64_t pid;
    char text[PROCESS_NAME_SIZE]; /* "<host>-<pid>": of no other process that has the same Redis */
};

/* This process's. */
void process_name_read(struct process_name *out);

#endif
