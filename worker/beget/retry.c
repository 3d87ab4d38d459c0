/* SPDX-License-Identifier: MIT */
#include "worker/beget/retry.h"

#include <assert.h>

/*
 * Not sent is no doubt: nothing has happened, so anything is repeated. An
 * unanswered or unreadable call may have been carried out: a read does no harm
 * twice, of the others the caller finds out first. A limit is waited for by
 * reads only: what a change met may be a limit of the tariff, which no waiting
 * moves, and the API does not tell the two apart. Everything else is an answer
 * and would be the same again.
 */
/* clang-format off */
static const enum beget_next NEXT[BEGET_FAILURE_COUNT][BEGET_CLASS_CHANGE + 1] = {
    /*                     read                set                 change             */
    [BEGET_OK]          = {BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP},
    [BEGET_NOT_SENT]    = {BEGET_NEXT_REPEAT,  BEGET_NEXT_REPEAT,  BEGET_NEXT_REPEAT },
    [BEGET_NO_ANSWER]   = {BEGET_NEXT_REPEAT,  BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP},
    [BEGET_UNREADABLE]  = {BEGET_NEXT_REPEAT,  BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP},
    [BEGET_DENIED]      = {BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP},
    [BEGET_SECTION_OFF] = {BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP},
    [BEGET_LIMIT]       = {BEGET_NEXT_WAIT,    BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP},
    [BEGET_INVALID]     = {BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP},
    [BEGET_NOT_FOUND]   = {BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP},
    [BEGET_FAILED]      = {BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP},
    [BEGET_BAD_REQUEST] = {BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP},
    [BEGET_STOPPED]     = {BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP, BEGET_NEXT_GIVE_UP},
};
/* clang-format on */

enum beget_next beget_next(enum beget_failure failure, enum beget_class class,
                           struct beget_tries tries)
{
    enum beget_next next;

    assert(failure < BEGET_FAILURE_COUNT && class <= BEGET_CLASS_CHANGE);
    next = NEXT[failure][class];
    if ((next == BEGET_NEXT_REPEAT && tries.repeated) ||
        (next == BEGET_NEXT_WAIT && tries.waited)) {
        return BEGET_NEXT_GIVE_UP;
    }
    return next;
}
