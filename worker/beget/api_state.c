/* SPDX-License-Identifier: MIT */
#include "worker/beget/api_state.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>

static const struct {
    enum beget_api_state state;
    const char *why; /* with BEGET_API_BAD */
} STATES[BEGET_FAILURE_COUNT] = {
    [BEGET_OK] = {BEGET_API_GOOD, NULL},
    [BEGET_NOT_SENT] = {BEGET_API_BAD, "cannot be reached: look at BEGET_API_URL and the network"},
    [BEGET_NO_ANSWER] = {BEGET_API_BAD, "no answer: look whether Beget has trouble"},
    [BEGET_UNREADABLE] = {BEGET_API_BAD, "an answer that is none: look at BEGET_API_URL"},
    [BEGET_DENIED] = {BEGET_API_BAD,
                      "login refused: look at BEGET_LOGIN, BEGET_PASSWORD, and "
                      "whether the API is allowed in Beget's panel"},
    [BEGET_SECTION_OFF] = {BEGET_API_BAD,
                           "not allowed: tick this section of the API in Beget's "
                           "panel"},
    [BEGET_LIMIT] = {BEGET_API_BAD,
                     "the account's limit of calls is used up: it comes back by "
                     "itself, or lower BEGET_RATE_PER_MINUTE"},
    [BEGET_INVALID] = {BEGET_API_GOOD, NULL},
    [BEGET_NOT_FOUND] = {BEGET_API_GOOD, NULL},
    [BEGET_FAILED] = {BEGET_API_GOOD, NULL},
    [BEGET_BAD_REQUEST] = {BEGET_API_BAD,
                           "it does not understand this program: install a newer "
                           "one"},
    [BEGET_STOPPED] = {BEGET_API_UNKNOWN, NULL},
};

enum beget_api_state beget_api_state_of(enum beget_failure failure)
{
    assert(failure < BEGET_FAILURE_COUNT);
    return STATES[failure].state;
}

void beget_api_why(enum beget_failure failure, const char *method, const char *said,
                   char out[BEGET_API_WHY_SIZE])
{
    assert(beget_api_state_of(failure) == BEGET_API_BAD);
    (void)snprintf(out, BEGET_API_WHY_SIZE, "%s: %s%s%.120s%s", method, STATES[failure].why,
                   said[0] != '\0' ? " (" : "", said, said[0] != '\0' ? ")" : "");
}
