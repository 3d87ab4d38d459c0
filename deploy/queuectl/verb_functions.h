/* SPDX-License-Identifier: MIT */
/* The functions of the rows in verbs.c, in the order of the table; what they do is said there. */
#ifndef DEPLOY_QUEUECTL_VERB_FUNCTIONS_H
#define DEPLOY_QUEUECTL_VERB_FUNCTIONS_H

#include "deploy/queuectl/ending.h"

struct session;

enum ending verb_ls(struct session *session, struct err *err);
enum ending verb_stats(struct session *session, struct err *err);
enum ending verb_stuck(struct session *session, struct err *err);
enum ending verb_check(struct session *session, struct err *err);
enum ending verb_show(struct session *session, struct err *err);
enum ending verb_trace(struct session *session, struct err *err);
enum ending verb_tail(struct session *session, struct err *err);
enum ending verb_retry(struct session *session, struct err *err);
enum ending verb_drop(struct session *session, struct err *err);
enum ending verb_release(struct session *session, struct err *err);
enum ending verb_cancel(struct session *session, struct err *err);
enum ending verb_dead_ls(struct session *session, struct err *err);
enum ending verb_dead_show(struct session *session, struct err *err);
enum ending verb_dead_retry(struct session *session, struct err *err);
enum ending verb_dead_drop(struct session *session, struct err *err);
enum ending verb_pause(struct session *session, struct err *err);
enum ending verb_resume(struct session *session, struct err *err);
enum ending verb_drain(struct session *session, struct err *err);
enum ending verb_consumers_ls(struct session *session, struct err *err);
enum ending verb_consumers_rm(struct session *session, struct err *err);
enum ending verb_limits_get(struct session *session, struct err *err);
enum ending verb_limits_set(struct session *session, struct err *err);
enum ending verb_limits_clear(struct session *session, struct err *err);
enum ending verb_unknown_ls(struct session *session, struct err *err);
enum ending verb_unknown_settle(struct session *session, struct err *err);
enum ending verb_fsck(struct session *session, struct err *err);
enum ending verb_metrics(struct session *session, struct err *err);
enum ending verb_doctor(struct session *session, struct err *err);

#endif
