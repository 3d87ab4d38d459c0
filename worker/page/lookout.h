/* SPDX-License-Identifier: MIT */
/*
 * The queue as all who look at the operators' page see it: one connection and one survey a second,
 * however many look. Safe from any thread; who comes while another asks waits for that, for some
 * seconds at most.
 *
 * All fail as the functions of shared/queue/queue.h, with ERR_RETRY also when the wait was too
 * long. A failure is kept for a second, too.
 */
#ifndef WORKER_PAGE_LOOKOUT_H
#define WORKER_PAGE_LOOKOUT_H

#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "shared/queue/operators.h"
#include "shared/queue/queue.h"
#include "worker/page/act.h"

#include <stdbool.h>

struct lookout; /* opaque */

/* Does not connect yet. Fails: ERR_FATAL. */
MUST_CHECK struct lookout *lookout_new(const struct queue_options *options, struct err *err);
void lookout_free(struct lookout *lookout); /* NULL is a no-op */

/* Appends the JSON of shared/ops/state_json.h. */
MUST_CHECK bool lookout_state(struct lookout *lookout, struct buf *out, struct err *err);

/*
 * Appends {"schema":"beget-manager/trace/1","steps":[...]}: the steps of shared/ops/trace_json.h
 * after `after_id`, or the last ones for "", oldest first, 50 at most.
 * Fails: ERR_REJECT also for what is no ID of an entry
 */
MUST_CHECK bool lookout_trace(struct lookout *lookout, const char *after_id, struct buf *out,
                              struct err *err);

/* Does it; the sentence that says what came of it is appended. The next state is a new one. */
MUST_CHECK bool lookout_act(struct lookout *lookout, const struct act *act, enum operator_end *out,
                            struct buf *out_sentence, struct err *err);

#endif
