/* SPDX-License-Identifier: MIT */
/* Any text as the stored result of a change: what is read is stored again, and read as the same. */
#include "worker/chat/change_outcome.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_again(const struct change_outcome *outcome)
{
    struct change_outcome again;
    struct err err = ERR_INIT;
    struct buf text;

    buf_init(&text, 1024 * 1024);
    change_outcome_init(&again);
    change_outcome_print(outcome, &text);
    assert(buf_ok(&text));
    assert(change_outcome_parse(buf_text(&text), &again, &err));
    assert(again.end == outcome->end && again.failure == outcome->failure);
    assert(strcmp(buf_text(&again.before), buf_text(&outcome->before)) == 0);
    assert(strcmp(buf_text(&again.after), buf_text(&outcome->after)) == 0);
    change_outcome_free(&again);
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1); /* exact: one byte too far is seen */
    struct change_outcome outcome;
    struct err err = ERR_INIT;

    assert(text);
    (void)memcpy(text, bytes, size);
    text[size] = '\0';
    change_outcome_init(&outcome);
    if (change_outcome_parse(text, &outcome, &err)) {
        assert(change_is_stored(outcome.end));
        check_again(&outcome);
    } else {
        assert(err.kind == ERR_REJECT && outcome.end == CHANGE_DOUBT);
    }
    change_outcome_free(&outcome);
    free(text);
    return 0;
}
