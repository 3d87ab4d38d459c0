/* SPDX-License-Identifier: MIT */
/* What --help, the shells' completion and the man page are: the tables of verbs and options. Pure.
 */
#ifndef DEPLOY_QUEUECTL_HELP_H
#define DEPLOY_QUEUECTL_HELP_H

#include "deploy/queuectl/verbs.h"
#include "shared/base/buf.h"

/* `queuectl --help`: every verb in a line. */
void help_all(struct buf *out);

/* `queuectl VERB --help`. */
void help_verb(const struct verb *verb, struct buf *out);

/* "queuectl dead retry [ID...] [--older TIME] ..." without a line feed. */
void help_usage(const struct verb *verb, struct buf *out);

/* For bash and zsh: functions that complete verbs, options and their values. */
void help_bash(struct buf *out);
void help_zsh(struct buf *out);

/* The man page, in man(7). */
void help_man(struct buf *out);

#endif
