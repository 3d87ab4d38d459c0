/* SPDX-License-Identifier: MIT */
#include "worker/beget/cache.h"

#include "shared/base/buf.h"
#include "shared/base/log.h"
#include "shared/queue/keys.h"
#include "shared/queue/state.h"
#include "worker/beget/request.h"

/* Redis holds nobody's 8 MiB for a minute; an account of 5,000 domains has 2 MiB. */
enum { RESULT_MAX_BYTES = 4 * 1024 * 1024 };

static bool is_kept(const struct json *result)
{
    return json_type(result) == JSON_LIST || json_type(result) == JSON_OBJECT;
}

bool beget_cache_find(struct queue *queue, const struct beget_method_row *row, const char *input,
                      struct json **out_result, struct err *err)
{
    char tail[BEGET_CACHE_TAIL_SIZE];
    struct json *result = NULL;
    struct err ignored = ERR_INIT;
    bool found = false;
    bool ok = true;
    struct buf text;

    *out_result = NULL;
    if (!beget_cache_tail(row, input, tail)) {
        return true;
    }
    buf_init(&text, RESULT_MAX_BYTES);
    ok = state_get(queue, KEY_CACHE, tail, &found, &text, err);
    if (ok && found) {
        result = buf_ok(&text) ? json_parse(buf_text(&text), text.len, &ignored) : NULL;
        if (!is_kept(result)) {
            json_free(result);
            result = NULL;
            ok = state_del(queue, KEY_CACHE, tail, err);
        }
    }
    buf_free(&text);
    *out_result = result;
    return ok;
}

void beget_cache_save(struct queue *queue, const struct beget_method_row *row, const char *input,
                      const struct json *result)
{
    char tail[BEGET_CACHE_TAIL_SIZE];
    struct err err = ERR_INIT;
    struct buf text;

    if (!is_kept(result) || !beget_cache_tail(row, input, tail)) {
        return;
    }
    buf_init(&text, RESULT_MAX_BYTES);
    json_print(result, &text);
    if (buf_ok(&text) && !state_set(queue, KEY_CACHE, tail, buf_text(&text), row->cache_s, &err)) {
        log_debug("beget.not_cached", LOG_TEXT("why", err.message));
    }
    buf_free(&text);
}

void beget_cache_forget(enum beget_method method, struct queue_outcome *outcome)
{
    char tail[BEGET_CACHE_TAIL_SIZE];
    struct buf input;

    if (BEGET_METHODS[method].cache_s == 0) {
        return;
    }
    buf_init(&input, sizeof(tail));
    beget_request_input(&BEGET_METHODS[method], NULL, &input);
    if (beget_cache_tail(&BEGET_METHODS[method], buf_text(&input), tail)) {
        queue_outcome_del(outcome, KEY_CACHE, tail);
    }
    buf_free(&input);
}
