/* SPDX-License-Identifier: MIT */
/* Stands in for worker/beget/client.c: answers come from fake_world. */
#include "worker/beget/client.h"

#include "tests/unit/chat/fake_world.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool beget_call(struct beget_client *client, enum beget_method method,
                const struct beget_argument arguments[], int64_t update_id,
                const struct beget_call_options *options, struct beget_answer *out, struct err *err)
{
    const struct fake_answer *answer = &fake_world.answers[method];
    const char *result = answer->result ? answer->result : "[]";
    struct err unreadable = ERR_INIT;
    int number;

    (void)client;
    *out = (struct beget_answer){.failure = BEGET_NOT_SENT};
    fake_world.beget_calls++;
    if (!fake_call(err, "%s %s for %" PRId64, BEGET_METHODS[method].label,
                   method == BEGET_DNS_READ ? arguments[0].text : "-", update_id)) {
        out->failure = err->kind == ERR_STOPPED ? BEGET_STOPPED : BEGET_NOT_SENT;
        return false;
    }
    number = fake_world.calls;
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
