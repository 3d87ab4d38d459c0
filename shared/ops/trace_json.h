/* SPDX-License-Identifier: MIT */
/*
 * One step of the trace (docs/protocol.md, "trace") as JSON for programs that show it. Pure.
 *
 *   {"id":"1764154000000-0","ms":1764154000000,"ref":"1001","chat_id":"42","step":"taken",
 *    "by":"web1-5-2","fields":[{"name":"waited_ms","value":"12"}]}
 *
 * `fields` is what else the step has, in its order; a name may come several times.
 */
#ifndef SHARED_OPS_TRACE_JSON_H
#define SHARED_OPS_TRACE_JSON_H

#include "shared/io/json.h"
#include "shared/queue/queue.h"

/* The caller owns the object. */
struct json *trace_json(const struct queue_entry *entry);

#endif
