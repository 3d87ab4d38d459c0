/* SPDX-License-Identifier: MIT */
/* The functions of the rows in verbs.c, in the order of the table; what they do is said there. */
#ifndef DEPLOY_QUEUECTL_VERB_FUNCTIONS_H
#define DEPLOY_QUEUECTL_VERB_FUNCTIONS_H

#include "deploy/queuectl/ending.h"

struct session;

enum ending verb_pause(struct session *session, struct err *err);
enum ending verb_resume(struct session *session, struct err *err);
enum ending verb_drain(struct session *session, struct err *err);

#endif
