/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/answer.h"

#include "shared/base/utf8.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ANSWER_MAX_BYTES = 32 << 20 };

void answer_init(struct answer *answer)
{
    *answer = (struct answer){.status = 200};
    buf_init(&answer->raw, ANSWER_MAX_BYTES);
}

void answer_free(struct answer *answer)
{
    json_free(answer->result);
    buf_free(&answer->raw);
    answer->result = NULL;
}

bool answer_give(struct answer *answer, struct json *result)
{
    json_free(answer->result);
    answer->result = result;
    return true;
}

bool answer_done(struct answer *answer, const char *comment)
{
    (void)snprintf(answer->description, sizeof(answer->description), "%s", comment);
    return answer_give(answer, json_new_bool(true));
}

bool answer_refuse(struct answer *answer, int status, const char *format, ...)
{
    size_t max = sizeof(answer->description) - 1;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(answer->description, sizeof(answer->description), format, args);
    va_end(args);
    answer->description[utf8_fit_bytes(answer->description, strlen(answer->description), max)] =
        '\0';
    answer->status = status;
    return false;
}

bool answer_flood(struct answer *answer, int64_t retry_after)
{
    answer->retry_after = retry_after;
    return answer_refuse(answer, 429, "Too Many Requests: retry after %" PRId64, retry_after);
}

static struct json *parameters(const struct answer *answer)
{
    struct json *out = json_object();

    if (answer->retry_after > 0) {
        json_set_int(out, "retry_after", answer->retry_after);
    }
    if (answer->migrate_to != 0) {
        json_set_int(out, "migrate_to_chat_id", answer->migrate_to);
    }
    return out;
}

static void write_refusal(const struct answer *answer, struct httpd_response *response)
{
    struct json *envelope = json_object();
    struct json *extra = parameters(answer);

    json_set_bool(envelope, "ok", false);
    json_set_int(envelope, "error_code", answer->status);
    json_set_text(envelope, "description", answer->description);
    if (json_count(extra) > 0) {
        json_set(envelope, "parameters", extra);
    } else {
        json_free(extra);
    }
    json_print(envelope, &response->body);
    json_free(envelope);
}

static void write_result(const struct answer *answer, struct httpd_response *response)
{
    struct json *envelope;

    if (answer->raw.len > 0) {
        buf_addf(&response->body, "{\"ok\":true,\"result\":");
        buf_add(&response->body, answer->raw.data, answer->raw.len);
        buf_add(&response->body, "}", 1);
        return;
    }
    envelope = json_object();
    json_set_bool(envelope, "ok", true);
    json_set(envelope, "result", json_copy(answer->result));
    if (answer->description[0] != '\0') {
        json_set_text(envelope, "description", answer->description);
    }
    json_print(envelope, &response->body);
    json_free(envelope);
}

void answer_write(const struct answer *answer, struct httpd_response *response)
{
    response->status = answer->status;
    if (answer->no_body) {
        return;
    }
    if (answer->retry_after > 0) {
        response->header = "Retry-After";
        (void)snprintf(response->header_value, sizeof(response->header_value), "%" PRId64,
                       answer->retry_after);
    }
    if (answer->status == 200) {
        write_result(answer, response);
    } else {
        write_refusal(answer, response);
    }
}
