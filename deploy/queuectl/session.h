/* SPDX-License-Identifier: MIT */
/* What a verb works with: the command line, the settings, Redis and where its rows go. */
#ifndef DEPLOY_QUEUECTL_SESSION_H
#define DEPLOY_QUEUECTL_SESSION_H

#include "deploy/queuectl/listing.h"
#include "deploy/queuectl/options.h"
#include "deploy/queuectl/queuectl_settings.h"
#include "deploy/queuectl/verbs.h"
#include "shared/queue/keys.h"
#include "shared/queue/queue.h"

#include <stddef.h>
#include <stdint.h>

struct session {
    const struct options *options;
    const struct verb *verb;
    const char *const *arguments; /* the words behind the verb's name */
    size_t argument_count;
    const struct queuectl_settings *settings;
    struct listing *listing; /* of standard output */
    struct queue *queue;     /* connects when it is first used; works on an unfit server, too */
    int64_t timeout_ms;
    char who[160];   /* for the log */
    char why[400];   /* for the log; act_allowed() fills it */
    char schema[64]; /* of the verb's rows: "stats", "dead-retry" */
};

/* An answer of Redis to words, NULL ends them; the caller releases it. Nothing is prepared. */
MUST_CHECK bool session_ask(struct session *session, const char *const words[],
                            struct redis_reply **out, struct err *err);
#define ASK_REDIS(session, out, err, ...) \
    session_ask((session), (const char *const[]){__VA_ARGS__, NULL}, (out), (err))

/* "{prefix}:name" in `out`, which it returns. */
const char *session_key(const struct session *session, const char *name, char out[QUEUE_KEY_SIZE]);

/* The clock of Redis, by which everything in the queue is timed. */
MUST_CHECK bool session_now(struct session *session, int64_t *out_ms, struct err *err);

#endif
