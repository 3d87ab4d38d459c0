/* SPDX-License-Identifier: MIT */
/* What the outcome of one call says of the hosting API as a whole. Pure. */
#ifndef WORKER_BEGET_API_STATE_H
#define WORKER_BEGET_API_STATE_H

#include "worker/beget/answer.h"

enum beget_api_state {
    BEGET_API_UNKNOWN, /* nothing: the program is being stopped                */
    BEGET_API_GOOD,    /* it answers, be it with a no to what it was asked     */
    BEGET_API_BAD,     /* it cannot be used, or not for this: see beget_api_why() */
};

enum beget_api_state beget_api_state_of(enum beget_failure failure);

enum { BEGET_API_WHY_SIZE = 256 };

/* For BEGET_API_BAD: what is wrong with `method` ("dns/getData"), and what to do. Into `out`. */
void beget_api_why(enum beget_failure failure, const char *method, const char *said,
                   char out[BEGET_API_WHY_SIZE]);

#endif
