/* SPDX-License-Identifier: MIT */
#include "gateway/update_reader.h"

#include "shared/base/compiler.h"
#include "shared/base/utf8.h"

#include <stdio.h>
#include <string.h>

/* Where in an update of one kind to look. Paths start at the kind's own object. */
struct source {
    const char *name; /* of the update's member */
    enum update_kind kind;
    const char *chat_id;
    const char *from;
    const char *text[2]; /* the first that is there; NULL for none */
};

/* clang-format off */
static const struct source SOURCES[] = {
    /* member           kind             chat               from    text                  */
    {"message",         UPDATE_MESSAGE,  "chat.id",         "from", {"text", "caption"}},
    {"callback_query",  UPDATE_CALLBACK, "message.chat.id", "from", {"data", NULL}     },
    {"my_chat_member",  UPDATE_MEMBER,   "chat.id",         "from", {NULL, NULL}       },
};
/* clang-format on */

static void add_cut(struct buf *out, const char *text, size_t max_points)
{
    buf_add(out, text, utf8_prefix_bytes(text, strlen(text), max_points));
}

/* "@username", else "First Last", else "". */
static void read_user(const struct json *from, struct buf *out)
{
    const char *username = json_text(from, "username");
    const char *first = json_text(from, "first_name");
    const char *last = json_text(from, "last_name");
    struct buf name;

    buf_init(&name, UPDATE_PAYLOAD_MAX);
    if (username && *username != '\0') {
        buf_addf(&name, "@%s", username);
    } else {
        buf_addf(&name, "%s%s%s", first ? first : "",
                 first && last && *first != '\0' && *last != '\0' ? " " : "", last ? last : "");
    }
    add_cut(out, buf_text(&name), UPDATE_USER_MAX_POINTS);
    buf_free(&name);
}

static const char *find_text(const struct json *event, const struct source *source)
{
    for (size_t i = 0; i < ARRAY_LEN(source->text); i++) {
        const char *text = source->text[i] ? json_text(event, source->text[i]) : NULL;

        if (text) {
            return text;
        }
    }
    return "";
}

static void reset(struct update_storage *storage)
{
    update_storage_free(storage);
    buf_init(&storage->user, (size_t)UPDATE_USER_MAX_POINTS * 4);
    buf_init(&storage->text, (size_t)UPDATE_TEXT_MAX_POINTS * 4);
    buf_init(&storage->payload, UPDATE_PAYLOAD_MAX);
    buf_init(&storage->asking, UPDATE_ASKING_MAX);
}

/* The members of `from` that tell who or what it is; nothing else goes along. */
static struct json *identity(const struct json *from)
{
    static const char *const TEXTS[] = {"type",       "title",     "username",
                                        "first_name", "last_name", "language_code"};
    struct json *out = json_object();
    int64_t id = 0;

    if (json_int(from, "id", &id)) {
        json_set_int(out, "id", id);
    }
    for (size_t i = 0; i < ARRAY_LEN(TEXTS); i++) {
        const char *text = json_text(from, TEXTS[i]);
        struct buf cut;

        if (text) {
            buf_init(&cut, (size_t)UPDATE_TITLE_MAX_POINTS * 4);
            add_cut(&cut, text, UPDATE_TITLE_MAX_POINTS);
            json_set_text(out, TEXTS[i], buf_text(&cut));
            buf_free(&cut);
        }
    }
    return out;
}

/* Whoever writes asks to be let in, and so does whoever adds the bot to a group. */
static bool would_ask(const struct json *event, const struct source *source)
{
    const char *status = json_text(event, "new_chat_member.status");
    const char *type = json_text(event, "chat.type");

    switch (source->kind) {
    case UPDATE_MESSAGE:
        return true;
    case UPDATE_MEMBER:
        return status && type && strcmp(type, "private") != 0 &&
               (strcmp(status, "member") == 0 || strcmp(status, "administrator") == 0);
    case UPDATE_CALLBACK:
    case UPDATE_REQUEST:
        return false;
    }
    return false;
}

static void keep_asking(const struct json *event, const struct source *source, struct buf *out)
{
    struct json *request;
    struct json *root;

    if (!would_ask(event, source)) {
        return;
    }
    request = json_object();
    root = json_object();
    json_set(request, "chat", identity(json_at(event, "chat")));
    json_set(request, "from", identity(json_at(event, source->from)));
    json_set(root, "request", request);
    json_print(root, out);
    json_free(root);
}

static void keep_callback_id(const struct json *event, struct update_storage *storage)
{
    const char *id = json_text(event, "id");

    if (id && strlen(id) < sizeof(storage->callback_id)) {
        (void)snprintf(storage->callback_id, sizeof(storage->callback_id), "%s", id);
    }
}

enum update_reading update_read(const struct json *node, struct update_storage *storage,
                                struct update *out, int64_t *out_update_id)
{
    const struct source *source = NULL;
    const struct json *event = NULL;
    struct update update = {0};

    *out_update_id = 0;
    if (!json_int(node, "update_id", &update.update_id) || update.update_id <= 0) {
        return UPDATE_UNREADABLE;
    }
    *out_update_id = update.update_id;
    for (size_t i = 0; i < ARRAY_LEN(SOURCES) && !event; i++) {
        source = &SOURCES[i];
        event = json_at(node, source->name);
    }
    if (!event) {
        return UPDATE_UNKNOWN;
    }
    if (!json_int(event, source->chat_id, &update.chat_id) || update.chat_id == 0) {
        return UPDATE_UNREADABLE;
    }
    reset(storage);
    update.kind = source->kind;
    (void)json_int(json_at(event, source->from), "id", &update.user_id); /* else nobody */
    read_user(json_at(event, source->from), &storage->user);
    add_cut(&storage->text, find_text(event, source), UPDATE_TEXT_MAX_POINTS);
    json_print(node, &storage->payload);
    keep_asking(event, source, &storage->asking);
    if (source->kind == UPDATE_CALLBACK) {
        keep_callback_id(event, storage);
    }
    update.user = buf_text(&storage->user);
    update.text = buf_text(&storage->text);
    update.payload = buf_ok(&storage->payload) ? buf_text(&storage->payload) : "{}";
    *out = update;
    return UPDATE_READ;
}

void update_storage_free(struct update_storage *storage)
{
    buf_free(&storage->user);
    buf_free(&storage->text);
    buf_free(&storage->payload);
    buf_free(&storage->asking);
    storage->callback_id[0] = '\0';
}
