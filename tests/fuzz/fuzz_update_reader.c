/* SPDX-License-Identifier: MIT */
/* Any bytes as a getUpdates answer: every update is read or left out, and the offset stays sane. */
#include "gateway/poll_plan.h"
#include "gateway/telegram.h"
#include "gateway/update_batch.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/utf8.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_text(const char *text, size_t max_points)
{
    assert(text);
    assert(utf8_valid(text, strlen(text)));
    assert(utf8_count(text, strlen(text)) <= max_points);
}

/* Whoever asks is told by two objects of numbers and short texts, and by nothing else. */
static void check_asking(const char *text, bool whole)
{
    struct err err = ERR_INIT;
    struct json *asking = *text != '\0' ? json_parse(text, strlen(text), &err) : NULL;
    const struct json *request = json_at(asking, "request");

    assert(whole && (*text == '\0' || (asking && json_count(request) == 2)));
    for (const struct json *one = json_first(request); one; one = json_next(one)) {
        for (const struct json *part = json_first(one); part; part = json_next(part)) {
            assert(json_type(part) == JSON_NUMBER || json_type(part) == JSON_TEXT);
            check_text(json_type(part) == JSON_TEXT ? json_text(part, "") : "",
                       UPDATE_TITLE_MAX_POINTS);
        }
    }
    json_free(asking);
}

static void check_update(const struct update *update, const struct update_storage *storage)
{
    struct err err = ERR_INIT;
    struct json *payload = json_parse(update->payload, strlen(update->payload), &err);

    assert(payload); /* what is printed reads again */
    assert(update->update_id > 0 && update->chat_id != 0);
    check_text(update->user, UPDATE_USER_MAX_POINTS);
    check_text(update->text, UPDATE_TEXT_MAX_POINTS);
    assert(strlen(storage->callback_id) < CALLBACK_ID_SIZE);
    assert(storage->callback_id[0] == '\0' || update->kind == UPDATE_CALLBACK);
    json_free(payload);
    check_asking(buf_text(&storage->asking), buf_ok(&storage->asking));
}

/* A whole answer, or one update without the envelope: the fuzzer finds its way into both. */
static void check_list(struct update_batch *batch, const struct json *list)
{
    int64_t next;

    update_batch_read(batch, list);
    assert(batch->count <= batch->id_count && batch->id_count <= UPDATE_BATCH_MAX);
    for (size_t i = 0; i < batch->count; i++) {
        check_update(&batch->updates[i], &batch->storages[i]);
    }
    next = poll_next_offset(5, batch->ids, batch->id_count);
    assert(next > 0);
    update_batch_empty(batch);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct update_batch batch;
    struct telegram_answer answer;
    struct err err = ERR_INIT;
    struct json *one;
    char *body = xcalloc(len + 1, 1);

    log_init("fuzz", LOG_LEVEL_ERROR, LOG_FORMAT_LOGFMT);
    memcpy(body, bytes, len);
    telegram_read(200, body, len, &answer);
    if (answer.ok) {
        check_list(&batch, answer.result);
    }
    telegram_answer_free(&answer);
    one = json_parse(body, len, &err);
    if (one) {
        struct json *list = json_list();

        (void)json_add(list, one);
        check_list(&batch, list);
        json_free(list);
    }
    free(body);
    return 0;
}
