/* SPDX-License-Identifier: MIT */
/*
 * Everything a screen may look at while it is drawn. Filled before drawing
 * from what the screen's row says it needs; borrowed by the drawing function.
 */
#ifndef WORKER_CHAT_SCENE_H
#define WORKER_CHAT_SCENE_H

#include "worker/beget/account.h"
#include "worker/beget/dns.h"
#include "worker/chat/grantee.h"
#include "worker/chat/language.h"
#include "worker/chat/permissions.h"
#include "worker/chat/rights.h"
#include "worker/chat/status_view.h"
#include "worker/chat/target.h"
#include "worker/journal/log_reader.h"

#include <stdint.h>

struct scene {
    enum language language;
    int64_t chat_id;
    int64_t subject; /* whose rights count: the chat, or a person in it */
    int64_t user_id; /* who acts; 0: nobody is named */
    struct target target;
    struct rights rights;
    struct account_names domains;    /* NEEDS_DOMAINS    */
    struct account_names subdomains; /* NEEDS_SUBDOMAINS */
    struct dns_zone zone;            /* NEEDS_ZONE       */
    struct grantee grantee;          /* NEEDS_GRANTEE    */
    struct permissions permissions;
    struct log_page log;       /* NEEDS_HISTORY, NEEDS_LOG */
    char log_trouble[256];     /* the same: why it could not be read; "" when it was */
    struct status_view status; /* NEEDS_STATUS */
};

#endif
