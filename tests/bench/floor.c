/* SPDX-License-Identifier: MIT */
/*
 * What the two services would cost without what they are for: the same HTTP exchanges and the same
 * round trips to Redis, with nothing understood, checked, fenced, kept in order or written to a
 * journal. tests/bench/run measures the services against it.
 *
 * THREADS=0 is the loop: one thread carries each update through all of its steps before it begins
 * the next, so nobody is ever woken up by another. Else the steps are as in the services: a thread
 * that polls, THREADS that work, one that sends.
 */
#include "shared/base/compiler.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/program.h"
#include "shared/base/settings.h"
#include "shared/base/stop.h"
#include "shared/io/http.h"
#include "shared/io/json.h"
#include "shared/io/redis.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    REDIS_TIMEOUT_MS = 5000,
    BLOCK_MS = 1000,
    CALL_TIMEOUT_MS = 65000,
    BODY_MAX_BYTES = 8 * 1024 * 1024,
    BATCH_MAX = 100, /* of getUpdates, and of replies that are read at once */
    CALLS_MAX = 32,  /* sends under way                                     */
    STEPS_MAX = 3,   /* commands per settled reply                          */
    NUMBER_SIZE = 24,
    THREADS_MAX = 64,
};

struct floor_settings {
    char token[256];
    char api_url[512];
    char redis_url[512];
    int64_t threads;
    int log_level;
    int log_format;
};

static struct floor_settings settings;

/* A thread's own connections. */
struct hand {
    char name[32];
    struct redis *redis;
    struct http_client *http;
    int64_t offset; /* of the next getUpdates */
};

struct task {
    pthread_t thread;
    bool (*run)(struct hand *hand, struct err *err);
    struct hand hand;
    bool ok;
    struct err err;
};

static bool hand_open(struct hand *hand, struct err *err)
{
    hand->redis = redis_new(settings.redis_url, hand->name, REDIS_TIMEOUT_MS, err);
    hand->http = hand->redis ? http_client_new(err) : NULL;
    return hand->http != NULL;
}

static void hand_close(struct hand *hand)
{
    redis_free(hand->redis);
    http_client_free(hand->http);
}

/* ---- Redis ---- */

/* Words up to a NULL. */
static struct redis_command *command(const char *const words[])
{
    struct redis_command *made = redis_command_new(words[0]);

    for (size_t i = 1; words[i]; i++) {
        redis_add_text(made, words[i]);
    }
    return made;
}

#define COMMAND(...) command((const char *const[]){__VA_ARGS__, NULL})

/* One round trip whose replies are not looked at. */
static bool run_all(struct hand *hand, struct redis_command *commands[], size_t count,
                    struct err *err)
{
    struct redis_reply **replies = xcalloc(count + 1, sizeof(struct redis_reply *));
    bool ok = redis_run_pipeline(hand->redis, commands, count, replies, err);

    for (size_t i = 0; ok && i < count; i++) {
        ok = redis_reply_check(hand->redis, replies[i], "floor", err);
    }
    for (size_t i = 0; i < count; i++) {
        redis_reply_free(replies[i]);
    }
    free(replies);
    return ok;
}

/* Up to `most` new entries of a stream; *out is released by the caller, and holds none at shutdown.
 */
static bool read_group(struct hand *hand, const char *stream, const char *most,
                       struct redis_reply **out, struct err *err)
{
    *out = NULL;
    return redis_run_blocking(hand->redis,
                              COMMAND("XREADGROUP", "GROUP", "floor", hand->name, "COUNT", most,
                                      "BLOCK", "1000", "STREAMS", stream, ">"),
                              BLOCK_MS, out, err);
}

static const struct redis_reply *entries_of(const struct redis_reply *reply)
{
    return redis_reply_item(redis_reply_item(reply, 0), 1);
}

/* The value of an entry's field; fields are written here, so their order is known. */
static const char *field_of(const struct redis_reply *entry, size_t index)
{
    return redis_reply_text(redis_reply_item(redis_reply_item(entry, 1), 2 * index + 1), NULL);
}

static const char *id_of(const struct redis_reply *entry)
{
    return redis_reply_text(redis_reply_item(entry, 0), NULL);
}

/* ---- the steps ---- */

static struct http_exchange *start_call(struct hand *hand, const char *method, const char *params,
                                        struct err *err)
{
    char url[1024];

    (void)snprintf(url, sizeof(url), "%s/bot%s/%s", settings.api_url, settings.token, method);
    return http_start(hand->http,
                      &(struct http_request){.label = "floor",
                                             .url = url,
                                             .content_type = "application/json",
                                             .body = params,
                                             .body_len = strlen(params),
                                             .timeout_ms = CALL_TIMEOUT_MS,
                                             .max_body_bytes = BODY_MAX_BYTES},
                      NULL, err);
}

static struct redis_command *add_command(const struct json *update)
{
    char update_id[NUMBER_SIZE];
    char chat_id[NUMBER_SIZE];
    struct redis_command *made;
    struct buf payload;
    int64_t number = 0;

    (void)json_int(update, "update_id", &number);
    (void)snprintf(update_id, sizeof(update_id), "%" PRId64, number);
    (void)json_int(update, "message.chat.id", &number);
    (void)snprintf(chat_id, sizeof(chat_id), "%" PRId64, number);
    buf_init(&payload, BODY_MAX_BYTES);
    json_print(update, &payload);
    made = COMMAND("XADD", "{floor}:updates", "*", "update_id", update_id, "chat_id", chat_id,
                   "payload", buf_text(&payload));
    buf_free(&payload);
    return made;
}

/* Puts what getUpdates answered into the stream, in one round trip. */
static bool push(struct hand *hand, const char *body, size_t len, size_t *out_count,
                 struct err *err)
{
    struct redis_command *commands[BATCH_MAX];
    struct json *envelope = json_parse(body, len, err);
    size_t count = 0;

    if (!envelope) {
        return false;
    }
    for (const struct json *update = json_first(json_at(envelope, "result"));
         update && count < BATCH_MAX; update = json_next(update)) {
        (void)json_int(update, "update_id", &hand->offset);
        hand->offset++;
        commands[count++] = add_command(update);
    }
    json_free(envelope);
    *out_count = count;
    return count == 0 || run_all(hand, commands, count, err);
}

static bool poll_once(struct hand *hand, size_t *out_count, struct err *err)
{
    const struct http_response *response;
    struct http_exchange *exchange;
    char params[96];
    bool ok;

    *out_count = 0;
    (void)snprintf(params, sizeof(params), "{\"offset\":%" PRId64 ",\"limit\":100,\"timeout\":50}",
                   hand->offset);
    exchange = start_call(hand, "getUpdates", params, err);
    if (!exchange) {
        return false;
    }
    if (!http_wait(hand->http, CALL_TIMEOUT_MS, -1, true)) {
        http_exchange_free(exchange);
        return err_set(err, ERR_STOPPED, "floor: stopping");
    }
    ok = http_exchange_result(exchange, &response, err) &&
         push(hand, buf_text(&response->body), response->body.len, out_count, err);
    http_exchange_free(exchange);
    return ok;
}

/* A worker's part for one update: take, read, done. *out_any false: there was none. */
static bool work_once(struct hand *hand, bool *out_any, struct err *err)
{
    struct redis_command *reads[] = {
        COMMAND("HGETALL", "{floor}:grants"),
        COMMAND("GET", "{floor}:cache"),
    };
    struct redis_reply *reply = NULL;
    const struct redis_reply *entry;
    bool ok;

    *out_any = false;
    if (!read_group(hand, "{floor}:updates", "1", &reply, err) || redis_reply_is_nil(reply)) {
        redis_command_free(reads[0]);
        redis_command_free(reads[1]);
        redis_reply_free(reply);
        return err->kind == ERR_NONE;
    }
    entry = redis_reply_item(entries_of(reply), 0);
    ok = run_all(hand, reads, ARRAY_LEN(reads), err);
    if (ok) {
        struct redis_command *done[] = {
            COMMAND("MULTI"),
            COMMAND("XACK", "{floor}:updates", "floor", id_of(entry)),
            COMMAND("XDEL", "{floor}:updates", id_of(entry)),
            COMMAND("XADD", "{floor}:replies", "*", "chat_id", field_of(entry, 1), "ref",
                    field_of(entry, 0)),
            COMMAND("XADD", "{floor}:events", "MAXLEN", "~", "1000", "*", "ref", field_of(entry, 0),
                    "chat_id", field_of(entry, 1), "action", "domains"),
            COMMAND("SET", "{floor}:button", id_of(entry), "EX", "172800"),
            COMMAND("EXEC"),
        };

        ok = run_all(hand, done, ARRAY_LEN(done), err);
        *out_any = ok;
    }
    redis_reply_free(reply);
    return ok;
}

static void write_message(const struct redis_reply *entry, char *out, size_t out_size)
{
    (void)snprintf(out, out_size,
                   "{\"chat_id\":%s,\"text\":\"Domains: 1\",\"parse_mode\":\"HTML\","
                   "\"link_preview_options\":{\"is_disabled\":true},\"reply_markup\":"
                   "{\"inline_keyboard\":[[{\"text\":\"example-shop.ru\",\"callback_data\":"
                   "\"AAAAAAAAAAAAAAAA.0\"}],[{\"text\":\"Menu\",\"callback_data\":"
                   "\"AAAAAAAAAAAAAAAA.1\"}]]}}",
                   field_of(entry, 0));
}

/* Starts the sends of entries `first` to `end`. */
static bool start_sends(struct hand *hand, const struct redis_reply *entries, size_t first,
                        size_t end, struct err *err)
{
    for (size_t i = first; i < end; i++) {
        char params[512];

        write_message(redis_reply_item(entries, i), params, sizeof(params));
        if (!start_call(hand, "sendMessage", params, err)) {
            return false;
        }
    }
    return true;
}

/* Says that entries `first` to `end` are delivered, in one round trip. */
static bool settle(struct hand *hand, const struct redis_reply *entries, size_t first, size_t end,
                   struct err *err)
{
    struct redis_command *commands[CALLS_MAX * STEPS_MAX];
    size_t count = 0;

    for (size_t i = first; i < end; i++) {
        const struct redis_reply *entry = redis_reply_item(entries, i);

        commands[count++] = COMMAND("XACK", "{floor}:replies", "floor", id_of(entry));
        commands[count++] = COMMAND("XDEL", "{floor}:replies", id_of(entry));
        commands[count++] = COMMAND("SET", "{floor}:slot", field_of(entry, 1), "EX", "172800");
    }
    return run_all(hand, commands, count, err);
}

/* Sends the entries, CALLS_MAX at a time, each time until all of these have ended. */
static bool send_entries(struct hand *hand, const struct redis_reply *entries, struct err *err)
{
    size_t count = redis_reply_count(entries);

    for (size_t first = 0; first < count; first += CALLS_MAX) {
        size_t end = first + CALLS_MAX < count ? first + CALLS_MAX : count;

        if (!start_sends(hand, entries, first, end, err)) {
            return false;
        }
        for (size_t i = first; i < end; i++) {
            http_exchange_free(http_wait(hand->http, CALL_TIMEOUT_MS, -1, false));
        }
        if (!settle(hand, entries, first, end, err)) {
            return false;
        }
    }
    return true;
}

/* The sender's part: reads up to `most` replies, sends and settles them. */
static bool send_once(struct hand *hand, const char *most, struct err *err)
{
    struct redis_reply *reply = NULL;
    bool ok = read_group(hand, "{floor}:replies", most, &reply, err) &&
              send_entries(hand, entries_of(reply), err);

    redis_reply_free(reply);
    return ok;
}

/* ---- who does them ---- */

static bool run_poller(struct hand *hand, struct err *err)
{
    size_t ignored;

    while (!stop_requested() && poll_once(hand, &ignored, err)) {
    }
    return err->kind == ERR_NONE || err->kind == ERR_STOPPED;
}

static bool run_worker(struct hand *hand, struct err *err)
{
    bool ignored;

    while (!stop_requested() && work_once(hand, &ignored, err)) {
    }
    return err->kind == ERR_NONE || err->kind == ERR_STOPPED;
}

static bool run_sender(struct hand *hand, struct err *err)
{
    while (!stop_requested() && send_once(hand, "100", err)) {
    }
    return err->kind == ERR_NONE || err->kind == ERR_STOPPED;
}

static bool run_loop(struct hand *hand, struct err *err)
{
    bool ok = true;

    while (ok && !stop_requested()) {
        size_t count;
        bool any = false;

        ok = poll_once(hand, &count, err);
        for (; ok && count > 0; count--) {
            ok = work_once(hand, &any, err) && send_once(hand, "1", err);
        }
    }
    return err->kind == ERR_NONE || err->kind == ERR_STOPPED;
}

static bool make_groups(struct err *err)
{
    struct hand hand = {.name = "floor"};
    struct redis_command *commands[] = {
        COMMAND("XGROUP", "CREATE", "{floor}:updates", "floor", "0", "MKSTREAM"),
        COMMAND("XGROUP", "CREATE", "{floor}:replies", "floor", "0", "MKSTREAM"),
    };
    bool ok = hand_open(&hand, err) && run_all(&hand, commands, ARRAY_LEN(commands), err);

    hand_close(&hand);
    return ok;
}

static void *run_task(void *context)
{
    struct task *task = context;

    task->ok = hand_open(&task->hand, &task->err) && task->run(&task->hand, &task->err);
    hand_close(&task->hand);
    stop_request(); /* one that fails ends them all */
    return NULL;
}

static bool run_tasks(struct task tasks[], size_t count, struct err *err)
{
    bool ok = true;

    for (size_t i = 0; i < count; i++) {
        (void)snprintf(tasks[i].hand.name, sizeof(tasks[i].hand.name), "floor-%zu", i);
        if (pthread_create(&tasks[i].thread, NULL, run_task, &tasks[i]) != 0) {
            return err_set(err, ERR_FATAL, "floor: cannot start thread %zu", i);
        }
    }
    for (size_t i = 0; i < count; i++) {
        (void)pthread_join(tasks[i].thread, NULL);
        if (!tasks[i].ok && ok) {
            *err = tasks[i].err;
            ok = false;
        }
    }
    return ok;
}

static bool run(const void *ignored, struct err *err)
{
    struct task tasks[THREADS_MAX + 2] = {{.run = NULL}};
    size_t count = 0;
    bool ok;

    (void)ignored;
    if (settings.threads == 0) {
        tasks[count++].run = run_loop;
    } else {
        tasks[count++].run = run_poller;
        tasks[count++].run = run_sender;
        for (int64_t i = 0; i < settings.threads; i++) {
            tasks[count++].run = run_worker;
        }
    }
    if (!http_library_init(err)) {
        return false;
    }
    ok = make_groups(err) && run_tasks(tasks, count, err);
    http_library_free();
    return ok;
}

#define MEMBER(name) SETTING_MEMBER(struct floor_settings, name)

/* clang-format off */
static const struct setting ROWS[] = {
    /* name                type            member              fallback  min  max          choices             check                    help */
    {"TELEGRAM_BOT_TOKEN", SETTING_SECRET, MEMBER(token),      NULL,     1,   0,           NULL,               NULL,                    "As the gateway's"},
    {"TELEGRAM_API_URL",   SETTING_TEXT,   MEMBER(api_url),    NULL,     1,   0,           NULL,               setting_check_http_url,  "As the gateway's"},
    {"REDIS_URL",          SETTING_TEXT,   MEMBER(redis_url),  NULL,     1,   0,           NULL,               setting_check_redis_url, "As the services'; the streams are not there yet"},
    {"THREADS",            SETTING_INT,    MEMBER(threads),    NULL,     0,   THREADS_MAX, NULL,               NULL,                    "0 for the loop, else how many work"},
    {"LOG_LEVEL",          SETTING_CHOICE, MEMBER(log_level),  "warn",   0,   0,           LOG_LEVEL_CHOICES,  NULL,                    "error, warn, info or debug"},
    {"LOG_FORMAT",         SETTING_CHOICE, MEMBER(log_format), "logfmt", 0,   0,           LOG_FORMAT_CHOICES, NULL,                    "logfmt or json"},
};
/* clang-format on */

int main(int argc, char **argv)
{
    const struct program program = {
        .name = "floor",
        .version = PROJECT_VERSION,
        .rows = ROWS,
        .row_count = ARRAY_LEN(ROWS),
        .settings = &settings,
        .log_level = &settings.log_level,
        .log_format = &settings.log_format,
        .run = run,
    };

    return program_main(&program, argc, argv);
}
