/* SPDX-License-Identifier: MIT */
#include "shared/queue/survey.h"

#include "shared/base/buf.h"
#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "shared/queue/call.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading: a struct is a table of its members ---- */

enum member_kind { MEMBER_TEXT, MEMBER_INT, MEMBER_BOOL };

struct member {
    const char *path; /* in the JSON */
    enum member_kind kind;
    size_t offset; /* of the member in the struct */
};

#define TEXT(type, member, path)                           \
    {                                                      \
        (path), MEMBER_TEXT, offsetof(struct type, member) \
    }
#define INT(type, member, path)                           \
    {                                                     \
        (path), MEMBER_INT, offsetof(struct type, member) \
    }
#define BOOL(type, member, path)                           \
    {                                                      \
        (path), MEMBER_BOOL, offsetof(struct type, member) \
    }

/* clang-format off */
static const struct member SURVEY[] = {
    INT(survey, now_ms, "now_ms"),
    INT(survey, library, "library"),
    INT(survey, updates.length, "updates.length"),
    INT(survey, updates.unread, "updates.unread"),
    INT(survey, updates.free, "updates.free"),
    INT(survey, updates.parked, "updates.parked"),
    INT(survey, updates.running, "updates.running"),
    INT(survey, updates.free_since_ms, "updates.free_since_ms"),
    INT(survey, replies.length, "replies.length"),
    INT(survey, replies.unread, "replies.unread"),
    INT(survey, replies.taken, "replies.taken"),
    INT(survey, events.length, "events.length"),
    INT(survey, events.newest_ms, "events.newest_ms"),
    INT(survey, dead_count, "dead.length"),
    INT(survey, unknown_count, "unknown.count"),
    INT(survey, intent_count, "intents"),
    TEXT(survey, lease_holder, "lease.holder"),
    INT(survey, lease_left_ms, "lease.left_ms"),
};

static const struct member ENTRY[] = {
    TEXT(survey_entry, id, "id"),
    INT(survey_entry, ms, "ms"),
    TEXT(survey_entry, chat_id, "chat_id"),
    TEXT(survey_entry, kind, "kind"),
};

static const struct {
    const char *path;
    size_t offset; /* in struct survey */
} ENTRIES[] = {
    {"updates.oldest_unread", offsetof(struct survey, updates.oldest_unread)},
    {"updates.oldest_free",   offsetof(struct survey, updates.oldest_free)},
    {"updates.oldest_parked", offsetof(struct survey, updates.oldest_parked)},
    {"replies.oldest",        offsetof(struct survey, replies.oldest)},
    {"events.oldest",         offsetof(struct survey, events.oldest)},
};

static const struct member RUNNING[] = {
    TEXT(survey_running, id, "id"),
    TEXT(survey_running, update_id, "update_id"),
    TEXT(survey_running, chat_id, "chat_id"),
    TEXT(survey_running, kind, "kind"),
    TEXT(survey_running, consumer, "consumer"),
    INT(survey_running, idle_ms, "idle_ms"),
    INT(survey_running, deliveries, "deliveries"),
    INT(survey_running, received_ms, "received_ms"),
    INT(survey_running, deadline_ms, "deadline_ms"),
    INT(survey_running, behind, "behind"),
    TEXT(survey_running, begun, "begun.what"),
    BOOL(survey_running, begun_ended, "begun.ended"),
    INT(survey_running, begun_ms, "begun.ms"),
};

static const struct member CONSUMER[] = {
    TEXT(survey_consumer, name, "name"),
    INT(survey_consumer, pending, "pending"),
    INT(survey_consumer, idle_ms, "idle_ms"),
};

static const struct member SERVICE[] = {
    TEXT(survey_service, name, "name"),
    INT(survey_service, seen_ms, "seen_ms"),
};

static const struct member DEAD[] = {
    TEXT(survey_dead, id, "id"),
    TEXT(survey_dead, kind, "kind"),
    TEXT(survey_dead, update_id, "update_id"),
    TEXT(survey_dead, chat_id, "chat_id"),
    TEXT(survey_dead, reason, "reason"),
    INT(survey_dead, died_ms, "died_ms"),
};

static const struct member UNKNOWN[] = {
    TEXT(survey_unknown, update_id, "update_id"),
    TEXT(survey_unknown, what, "outcome.what"),
    TEXT(survey_unknown, chat_id, "chat_id"),
    INT(survey_unknown, ms, "outcome.ms"),
};

static const struct member LIMIT[] = {
    TEXT(survey_limit, account, "account"),
    TEXT(survey_limit, operators, "operator"),
    INT(survey_limit, until_ms, "until_ms"),
};

static const struct member BUCKET[] = {
    TEXT(survey_bucket, window, "window"),
    INT(survey_bucket, milli_tokens, "milli_tokens"),
};

static const struct member FLOOD[] = {
    TEXT(survey_flood, chat_id, "chat_id"),
    INT(survey_flood, until_ms, "until_ms"),
    INT(survey_flood, waiting, "waiting"),
};

static const struct member FOLLOWER[] = {
    TEXT(survey_follower, name, "name"),
    TEXT(survey_follower, position, "position"),
};
/* clang-format on */

/* What is missing, or of another type, is "" or 0. */
static void read_member(const struct json *node, const struct member *member, char *into)
{
    const char *text;
    int64_t number = 0;
    bool yes = false;

    switch (member->kind) {
    case MEMBER_TEXT:
        text = json_text(node, member->path);
        text = text ? text : "";
        memcpy(into + member->offset, &text, sizeof(text));
        break;
    case MEMBER_INT:
        (void)json_int(node, member->path, &number);
        memcpy(into + member->offset, &number, sizeof(number));
        break;
    case MEMBER_BOOL:
        (void)json_bool(node, member->path, &yes);
        memcpy(into + member->offset, &yes, sizeof(yes));
        break;
    }
}

static void read_members(const struct json *node, const struct member members[], size_t count,
                         void *into)
{
    for (size_t i = 0; i < count; i++) {
        read_member(node, &members[i], into);
    }
}

/* A list of structs of `size` bytes, owned by the caller. */
static void *read_list(const struct json *list, const struct member members[], size_t count,
                       size_t size, size_t *out_count)
{
    size_t most = json_count(list);
    char *rows = xcalloc(most + 1, size);
    size_t at = 0;

    for (const struct json *row = json_first(list); row && at < most; row = json_next(row)) {
        read_members(row, members, count, rows + size * at++);
    }
    *out_count = at;
    return rows;
}

#define READ_LIST(tree, path, members, rows, out_count) \
    read_list(json_at((tree), (path)), (members), ARRAY_LEN(members), sizeof(*(rows)), (out_count))

/* ---- what a table does not say ---- */

static void read_entries(const struct json *tree, struct survey *out)
{
    for (size_t i = 0; i < ARRAY_LEN(ENTRIES); i++) {
        read_members(json_at(tree, ENTRIES[i].path), ENTRY, ARRAY_LEN(ENTRY),
                     (char *)out + ENTRIES[i].offset);
    }
}

static void read_reports(const struct json *list, struct survey *out)
{
    size_t at = 0;

    for (const struct json *row = json_first(list); row && at < out->service_count;
         row = json_next(row)) {
        out->services[at++].report = json_at(row, "report");
    }
}

static void read_buckets(const struct json *list, struct survey_limit *out)
{
    for (const struct json *row = json_first(list); row && out->bucket_count < SURVEY_BUCKETS_MOST;
         row = json_next(row)) {
        read_members(row, BUCKET, ARRAY_LEN(BUCKET), &out->buckets[out->bucket_count++]);
    }
}

static void read_limits(const struct json *list, struct survey *out)
{
    size_t at = 0;

    for (const struct json *row = json_first(list); row && at < out->limit_count;
         row = json_next(row)) {
        read_buckets(json_at(row, "buckets"), &out->limits[at++]);
    }
}

static void read_damage(const struct json *list, struct survey *out)
{
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what the array holds */
    out->damage = xcalloc(json_count(list) + 1, sizeof(*out->damage));
    for (const struct json *row = json_first(list); row; row = json_next(row)) {
        const char *text = json_text(row, "");

        if (text) {
            out->damage[out->damage_count++] = text;
        }
    }
}

/* A number out of the text of INFO; 0 when it is not there. */
static int64_t info_number(const char *info, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = strstr(info, name); at; at = strstr(at + 1, name)) {
        if ((at == info || at[-1] == '\n') && at[len] == ':') {
            return (int64_t)strtoimax(at + len + 1, NULL, 10);
        }
    }
    return 0;
}

static void read_server(const char *info, struct survey *out)
{
    server_facts_read(info, &out->server);
    out->memory_used = info_number(info, "used_memory");
    out->memory_limit = info_number(info, "maxmemory");
}

bool survey_read(const char *json, const char *info, struct survey *out, struct err *err)
{
    struct survey found = {.tree = json_parse(json, strlen(json), err)};
    const struct json *tree = found.tree;

    if (json_type(tree) != JSON_OBJECT) {
        json_free(found.tree);
        return err_set(err, ERR_FATAL, "bq_survey: the answer is no JSON object");
    }
    read_members(tree, SURVEY, ARRAY_LEN(SURVEY), &found);
    read_entries(tree, &found);
    found.running = READ_LIST(tree, "running", RUNNING, found.running, &found.running_shown);
    found.consumers =
        READ_LIST(tree, "consumers", CONSUMER, found.consumers, &found.consumer_count);
    found.services = READ_LIST(tree, "services", SERVICE, found.services, &found.service_count);
    found.dead = READ_LIST(tree, "dead.oldest", DEAD, found.dead, &found.dead_shown);
    found.unknown = READ_LIST(tree, "unknown.some", UNKNOWN, found.unknown, &found.unknown_shown);
    found.limits = READ_LIST(tree, "limits", LIMIT, found.limits, &found.limit_count);
    found.floods = READ_LIST(tree, "floods", FLOOD, found.floods, &found.flood_count);
    found.events.followers = READ_LIST(tree, "events.followers", FOLLOWER, found.events.followers,
                                       &found.events.follower_count);
    read_reports(json_at(tree, "services"), &found);
    read_limits(json_at(tree, "limits"), &found);
    read_damage(json_at(tree, "damage"), &found);
    found.meta = json_at(tree, "meta");
    read_server(info, &found);
    *out = found;
    return true;
}

void survey_free(struct survey *survey)
{
    free(survey->running);
    free(survey->consumers);
    free(survey->services);
    free(survey->dead);
    free(survey->unknown);
    free(survey->limits);
    free(survey->floods);
    free(survey->events.followers);
    free(survey->damage);
    json_free(survey->tree);
    *survey = (struct survey){.tree = NULL};
}

bool survey_is_paused(const struct survey *survey)
{
    const char *paused = json_text(survey->meta, "paused");

    return paused && strcmp(paused, "1") == 0;
}

int64_t survey_counter(const struct survey *survey, const char *name)
{
    int64_t number = 0;

    (void)json_int(survey->meta, name, &number);
    return number;
}

/* ---- asking ---- */

enum { PART_RUNNING, PART_UPDATES, PART_REST, PART_INFO, PART_COUNT };

enum { JSON_MOST = 32 << 20 }; /* 200 reports of the longest are a tenth of it */

static const char FUNCTION[] = "bq_survey";

static struct redis_command *survey_command(const struct queue *queue, const char *part)
{
    struct redis_command *command = queue_look_command(queue, FUNCTION);

    redis_add_text(command, part);
    return command;
}

static bool ask(struct queue *queue, struct redis_reply *out[PART_COUNT], struct err *err)
{
    struct redis_command *commands[PART_COUNT] = {[PART_RUNNING] = survey_command(queue, "running"),
                                                  [PART_UPDATES] = survey_command(queue, "updates"),
                                                  [PART_REST] = survey_command(queue, "rest"),
                                                  [PART_INFO] = redis_command_new("INFO")};

    return redis_run_pipeline(queue_line(queue), commands, PART_COUNT, out, err);
}

static void release(struct redis_reply *replies[PART_COUNT])
{
    for (size_t i = 0; i < PART_COUNT; i++) {
        redis_reply_free(replies[i]);
        replies[i] = NULL;
    }
}

static bool is_missing(const struct redis_reply *reply)
{
    const char *error = redis_reply_error(reply);

    return error && strncmp(error, "ERR Function not found", 22) == 0;
}

/* Several objects as one: "{a", "b" and "c}" of {a}, {b} and {c}. */
static bool join(struct queue *queue, struct redis_reply *const replies[PART_COUNT],
                 struct buf *out, struct err *err)
{
    for (size_t i = PART_RUNNING; i <= PART_REST; i++) {
        const char *json = redis_reply_text(replies[i], NULL);

        if (!redis_reply_check(queue_line(queue), replies[i], FUNCTION, err)) {
            return false;
        }
        if (!json || json[0] != '{' || json[1] == '\0') {
            return queue_odd_answer(FUNCTION, replies[i], err);
        }
        buf_addf(out, "%c%.*s", i == PART_RUNNING ? '{' : ',', (int)strlen(json) - 2, json + 1);
    }
    buf_addf(out, "}");
    return buf_ok(out) || err_set(err, ERR_FATAL, "%s: the answer is too long", FUNCTION);
}

bool queue_survey(struct queue *queue, struct survey *out, struct err *err)
{
    struct redis_reply *replies[PART_COUNT] = {NULL};
    struct buf json;
    const char *info;
    bool ok;

    if (!ask(queue, replies, err)) {
        return false;
    }
    if (is_missing(replies[PART_RUNNING])) { /* nobody has loaded it yet, or an older program */
        release(replies);
        if (!queue_prepare(queue, err) || !ask(queue, replies, err)) {
            return false;
        }
    }
    buf_init(&json, JSON_MOST);
    info =
        redis_reply_error(replies[PART_INFO]) ? NULL : redis_reply_text(replies[PART_INFO], NULL);
    ok = join(queue, replies, &json, err) &&
         survey_read(buf_text(&json), info ? info : "", out, err);
    release(replies);
    buf_free(&json);
    return ok;
}
