/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/envelope.h"

#include "shared/io/json.h"
#include "tests/sandbox/beget/text.h"

enum { PRINTED_MAX_BYTES = 64 * 1024 * 1024 };

void envelope_print(const struct json *node, struct buf *out)
{
    struct buf printed;

    buf_init(&printed, PRINTED_MAX_BYTES);
    json_print(node, &printed);
    text_escape(buf_text(&printed), printed.len, out);
    buf_free(&printed);
}

static void print_answer(struct json *answer, struct buf *out)
{
    struct json *envelope = json_object();

    json_set_text(envelope, "status", "success");
    json_set(envelope, "answer", answer);
    envelope_print(envelope, out);
    json_free(envelope);
}

void envelope_success(const struct json *result, struct buf *out)
{
    struct json *answer = json_object();

    json_set_text(answer, "status", "success");
    json_set(answer, "result", json_copy(result));
    print_answer(answer, out);
}

static void set_code(struct json *error, const char *code)
{
    int64_t number;
    struct json *text = json_new_text(code);

    if (json_int(text, "", &number)) {
        json_set_int(error, "error_code", number);
        json_free(text);
    } else {
        json_set(error, "error_code", text);
    }
}

void envelope_refused(const struct refusal *refusal, struct buf *out)
{
    struct json *answer = json_object();
    struct json *errors = json_list();
    struct json *error = json_object();

    json_set_text(answer, "status", "error");
    set_code(error, refusal->code);
    if (refusal->form == REFUSAL_OBJECT) {
        struct json *text = json_object();

        json_set_text(text, "type", refusal->text);
        json_set(text, "message", json_new_null());
        json_set(error, "error_text", text);
    } else {
        json_set_text(error, "error_text", refusal->text);
    }
    (void)json_add(errors, error);
    json_set(answer, "errors", errors);
    print_answer(answer, out);
}

void envelope_error(const char *code, const char *text, struct buf *out)
{
    struct json *envelope = json_object();

    json_set_text(envelope, "status", "error");
    json_set_text(envelope, "error_text", text);
    json_set_text(envelope, "error_code", code);
    envelope_print(envelope, out);
    json_free(envelope);
}
