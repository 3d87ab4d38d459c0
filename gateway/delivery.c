/* SPDX-License-Identifier: MIT */
#include "gateway/delivery.h"

#include "gateway/html.h"
#include "shared/base/compiler.h"
#include "shared/base/mem.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { STOP_ALL_MS = 60000 };

static const struct backoff FIRST_BACKOFF = {.first_ms = 1000, .most_ms = 30000};

/* What editMessageText takes of the parameters of sendMessage; it refuses the others. */
static const char *const EDIT_PARAMS[] = {
    "business_connection_id", "chat_id", "entities", "link_preview_options", "parse_mode",
    "reply_markup",           "text",
};

/* They name a message of the chat that the reply was written for. */
static const char *const QUOTES[] = {
    "allow_sending_without_reply",
    "reply_parameters",
    "reply_to_message_id",
};

struct delivery *delivery_new(const char *entry_id, const struct reply *reply)
{
    struct delivery *delivery = xcalloc(1, sizeof(*delivery));

    delivery->entry_id = xstrdup(entry_id);
    delivery->method = xstrdup(reply->method);
    delivery->slot = xstrdup(reply->slot);
    delivery->payload = xstrdup(reply->payload);
    delivery->ref = reply->ref;
    delivery->chat_id = reply->chat_id;
    delivery->call = delivery->method;
    delivery->backoff = FIRST_BACKOFF;
    return delivery;
}

void delivery_free(struct delivery *delivery)
{
    if (!delivery) {
        return;
    }
    split_free(&delivery->text);
    json_free(delivery->params);
    free(delivery->file_content);
    free(delivery->file_name);
    free(delivery->payload);
    free(delivery->slot);
    free(delivery->method);
    free(delivery->entry_id);
    free(delivery);
}

static bool is_method(const struct delivery *delivery, const char *name)
{
    return strcmp(delivery->method, name) == 0;
}

static bool is_html(const struct json *params)
{
    const char *parse_mode = json_text(params, "parse_mode");

    return parse_mode && strcasecmp(parse_mode, "HTML") == 0;
}

/* Takes the text out of the parameters, in as many parts as it needs. */
static void cut_text(struct delivery *delivery)
{
    const char *text = json_text(delivery->params, "text");
    bool html = is_html(delivery->params);
    bool other_markup =
        json_at(delivery->params, "entities") || (json_at(delivery->params, "parse_mode") && !html);

    if (!text || other_markup ||
        !(is_method(delivery, "sendMessage") || is_method(delivery, "editMessageText"))) {
        return; /* sent as it is */
    }
    split_text(text, html, &SPLIT_MESSAGE, &delivery->text);
    if (delivery->text.plain) {
        json_remove(delivery->params, "parse_mode");
    }
    json_remove(delivery->params, "text");
}

/* ---- a file ---- */

static bool is_file_name(const char *name)
{
    size_t len = strlen(name);

    for (const char *c = name; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f || strchr("\"/\\", *c)) {
            return false;
        }
    }
    return len > 0 && len <= REPLY_FILE_NAME_MAX_BYTES;
}

/* Takes the file out of the parameters. A "document" that is a text names a file at Telegram. */
static bool take_file(struct delivery *delivery, struct err *err)
{
    const struct json *document = json_at(delivery->params, "document");
    const char *name = json_text(document, "file_name");
    const char *content = json_text(document, "content");

    if (!is_method(delivery, "sendDocument") || json_type(document) != JSON_OBJECT) {
        return true;
    }
    if (!name || !is_file_name(name)) {
        return err_set(err, ERR_REJECT,
                       "document.file_name: not a text of 1 to %d bytes without control "
                       "characters, quotes and slashes",
                       REPLY_FILE_NAME_MAX_BYTES);
    }
    if (!content || *content == '\0' || strlen(content) > REPLY_FILE_MAX_BYTES) {
        return err_set(err, ERR_REJECT, "document.content: not a text of 1 to %d bytes",
                       REPLY_FILE_MAX_BYTES);
    }
    delivery->file_name = xstrdup(name);
    delivery->file_content = xstrdup(content);
    json_remove(delivery->params, "document");
    return true;
}

bool delivery_file(const struct delivery *delivery, struct telegram_file *out)
{
    if (!delivery->file_name) {
        return false;
    }
    *out = (struct telegram_file){.field = "document",
                                  .name = delivery->file_name,
                                  .content = delivery->file_content,
                                  .len = strlen(delivery->file_content)};
    return true;
}

bool delivery_prepare(struct delivery *delivery, struct err *err)
{
    struct json *params;

    if (delivery->params) {
        return true;
    }
    if (!telegram_method_valid(delivery->method)) {
        return err_set(err, ERR_REJECT, "method: not a name of letters");
    }
    params = json_parse(delivery->payload, strlen(delivery->payload), err);
    if (!params) {
        return err_prefix(err, "payload");
    }
    if (json_type(params) != JSON_OBJECT) {
        json_free(params);
        return err_set(err, ERR_REJECT, "payload: not a JSON object");
    }
    delivery->params = params;
    if (!take_file(delivery, err)) {
        delivery->params = NULL;
        json_free(params);
        return err_prefix(err, "payload");
    }
    cut_text(delivery);
    free(delivery->payload);
    delivery->payload = NULL;
    return true;
}

bool delivery_answers_press(const struct delivery *delivery, const char **out_id)
{
    if (!is_method(delivery, "answerCallbackQuery")) {
        return false;
    }
    *out_id = json_text(delivery->params, "callback_query_id");
    return true;
}

void delivery_part_slot(const struct delivery *delivery, struct buf *out)
{
    bool first = delivery->part == 0;

    if (first && (delivery->slot[0] != '\0' || delivery->text.count <= 1)) {
        buf_addf(out, "%s", delivery->slot);
        return;
    }
    buf_addf(out, "%s.%zu", delivery->slot[0] != '\0' ? delivery->slot : delivery->entry_id,
             delivery->part + 1);
}

static bool has_remedy(const struct delivery *delivery, enum verdict_kind kind)
{
    return (delivery->remedies & (1u << kind)) != 0;
}

static void remove_all(struct json *params, const char *const names[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_remove(params, names[i]);
    }
}

/* The parameters that editMessageText knows, copied. */
static struct json *edit_params(const struct json *params)
{
    struct json *kept = json_object();

    for (size_t i = 0; i < ARRAY_LEN(EDIT_PARAMS); i++) {
        const struct json *value = json_at(params, EDIT_PARAMS[i]);

        if (value) {
            json_set(kept, EDIT_PARAMS[i], json_copy(value));
        }
    }
    return kept;
}

/* The message to edit in this call, or 0. */
static int64_t edit_target(const struct delivery *delivery, int64_t slot_message_id)
{
    const struct json *keyboard = json_at(delivery->params, "reply_markup");
    int64_t own = 0;

    if (has_remedy(delivery, VERDICT_SEND_INSTEAD) || has_remedy(delivery, VERDICT_MIGRATE)) {
        return 0;
    }
    if (is_method(delivery, "editMessageText") && delivery->part == 0) {
        (void)json_int(delivery->params, "message_id", &own);
        return own;
    }
    /* Only a message with inline buttons, or none, can be edited. */
    return keyboard && !json_at(keyboard, "inline_keyboard") ? 0 : slot_message_id;
}

const char *delivery_request(struct delivery *delivery, int64_t slot_message_id,
                             struct buf *out_params)
{
    struct json *params;

    delivery->edits_message_id = 0;
    delivery->call = delivery->method;
    delivery->calls++;
    if (delivery->text.count == 0) {
        json_print(delivery->params, out_params);
        return delivery->call;
    }
    delivery->edits_message_id = edit_target(delivery, slot_message_id);
    if (delivery->edits_message_id != 0) {
        delivery->call = "editMessageText";
        params = edit_params(delivery->params);
        json_set_int(params, "message_id", delivery->edits_message_id);
    } else {
        delivery->call = "sendMessage";
        params = json_copy(delivery->params);
        json_remove(params, "message_id");
        json_remove(params, "inline_message_id");
    }
    if (delivery->part > 0) {
        remove_all(params, QUOTES, ARRAY_LEN(QUOTES));
    }
    if (delivery->part + 1 < delivery->text.count) {
        json_remove(params, "reply_markup");
    }
    json_set_text(params, "text", delivery->text.parts[delivery->part]);
    json_print(params, out_params);
    json_free(params);
    return delivery->call;
}

/* ---- remedies: each changes the call and says how, or returns NULL when it cannot help ---- */

/* The text without tags and references, to be freed. */
static char *stripped(const char *html)
{
    struct buf plain;
    char *text;

    buf_init(&plain, strlen(html) + 1);
    html_strip(html, strlen(html), &plain);
    text = xstrdup(buf_text(&plain));
    buf_free(&plain);
    return text;
}

static const char *without_markup(struct delivery *delivery, const struct verdict *verdict)
{
    const char *caption = json_text(delivery->params, "caption");

    (void)verdict;
    if (!json_at(delivery->params, "parse_mode")) {
        return NULL;
    }
    for (size_t i = delivery->part; i < delivery->text.count; i++) {
        char *part = delivery->text.parts[i];

        delivery->text.parts[i] = stripped(part);
        free(part);
    }
    if (caption) {
        char *plain = stripped(caption);

        json_set_text(delivery->params, "caption", plain);
        free(plain);
    }
    json_remove(delivery->params, "parse_mode");
    return "without markup";
}

static const char *without_thread(struct delivery *delivery, const struct verdict *verdict)
{
    (void)verdict;
    json_remove(delivery->params, "message_thread_id");
    return "without message_thread_id";
}

static const char *without_quote(struct delivery *delivery, const struct verdict *verdict)
{
    (void)verdict;
    remove_all(delivery->params, QUOTES, ARRAY_LEN(QUOTES));
    return "without quoting";
}

static const char *send_instead(struct delivery *delivery, const struct verdict *verdict)
{
    (void)verdict;
    return delivery->edits_message_id != 0 ? "as a new message" : NULL;
}

static const char *into_new_chat(struct delivery *delivery, const struct verdict *verdict)
{
    if (delivery->text.count == 0 && json_at(delivery->params, "message_id")) {
        return NULL; /* the message it is about stayed in the old chat */
    }
    json_set_int(delivery->params, "chat_id", verdict->new_chat_id);
    json_remove(delivery->params, "message_thread_id");
    remove_all(delivery->params, QUOTES, ARRAY_LEN(QUOTES));
    return "into the chat that replaced this one";
}

typedef const char *remedy_fn(struct delivery *delivery, const struct verdict *verdict);

static remedy_fn *const REMEDIES[] = {
    [VERDICT_PLAIN] = without_markup,   [VERDICT_UNTHREADED] = without_thread,
    [VERDICT_UNQUOTED] = without_quote, [VERDICT_SEND_INSTEAD] = send_instead,
    [VERDICT_MIGRATE] = into_new_chat,
};

static void describe(const struct delivery *delivery, const struct telegram_answer *answer,
                     struct delivery_outcome *outcome)
{
    char part[64] = "";

    if (delivery->text.count > 1) {
        (void)snprintf(part, sizeof(part), " (part %zu of %zu)", delivery->part + 1,
                       delivery->text.count);
    }
    (void)snprintf(outcome->reason, sizeof(outcome->reason), "%s%s: %d %s", delivery->call, part,
                   answer->error_code, answer->description);
}

static void apply_remedy(struct delivery *delivery, struct delivery_outcome *outcome)
{
    enum verdict_kind kind = outcome->verdict.kind;

    if (!has_remedy(delivery, kind)) {
        outcome->remedy = REMEDIES[kind](delivery, &outcome->verdict);
    }
    delivery->remedies |= 1u << kind;
    outcome->state = outcome->remedy ? DELIVERY_AGAIN : DELIVERY_DEAD;
}

static void apply_failure(struct delivery *delivery, int64_t delivered, uint32_t random,
                          struct delivery_outcome *outcome)
{
    outcome->state = DELIVERY_AGAIN;
    outcome->wait_ms = backoff_next_ms(&delivery->backoff, random);
    if (outcome->verdict.everyone) {
        return; /* says nothing about this reply */
    }
    if (delivery->attempts == 0) {
        delivery->delivered_before = delivered;
    }
    delivery->attempts++;
    outcome->maybe_repeated =
        outcome->verdict.ambiguous && !verdict_method_repeatable(delivery->call);
    if (verdict_hopeless(delivery->attempts, delivered - delivery->delivered_before)) {
        outcome->state = DELIVERY_DEAD;
    }
}

static void apply_success(struct delivery *delivery, const struct telegram_answer *answer,
                          struct delivery_outcome *outcome)
{
    int64_t message_id = delivery->edits_message_id;

    (void)json_int(answer->result, "message_id", &message_id);
    delivery->part_message_id = message_id;
    if (delivery->part == 0) {
        delivery->message_id = message_id;
    }
    delivery->attempts = 0;
    backoff_reset(&delivery->backoff);
    outcome->state = delivery->text.count > 1 ? DELIVERY_PART : DELIVERY_DONE;
}

struct delivery_outcome delivery_apply(struct delivery *delivery,
                                       const struct telegram_answer *answer, int64_t delivered,
                                       uint32_t random)
{
    struct delivery_outcome outcome = {.verdict = verdict_on(delivery->call, answer)};

    describe(delivery, answer, &outcome);
    switch (outcome.verdict.kind) {
    case VERDICT_DELIVERED:
        apply_success(delivery, answer, &outcome);
        break;
    case VERDICT_DROP:
        outcome.state = DELIVERY_DROPPED;
        break;
    case VERDICT_GONE:
    case VERDICT_DEAD:
        outcome.state = DELIVERY_DEAD;
        break;
    case VERDICT_FLOOD:
        outcome.state = DELIVERY_AGAIN;
        outcome.wait_ms = outcome.verdict.wait_ms;
        break;
    case VERDICT_STOP_ALL:
        outcome.state = DELIVERY_AGAIN;
        outcome.wait_ms = STOP_ALL_MS;
        break;
    case VERDICT_AGAIN:
        apply_failure(delivery, delivered, random, &outcome);
        break;
    case VERDICT_PLAIN:
    case VERDICT_UNTHREADED:
    case VERDICT_UNQUOTED:
    case VERDICT_SEND_INSTEAD:
    case VERDICT_MIGRATE:
        apply_remedy(delivery, &outcome);
        break;
    }
    return outcome;
}

void delivery_next_part(struct delivery *delivery)
{
    assert(delivery->part + 1 < delivery->text.count);
    delivery->part++;
    delivery->calls = 0;
    delivery->remedies &= ~(1u << VERDICT_SEND_INSTEAD); /* the next slot may have its message */
}
