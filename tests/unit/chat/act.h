/* SPDX-License-Identifier: MIT */
/* What a person does in a chat, answered by step_answer() in fake_world. */
#ifndef TESTS_UNIT_CHAT_ACT_H
#define TESTS_UNIT_CHAT_ACT_H

#include "shared/base/err.h"
#include "shared/queue/queue.h"
#include "shared/wire/update.h"

#include <stdbool.h>
#include <stdint.h>

enum { ADMIN = 42, COLLEAGUE = 77, GROUP = -100, PERSON = 7, MESSAGE = 55 };

#define TOKEN "AZaz09_-AZaz09_-"

/* Zeroed members are the ordinary case. */
struct act {
    enum update_kind kind;
    int64_t chat_id;      /* ADMIN, COLLEAGUE or GROUP                */
    int64_t user_id;      /* 0: PERSON                                */
    const char *text;     /* the message, or the button's data        */
    const char *language; /* of the person; NULL: en                  */
    int64_t topic;        /* of a forum                               */
    bool inaccessible;    /* the message that was pressed is too old  */
    const char *payload;  /* instead of the one that is made of these */
};

/* Answers `act`, pushed seven minutes ago, as update 9; what the step brings is added to `outcome`.
 */
MUST_CHECK bool act_answer(const struct act *act, struct queue_outcome *outcome, struct err *err);

#endif
