/* SPDX-License-Identifier: MIT */
#include "worker/beget/answer.h"

#include "shared/base/buf.h"
#include "shared/base/compiler.h"
#include "shared/base/utf8.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    HTTP_OK = 200,
    HTTP_TIMEOUT = 408,
    HTTP_TOO_MANY = 429,
    HTTP_SERVER_ERROR = 500, /* and everything above */
    CODE_SIZE = 64,
    TEXT_MAX = 4096,             /* of all errors together, before the cut for showing */
    JSON_MAX = 16 * 1024 * 1024, /* of an error object nobody has described         */
};

/* clang-format off */
static const struct {
    const char *name;
    bool trouble;
    bool needs_person;
} FAILURES[BEGET_FAILURE_COUNT] = {
    [BEGET_OK]          = {"ok",          false, false},
    [BEGET_NOT_SENT]    = {"not_sent",    true , false},
    [BEGET_NO_ANSWER]   = {"no_answer",   true , false},
    [BEGET_UNREADABLE]  = {"unreadable",  true , false},
    [BEGET_DENIED]      = {"denied",      true , true },
    [BEGET_SECTION_OFF] = {"section_off", true , true },
    [BEGET_LIMIT]       = {"limit",       true , false},
    [BEGET_INVALID]     = {"invalid",     false, false},
    [BEGET_NOT_FOUND]   = {"not_found",   false, false},
    [BEGET_FAILED]      = {"failed",      false, false},
    [BEGET_BAD_REQUEST] = {"bad_request", true , true },
    [BEGET_STOPPED]     = {"stopped",     false, false},
};
/* clang-format on */

/*
 * What an error means, on whichever level it came: the first row whose code and
 * beginning of the text fit. NULL fits anything; code "" is an absent one.
 */
/* clang-format off */
static const struct {
    const char *code;
    const char *text;
    enum beget_failure failure;
} MEANINGS[] = {
    {"AUTH_ERROR",        "Cannot access method",       BEGET_SECTION_OFF},
    {"AUTH_ERROR",        "Method disabled",            BEGET_SECTION_OFF},
    {"AUTH_ERROR",        NULL,                         BEGET_DENIED     },
    {"INCORRECT_REQUEST", NULL,                         BEGET_BAD_REQUEST},
    {"NO_SUCH_METHOD",    NULL,                         BEGET_BAD_REQUEST},
    {"INVALID_DATA",      NULL,                         BEGET_INVALID    },
    {"LIMIT_ERROR",       NULL,                         BEGET_LIMIT      },
    {"METHOD_FAILED",     "Failed to get DNS records",  BEGET_NOT_FOUND  },
    {NULL,                "NOT_FOUND_ERROR",            BEGET_NOT_FOUND  },
    {NULL,                "INVALID_DATA_SINGLE",        BEGET_INVALID    },
    {"",                  "Cannot access method",       BEGET_SECTION_OFF},
    {"",                  "Method disabled",            BEGET_SECTION_OFF},
    {"",                  "Username/password incorrect", BEGET_DENIED    },
    {"",                  "No such method",             BEGET_BAD_REQUEST},
    {NULL,                NULL,                         BEGET_FAILED     },
};
/* clang-format on */

/* Answers that are no JSON but known: the whole body begins so. */
static const char PARSE_COMPLAINT[] = "Cannot parse the JSON input params";

const char *beget_failure_name(enum beget_failure failure)
{
    assert(failure < BEGET_FAILURE_COUNT);
    return FAILURES[failure].name;
}

bool beget_failure_is_trouble(enum beget_failure failure)
{
    assert(failure < BEGET_FAILURE_COUNT);
    return FAILURES[failure].trouble;
}

bool beget_failure_needs_person(enum beget_failure failure)
{
    assert(failure < BEGET_FAILURE_COUNT);
    return FAILURES[failure].needs_person;
}

/* ---- texts ---- */

static bool begins_with(const char *text, const char *beginning)
{
    return strncasecmp(text, beginning, strlen(beginning)) == 0;
}

/* Bytes of the control character at `text`, 0 for another one. C1 controls take two bytes. */
static size_t control_bytes(const char *text)
{
    unsigned char first = (unsigned char)text[0];
    unsigned char second = (unsigned char)(first ? text[1] : '\0');

    if (first == 0xc2 && second >= 0x80 && second < 0xa0) {
        return 2;
    }
    return first < 0x20 || first == 0x7f ? 1 : 0;
}

/* Puts `text` into the answer: one line, cut between characters. */
static void set_text(struct beget_answer *out, const char *text)
{
    size_t used = utf8_fit_bytes(text, strlen(text), sizeof(out->text) - 1);
    size_t len = 0;

    for (size_t i = 0; i < used;) {
        size_t control = control_bytes(text + i);

        out->text[len] = ' ';
        if (control == 0) {
            out->text[len] = text[i];
        }
        len++;
        i += control > 0 ? control : 1;
    }
    out->text[len] = '\0';
}

/* Appends as much of `text` as there is room for. */
static void add_cut(struct buf *out, const char *text)
{
    buf_add(out, text, utf8_fit_bytes(text, strlen(text), out->max - out->len));
}

static void add_json(const struct json *node, struct buf *out)
{
    struct buf whole;

    buf_init(&whole, JSON_MAX);
    json_print(node, &whole);
    add_cut(out, buf_text(&whole));
    buf_free(&whole);
}

/* A text or a number as text; anything else appends nothing. */
static void add_scalar(const struct json *node, struct buf *out)
{
    const char *text = json_text(node, "");

    if (text) {
        add_cut(out, text);
    } else if (json_type(node) == JSON_NUMBER) {
        add_json(node, out);
    }
}

/* {"type":"NOT_FOUND_ERROR","message":null}, and objects nobody has described. */
static void add_object_text(const struct json *node, struct buf *out)
{
    const char *type = json_text(node, "type");
    const char *message = json_text(node, "message");

    if (!type && !message) {
        add_json(node, out);
        return;
    }
    add_cut(out, type ? type : "");
    add_cut(out, type && message ? ": " : "");
    add_cut(out, message ? message : "");
}

static void add_separator(struct buf *out, size_t len_before)
{
    add_cut(out, out->len > len_before ? "; " : "");
}

/* An `error_text` in any of its shapes. */
static void add_error_text(const struct json *node, struct buf *out)
{
    size_t begin = out->len;

    if (json_type(node) == JSON_OBJECT) {
        add_object_text(node, out);
        return;
    }
    if (json_type(node) != JSON_LIST) {
        add_scalar(node, out);
        return;
    }
    for (const struct json *member = json_first(node); member; member = json_next(member)) {
        add_separator(out, begin);
        if (json_type(member) == JSON_OBJECT) {
            add_object_text(member, out);
        } else {
            add_scalar(member, out);
        }
    }
}

/* ---- errors ---- */

static enum beget_failure meaning(const char *code, const char *text)
{
    size_t i = 0;

    while ((MEANINGS[i].code && strcmp(MEANINGS[i].code, code) != 0) ||
           (MEANINGS[i].text && !begins_with(text, MEANINGS[i].text))) {
        i++; /* the last row fits everything */
        assert(i < ARRAY_LEN(MEANINGS));
    }
    return MEANINGS[i].failure;
}

/*
 * Reads one error, an object with error_code and error_text or a plain text,
 * and appends what it says to `texts`. Returns what it means.
 */
static enum beget_failure read_error(const struct json *error, struct buf *texts)
{
    const struct json *code_node = json_at(error, "error_code");
    enum beget_failure failure;
    struct buf code;
    struct buf text;

    buf_init(&code, CODE_SIZE);
    buf_init(&text, TEXT_MAX);
    add_scalar(code_node, &code);
    add_error_text(json_type(error) == JSON_OBJECT ? json_at(error, "error_text") : error, &text);
    failure = meaning(buf_text(&code), buf_text(&text));
    if (text.len == 0) {
        add_cut(&text, buf_text(&code)); /* better than nothing to show */
    }
    add_separator(texts, 0);
    add_cut(texts, buf_text(&text));
    buf_free(&code);
    buf_free(&text);
    return failure;
}

/* True for a node that is an error itself, not a collection of errors. */
static bool is_error(const struct json *node)
{
    return json_type(node) == JSON_TEXT || json_at(node, "error_code") ||
           json_at(node, "error_text");
}

/*
 * Reads the errors of `level`, the outer or the inner object: its list
 * `errors`, which may be a single error, or the error it is itself. The first
 * one decides what the answer means.
 */
static void read_errors(const struct json *level, struct beget_answer *out)
{
    const struct json *errors = json_at(level, "errors");
    const struct json *error;
    struct buf texts;

    buf_init(&texts, TEXT_MAX);
    if (json_count(errors) == 0 && json_type(errors) != JSON_TEXT) {
        out->failure = read_error(level, &texts);
    } else if (is_error(errors)) {
        out->failure = read_error(errors, &texts);
    } else {
        error = json_first(errors);
        out->failure = read_error(error, &texts);
        for (error = json_next(error); error && texts.len < texts.max; error = json_next(error)) {
            (void)read_error(error, &texts);
        }
    }
    set_text(out, buf_text(&texts));
    buf_free(&texts);
}

/* ---- the envelope ---- */

static bool has_status(const struct json *level, const char *status)
{
    const char *text = json_text(level, "status");

    return text && strcasecmp(text, status) == 0;
}

static bool has_errors(const struct json *level)
{
    const struct json *errors = json_at(level, "errors");

    return json_count(errors) > 0 || json_type(errors) == JSON_TEXT;
}

/* True when `document` is the API's; then `out` is filled. */
static bool read_envelope(const struct json *document, struct beget_answer *out)
{
    const struct json *answer = json_at(document, "answer");

    if (has_status(document, "error")) {
        read_errors(document, out);
        return true;
    }
    if (!has_status(document, "success") || json_type(answer) != JSON_OBJECT) {
        set_text(out, json_text(answer, "") ? json_text(answer, "") : "");
        return false;
    }
    if (has_status(answer, "error") || has_errors(answer)) {
        read_errors(answer, out);
        return true;
    }
    if (!has_status(answer, "success")) {
        return false;
    }
    out->failure = BEGET_OK;
    out->result = json_at(answer, "result");
    return true;
}

/* Something else than the API answered, or the API in words that are not its own. */
static void read_foreign(int http_status, const char *body, size_t len, struct beget_answer *out)
{
    size_t complaint_len = sizeof(PARSE_COMPLAINT) - 1;

    if (len >= complaint_len && memcmp(body, PARSE_COMPLAINT, complaint_len) == 0) {
        out->failure = BEGET_BAD_REQUEST;
        set_text(out, PARSE_COMPLAINT);
        return;
    }
    if (http_status >= HTTP_SERVER_ERROR || http_status == HTTP_TIMEOUT) {
        out->failure = BEGET_NO_ANSWER;
    } else if (http_status == HTTP_TOO_MANY) {
        out->failure = BEGET_LIMIT;
    } else {
        out->failure = BEGET_UNREADABLE;
    }
    if (http_status != HTTP_OK) {
        /* Never the body: nobody knows what a strange page repeats of the request. */
        (void)snprintf(out->text, sizeof(out->text), "HTTP %d", http_status);
    }
}

void beget_answer_read(int http_status, const char *body, size_t len, struct beget_answer *out)
{
    const char *bytes = body ? body : "";
    size_t size = body ? len : 0;
    struct err err = ERR_INIT;
    struct json *document = json_parse(bytes, size, &err);

    *out = (struct beget_answer){.failure = BEGET_UNREADABLE};
    if (document && read_envelope(document, out) &&
        (out->failure != BEGET_OK || http_status < HTTP_SERVER_ERROR)) {
        out->document = document;
        return;
    }
    out->result = NULL;
    read_foreign(http_status, bytes, size, out);
    json_free(document);
}

void beget_answer_refuse_false(struct beget_answer *answer)
{
    bool done = true;

    if (answer->failure == BEGET_OK && json_bool(answer->result, "", &done) && !done) {
        answer->failure = BEGET_FAILED;
        answer->result = NULL;
    }
}

void beget_answer_free(struct beget_answer *answer)
{
    json_free(answer->document);
    *answer = (struct beget_answer){.failure = answer->failure};
}
