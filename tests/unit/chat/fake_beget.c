/* SPDX-License-Identifier: MIT */
/* Stands in for worker/beget/client.c: answers come from fake_world. */
#include "worker/beget/client.h"

#include "tests/unit/chat/fake_world.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct call_list *beget_calls(struct beget_client *client)
{
    static struct call_list none;

    (void)client;
    return &none;
}

bool beget_take_turn(struct beget_client *client, enum beget_method method,
                     const struct beget_call_options *options, bool *out_go, struct err *err)
{
    (void)client;
    (void)options;
    if (!fake_call(err, "turn of %s", BEGET_METHODS[method].label) ||
        !fake_worked(fake_world.calls, err)) {
        return false;
    }
    *out_go = !fake_world.no_turn;
    return true;
}

/* What tells one call of a method from another, as its log line has it. */
static void add_arguments(enum beget_method method, const struct beget_argument arguments[],
                          struct buf *out)
{
    const struct beget_parameter *parameters = BEGET_METHODS[method].parameters;

    if (!parameters[0].name) {
        buf_addf(out, "-");
    }
    for (size_t i = 0; i < BEGET_PARAMETERS_MAX && parameters[i].name; i++) {
        buf_addf(out, "%s", i > 0 ? " " : "");
        if (parameters[i].type == BEGET_PARAMETER_INT) {
            buf_addf(out, "%" PRId64, arguments[i].number);
        } else {
            buf_addf(out, "%s", arguments[i].text);
        }
    }
}

static const struct fake_answer *answer_of(enum beget_method method)
{
    bool later = fake_world.changes && fake_world.effects > 0 &&
                 BEGET_METHODS[method].class == BEGET_CLASS_READ;

    return later ? &fake_world.later[method] : &fake_world.answers[method];
}

bool beget_call(struct beget_client *client, enum beget_method method,
                const struct beget_argument arguments[], int64_t update_id,
                const struct beget_call_options *options, struct beget_answer *out, struct err *err)
{
    const struct fake_answer *answer = answer_of(method);
    const char *result = answer->result ? answer->result : "[]";
    struct err unreadable = ERR_INIT;
    struct buf shown;
    int number;
    bool ok;

    (void)client;
    *out = (struct beget_answer){.failure = BEGET_NOT_SENT};
    fake_world.beget_calls++;
    fake_world.cached = fake_world.cached || (!options->fresh && BEGET_METHODS[method].cache_s > 0);
    buf_init(&shown, 1024);
    add_arguments(method, arguments, &shown);
    ok = fake_call(err, "%s %s for %" PRId64, BEGET_METHODS[method].label, buf_text(&shown),
                   update_id);
    buf_free(&shown);
    if (!ok) {
        out->failure = err->kind == ERR_STOPPED ? BEGET_STOPPED : BEGET_NOT_SENT;
        return false;
    }
    number = fake_world.calls;
    if (BEGET_METHODS[method].class != BEGET_CLASS_READ) {
        fake_world.change_calls++;
        fake_world.effects++;
    }
    if (fake_world.slow && options->slow) {
        options->slow(options->context);
    }
    if (!fake_worked(number, err)) {
        return false;
    }
    out->failure = answer->failure;
    (void)snprintf(out->text, sizeof(out->text), "%s", answer->text ? answer->text : "");
    if (answer->failure == BEGET_OK) {
        out->document = json_parse(result, strlen(result), &unreadable);
        out->result = out->document;
        assert(out->document);
    }
    return true;
}
