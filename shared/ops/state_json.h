/* SPDX-License-Identifier: MIT */
/*
 * How everything stands, as one JSON object for programs that show it: a survey and what was found
 * in it. Pure. docs/protocol.md has the members; texts of messages are not among them.
 *
 * Whatever lasts is given as its age in milliseconds, by the clock of Redis: who shows it needs no
 * clock that goes right. What nobody knows is null.
 */
#ifndef SHARED_OPS_STATE_JSON_H
#define SHARED_OPS_STATE_JSON_H

#include "shared/io/json.h"
#include "shared/ops/stuck.h"
#include "shared/queue/survey.h"

/* The schema that the object names; another number when a member changes its meaning or goes. */
#define STATE_SCHEMA "beget-manager/state/1"

/* The caller owns the object. */
struct json *state_json(const struct survey *survey, const struct stuck_findings *findings);

#endif
