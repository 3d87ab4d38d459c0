/* SPDX-License-Identifier: MIT */
/* Any status and body: an answer whose parts agree, and a plan and a verdict that make sense of it.
 */
#include "gateway/poll_plan.h"
#include "gateway/telegram.h"
#include "gateway/verdict.h"
#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "shared/base/utf8.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const int STATUSES[] = {200, 200, 200, 204, 302, 400, 401,
                               403, 404, 409, 413, 429, 500, 502};
static const char *const METHODS[] = {"sendMessage", "editMessageText", "answerCallbackQuery",
                                      "setMyCommands"};

static void check_answer(const struct telegram_answer *answer)
{
    assert(answer->sent);
    assert(!answer->ok || answer->readable);
    assert((answer->result != NULL) == answer->ok);
    assert((answer->envelope != NULL) == answer->ok);
    assert(answer->retry_after_s >= 0 && answer->retry_after_s < INT64_MAX / 2000);
    assert(utf8_valid(answer->description, strlen(answer->description)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct poll_plan plan = {.row = NULL};
    struct telegram_answer answer;
    struct poll_step step;
    char *body;

    if (len == 0) {
        return 0;
    }
    body = xcalloc(len, 1); /* exactly as long, so that a byte too far is seen */
    memcpy(body, bytes + 1, len - 1);
    telegram_read(STATUSES[bytes[0] % ARRAY_LEN(STATUSES)], body, len - 1, &answer);
    check_answer(&answer);
    step = poll_plan_next(&plan, &answer, JSON_LIST, 0);
    assert(step.action == POLL_USE ? step.wait_ms == 0 : step.wait_ms > 0 && step.event);
    for (size_t i = 0; i < ARRAY_LEN(METHODS); i++) {
        struct verdict verdict = verdict_on(METHODS[i], &answer);

        assert(!answer.ok || verdict.kind == VERDICT_DELIVERED);
        assert(answer.readable || verdict.kind != VERDICT_DELIVERED);
        assert(verdict.kind != VERDICT_FLOOD || verdict.wait_ms > 0);
        assert(verdict.kind != VERDICT_MIGRATE || verdict.new_chat_id != 0);
    }
    telegram_answer_free(&answer);
    free(body);
    return 0;
}
