/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/faults.h"

#include "shared/io/json.h"

#include <stdio.h>
#include <string.h>

#define REFUSED(code, text)                                                                        \
    "{\"status\":\"success\",\"answer\":{\"status\":\"error\",\"errors\":[{\"error_code\":\"" code \
    "\",\"error_text\":" text "}]}}"
#define RESULT(json) \
    "{\"status\":\"success\",\"answer\":{\"status\":\"success\",\"result\":" json "}}"
#define ERROR(code, text) \
    "{\"status\":\"error\",\"error_text\":\"" text "\",\"error_code\":\"" code "\"}"
#define PAGE(title)                                                                   \
    "<html>\r\n<head><title>" title "</title></head>\r\n<body>\r\n<center><h1>" title \
    "</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"

/* Sorted by name. */
/* clang-format off */
static const struct fault_kind KINDS[] = {
    /* name         runs   fate          wait               status body and outcome */
    {"auth",         false, HTTPD_ANSWER, FAULT_AT_ONCE,     200,
     ERROR("AUTH_ERROR", "Username\\/password incorrect"), "outer:AUTH_ERROR"},
    {"cut",          true,  HTTPD_CUT,    FAULT_AT_ONCE,     200, NULL, "cut"},
    {"denied",       false, HTTPD_ANSWER, FAULT_AT_ONCE,     200,
     ERROR("AUTH_ERROR", "Cannot access method dns"), "outer:AUTH_ERROR"},
    {"disabled",     false, HTTPD_ANSWER, FAULT_AT_ONCE,     200,
     "{\"status\":\"error\",\"error_text\":\"Method disabled\"}", "outer:"},
    {"drop_after",   true,  HTTPD_DROP,   FAULT_AT_ONCE,     200, NULL, "drop"},
    {"drop_before",  false, HTTPD_DROP,   FAULT_AT_ONCE,     200, NULL, "drop"},
    {"empty",        false, HTTPD_ANSWER, FAULT_AT_ONCE,     200, "", "empty"},
    {"empty_list",   true,  HTTPD_ANSWER, FAULT_AT_ONCE,     200, RESULT("[]"), "success"},
    {"failed",       false, HTTPD_ANSWER, FAULT_AT_ONCE,     200,
     REFUSED("METHOD_FAILED", "\"Method failed\""), "inner:METHOD_FAILED"},
    {"hang",         true,  HTTPD_ANSWER, FAULT_WAIT_BEFORE, 200, NULL, NULL},
    {"hang_after",   true,  HTTPD_ANSWER, FAULT_WAIT_AFTER,  200, NULL, NULL},
    {"html500",      false, HTTPD_ANSWER, FAULT_AT_ONCE,     500, PAGE("500 Internal Server Error"), "http:500"},
    {"html502",      false, HTTPD_ANSWER, FAULT_AT_ONCE,     502, PAGE("502 Bad Gateway"), "http:502"},
    {"invalid",      false, HTTPD_ANSWER, FAULT_AT_ONCE,     200,
     REFUSED("INVALID_DATA", "\"Incorrect input data\""), "inner:INVALID_DATA"},
    {"limit",        false, HTTPD_ANSWER, FAULT_AT_ONCE,     200,
     REFUSED("LIMIT_ERROR", "\"Requests limit exceeded\""), "inner:LIMIT_ERROR"},
    {"nonjson",      false, HTTPD_ANSWER, FAULT_AT_ONCE,     200, "Service is temporarily unavailable", "nonjson"},
    {"null_result",  true,  HTTPD_ANSWER, FAULT_AT_ONCE,     200, RESULT("null"), "success"},
    {"object_text",  false, HTTPD_ANSWER, FAULT_AT_ONCE,     200,
     REFUSED("METHOD_FAILED", "{\"type\":\"NOT_FOUND_ERROR\",\"message\":null}"), "inner:METHOD_FAILED"},
    {"string_error", false, HTTPD_ANSWER, FAULT_AT_ONCE,     200,
     "{\"status\":\"success\",\"answer\":{\"status\":\"error\",\"errors\":[\"Method failed\"]}}", "inner:"},
    {"true_literal", false, HTTPD_ANSWER, FAULT_AT_ONCE,     200, "true", "true_literal"},
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

bool faults_add(struct faults *faults, const struct json *wanted, struct err *err)
{
    const char *method = json_text(wanted, "method") ? json_text(wanted, "method") : "*";
    const char *kind = json_text(wanted, "kind") ? json_text(wanted, "kind") : "";
    struct fault fault = {.kind = find_kind(kind), .count = 1, .percent = 100};
    int64_t seed = 0;

    if (!fault.kind) {
        return err_set(err, ERR_REJECT, "no such kind of fault: %s", kind);
    }
    if ((json_at(wanted, "count") && !json_int(wanted, "count", &fault.count)) ||
        (json_at(wanted, "ms") && !json_int(wanted, "ms", &fault.ms)) || fault.count < -1 ||
        fault.count == 0 || fault.ms < 0) {
        return err_set(err, ERR_REJECT, "count is -1 or 1 and more, ms is 0 or more");
    }
    if (faults->count == FAULTS_MAX) {
        return err_set(err, ERR_REJECT, "too many faults are waiting");
    }
    if ((json_at(wanted, "percent") && !json_int(wanted, "percent", &fault.percent)) ||
        (json_at(wanted, "seed") && !json_int(wanted, "seed", &seed)) || fault.percent < 1 ||
        fault.percent > 100) {
        return err_set(err, ERR_REJECT, "percent is 1 to 100, seed is a number");
    }
    fault.dice = (struct dice){.state = (uint64_t)seed};
    fault.runs = fault.kind->runs;
    (void)json_bool(wanted, "effect", &fault.runs);
    (void)snprintf(fault.method, sizeof(fault.method), "%s", method);
    faults->items[faults->count] = fault;
    faults->count++;
    return true;
}

static void remove_at(struct faults *faults, size_t at)
{
    memmove(&faults->items[at], &faults->items[at + 1],
            (faults->count - at - 1) * sizeof(*faults->items));
    faults->count--;
}

struct fault faults_take(struct faults *faults, const char *method)
{
    for (size_t i = 0; i < faults->count; i++) {
        struct fault *fault = &faults->items[i];
        struct fault taken = *fault;

        if (strcmp(taken.method, "*") != 0 && strcmp(taken.method, method) != 0) {
            continue;
        }
        if (!dice_throw(&fault->dice, fault->percent)) {
            continue;
        }
        if (fault->count > 0) {
            fault->count--;
        }
        if (fault->count == 0) {
            remove_at(faults, i);
        }
        return taken;
    }
    return (struct fault){0};
}

void faults_clear(struct faults *faults)
{
    *faults = (struct faults){0};
}

struct json *faults_show(const struct faults *faults)
{
    struct json *shown = json_list();

    for (size_t i = 0; i < faults->count; i++) {
        struct json *one = json_add(shown, json_object());

        json_set_text(one, "method", faults->items[i].method);
        json_set_text(one, "kind", faults->items[i].kind->name);
        json_set_int(one, "count", faults->items[i].count);
        json_set_int(one, "ms", faults->items[i].ms);
        json_set_int(one, "percent", faults->items[i].percent);
        json_set_bool(one, "effect", faults->items[i].runs);
    }
    return shown;
}
