/* SPDX-License-Identifier: MIT */
/* Whether what is sent to an address can be read on the way. Pure. */
#ifndef SHARED_BASE_PLAIN_URL_H
#define SHARED_BASE_PLAIN_URL_H

#include <stdbool.h>

/* True for http://: nothing hides what is sent. */
bool url_is_plain(const char *url);

/* The same, and it leaves this machine: to anything but 127.0.0.0/8, ::1 and localhost. */
bool url_can_be_overheard(const char *url);

#endif
