/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/faults.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define HTML_ERROR(title)                                                             \
    "<html>\r\n<head><title>" title "</title></head>\r\n<body>\r\n<center><h1>" title \
    "</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"

static const char CONFLICT[] =
    "Conflict: terminated by other getUpdates request; make sure that "
    "only one bot instance is running";

/* clang-format off */
static const struct fault_kind KINDS[] = {
    /* name          effect         status description / body                            half   fate          */
    {"400",          FAULT_INSTEAD, 400, "Bad Request: ordered by the sandbox",    NULL, false, HTTPD_ANSWER},
    {"401",          FAULT_INSTEAD, 401, "Unauthorized",                           NULL, false, HTTPD_ANSWER},
    {"403",          FAULT_INSTEAD, 403, "Forbidden: bot was blocked by the user", NULL, false, HTTPD_ANSWER},
    {"404",          FAULT_INSTEAD, 404, "Not Found: method not found",            NULL, false, HTTPD_ANSWER},
    {"409",          FAULT_INSTEAD, 409, CONFLICT,                                 NULL, false, HTTPD_ANSWER},
    {"413",          FAULT_INSTEAD, 413, NULL,                                     "",   false, HTTPD_ANSWER},
    {"429",          FAULT_INSTEAD, 429, "Too Many Requests: retry after",         NULL, false, HTTPD_ANSWER},
    {"500",          FAULT_INSTEAD, 500, "Internal Server Error: restart",         NULL, false, HTTPD_ANSWER},
    {"502",          FAULT_INSTEAD, 502, NULL, HTML_ERROR("502 Bad Gateway"),            false, HTTPD_ANSWER},
    {"504",          FAULT_INSTEAD, 504, NULL, HTML_ERROR("504 Gateway Time-out"),       false, HTTPD_ANSWER},
    {"empty",        FAULT_AROUND,  0,   NULL,                                     "",   false, HTTPD_ANSWER},
    {"cut",          FAULT_AROUND,  0,   NULL,                                     NULL, false, HTTPD_CUT   },
    {"half",         FAULT_AROUND,  0,   NULL,                                     NULL, true,  HTTPD_ANSWER},
    {"drop_before",  FAULT_INSTEAD, 0,   NULL,                                     "",   false, HTTPD_DROP  },
    {"drop_after",   FAULT_AROUND,  0,   NULL,                                     NULL, false, HTTPD_DROP  },
    {"hang",         FAULT_BEFORE,  0,   NULL,                                     NULL, false, HTTPD_ANSWER},
    {"hang_after",   FAULT_AFTER,   0,   NULL,                                     NULL, false, HTTPD_ANSWER},
};
/* clang-format on */

static const struct fault_kind *find_kind(const char *name)
{
    for (size_t i = 0; name && i < ARRAY_LEN(KINDS); i++) {
        if (strcmp(KINDS[i].name, name) == 0) {
            return &KINDS[i];
        }
    }
    return NULL;
}

bool faults_add(struct faults *faults, const struct json *order, struct err *err)
{
    const char *method = json_text(order, "method");
    const char *description = json_text(order, "description");
    struct fault fault = {.count = 1, .percent = 100};
    int64_t seed = 0;

    fault.kind = find_kind(json_text(order, "kind"));
    if (!fault.kind) {
        return err_set(err, ERR_REJECT, "kind: no such fault");
    }
    if (faults->count == FAULTS_MAX) {
        return err_set(err, ERR_REJECT, "too many faults: clear them first");
    }
    (void)json_int(order, "count", &fault.count);
    (void)json_int(order, "ms", &fault.ms);
    (void)json_int(order, "retry_after", &fault.retry_after);
    (void)json_int(order, "chat_id", &fault.chat_id);
    (void)json_int(order, "percent", &fault.percent);
    (void)json_int(order, "seed", &seed);
    if (fault.percent < 1 || fault.percent > 100) {
        return err_set(err, ERR_REJECT, "percent: 1 to 100");
    }
    fault.dice = (struct dice){.state = (uint64_t)seed};
    (void)json_bool(order, "effect", &fault.effect);
    (void)snprintf(fault.method, sizeof(fault.method), "%s", method ? method : "*");
    (void)snprintf(fault.description, sizeof(fault.description), "%s",
                   description ? description : "");
    if (fault.count != 0) {
        faults->items[faults->count++] = fault;
    }
    return true;
}

bool faults_take(struct faults *faults, const char *method, int64_t chat_id, struct fault *out)
{
    for (size_t i = 0; i < faults->count; i++) {
        struct fault *fault = &faults->items[i];

        if (strcmp(fault->method, "*") != 0 && strcasecmp(fault->method, method) != 0) {
            continue;
        }
        if (fault->chat_id != 0 && fault->chat_id != chat_id) {
            continue;
        }
        if (!dice_throw(&fault->dice, fault->percent)) {
            continue;
        }
        *out = *fault;
        fault->count -= fault->count > 0;
        if (fault->count == 0) {
            faults->count--;
            memmove(fault, fault + 1, (faults->count - i) * sizeof(*fault));
        }
        return true;
    }
    return false;
}

struct json *faults_to_json(const struct faults *faults)
{
    struct json *list = json_list();

    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->items[i];
        struct json *row = json_add(list, json_object());

        json_set_text(row, "method", fault->method);
        json_set_text(row, "kind", fault->kind->name);
        json_set_int(row, "count", fault->count);
        json_set_int(row, "ms", fault->ms);
        json_set_int(row, "percent", fault->percent);
        json_set_int(row, "retry_after", fault->retry_after);
        json_set_int(row, "chat_id", fault->chat_id);
    }
    return list;
}
