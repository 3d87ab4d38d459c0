/* SPDX-License-Identifier: MIT */
/* What people wrote is nobody's business until it is asked for with --texts. Pure. */
#ifndef DEPLOY_QUEUECTL_MASK_H
#define DEPLOY_QUEUECTL_MASK_H

#include "shared/base/buf.h"

#include <stdbool.h>

/* Appends `text` when `shown`, else how long it is: "(12 characters)"; of "" nothing. */
void mask_text(struct buf *out, const char *text, bool shown);

/* True for a field of an update, reply or event that holds what somebody wrote or is told. */
bool mask_is_private(const char *field);

#endif
