/* SPDX-License-Identifier: MIT */
/* doctor: is everything as it should be around the queue? */
#include "deploy/queuectl/cell.h"
#include "deploy/queuectl/look.h"
#include "deploy/queuectl/permissions.h"
#include "deploy/queuectl/verb_functions.h"
#include "shared/base/clock.h"
#include "shared/base/compiler.h"
#include "shared/io/sqlite.h"
#include "shared/ops/readings.h"
#include "shared/ops/stuck_service.h"
#include "worker/journal/schema.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SKEW_MOST_MS = 2000, MEMORY_MOST_PERCENT = 90, BUSY_MS = 1000, PATH_SIZE = 600 };

static const struct column COLUMNS[] = {
    {"check", "CHECK", CELL_TEXT},
    {"state", "STATE", CELL_TEXT},
    {"text", "", CELL_TEXT},
};

enum state { STATE_OK, STATE_NOTE, STATE_BAD };

struct visit {
    struct session *session;
    const struct look *look; /* NULL: Redis could not be asked */
    size_t bad;
};

static void PRINTF_LIKE(4, 5)
    say(struct visit *visit, const char *check, enum state state, const char *format, ...)
{
    static const char *const NAMES[] = {"ok", "note", "bad"};
    static const enum tone TONES[] = {TONE_GOOD, TONE_WARN, TONE_BAD};
    char text[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    visit->bad += state == STATE_BAD;
    listing_text(visit->session->listing, check);
    listing_text(visit->session->listing, NAMES[state]);
    listing_tone(visit->session->listing, TONES[state]);
    listing_text(visit->session->listing, text);
    listing_row(visit->session->listing);
}

/* ---- Redis ---- */

static void check_server(struct visit *visit)
{
    const struct server_facts *facts = &visit->look->survey.server;
    char why[SERVER_WHY_SIZE];
    enum server_verdict verdict = server_judge(facts, why);

    if (verdict == SERVER_SAFE) {
        say(visit, "server", STATE_OK, "version %s, evicts nothing, keeps an append-only file",
            facts->version);
    } else {
        say(visit, "server", STATE_BAD, "%s", why);
    }
}

static void check_memory(struct visit *visit)
{
    const struct survey *survey = &visit->look->survey;
    int64_t percent = reading_memory_percent(survey);
    struct buf used;
    struct buf limit;

    buf_init(&used, 64);
    buf_init(&limit, 64);
    cell_bytes(&used, survey->memory_used);
    cell_bytes(&limit, survey->memory_limit);
    if (survey->memory_limit == 0) {
        say(visit, "memory", STATE_NOTE,
            "%s, and no maxmemory: the host's memory is the limit, and then the system kills Redis",
            buf_text(&used));
    } else {
        say(visit, "memory", percent >= MEMORY_MOST_PERCENT ? STATE_BAD : STATE_OK,
            "%s of %s, %" PRId64 " %%", buf_text(&used), buf_text(&limit), percent);
    }
    buf_free(&used);
    buf_free(&limit);
}

static void check_clock(struct visit *visit)
{
    int64_t skew_ms = visit->look->survey.now_ms - clock_unix_ms();

    skew_ms = skew_ms < 0 ? -skew_ms : skew_ms;
    say(visit, "clock", skew_ms > SKEW_MOST_MS ? STATE_BAD : STATE_OK,
        "this host and Redis are %" PRId64 " ms apart", skew_ms);
}

static void check_library(struct visit *visit)
{
    int64_t theirs = visit->look->survey.library;
    int64_t ours = queue_library_version();

    if (theirs == ours) {
        say(visit, "functions", STATE_OK, "version %" PRId64, theirs);
    } else {
        say(visit, "functions", STATE_NOTE,
            "version %" PRId64 " on the server, %" PRId64 " in this program: %s", theirs, ours,
            theirs > ours ? "use the queuectl of the newer services"
                          : "the first newer service that starts replaces it");
    }
}

/* True when the stream has the group. */
static bool has_group(struct session *session, const char *stream, const char *group)
{
    struct redis_reply *reply = NULL;
    struct err ignored = ERR_INIT;
    char key[QUEUE_KEY_SIZE];
    bool found = false;

    if (!ASK_REDIS(session, &reply, &ignored, "XINFO", "GROUPS",
                   session_key(session, stream, key))) {
        return false;
    }
    for (size_t i = 0; i < redis_reply_count(reply); i++) {
        const char *name = redis_reply_text(redis_reply_item(redis_reply_item(reply, i), 1), NULL);

        found = found || (name && strcmp(name, group) == 0);
    }
    redis_reply_free(reply);
    return found;
}

static void check_groups(struct visit *visit)
{
    bool workers = has_group(visit->session, KEY_UPDATES, GROUP_WORKERS);
    bool gateway = has_group(visit->session, KEY_REPLIES, GROUP_GATEWAY);
    bool journal = visit->look->survey.events.follower_count > 0;

    if (workers && gateway && journal) {
        say(visit, "groups", STATE_OK, "workers, gateway, and %zu bot.db that follow the events",
            visit->look->survey.events.follower_count);
    } else {
        say(visit, "groups", STATE_BAD, "missing:%s%s%s; a service that runs makes its own anew",
            workers ? "" : " workers", gateway ? "" : " gateway", journal ? "" : " a bot.db");
    }
}

static void check_rights(struct visit *visit)
{
    const char *seeded = json_text(visit->look->survey.meta, "seeded");

    if (seeded && seeded[0] != '\0') {
        say(visit, "rights", STATE_OK, "filled by %s", seeded);
    } else {
        say(visit, "rights", STATE_BAD,
            "no worker has filled this Redis with the rights of its bot.db: strangers' messages"
            " stay with Telegram");
    }
}

/* Where everybody is the same user, whoever reaches Redis may do everything. */
static void check_users(struct visit *visit, const char *user)
{
    if (strcmp(user, "default") == 0) {
        say(visit, "users", STATE_NOTE,
            "Redis has no users of its own for each program: whoever reaches it may do everything."
            " docs/redis.md says how to make them");
    } else {
        say(visit, "users", STATE_OK, "this program is the user %s", user);
    }
}

static void check_permissions(struct visit *visit)
{
    static const char *const SENTENCES[] = {
        [PERMISSIONS_ALL] = "may do all that services and operators do",
        [PERMISSIONS_OF_OPERATORS] = "may do all that operators do",
        [PERMISSIONS_OF_READERS] = "may look, and change nothing",
    };
    struct permissions found = {.answer = PERMISSIONS_NOT_KNOWN};
    struct err ignored = ERR_INIT;
    struct buf refused;

    buf_init(&refused, 4096);
    if (!permissions_ask(visit->session, &found, &refused, &ignored) ||
        found.answer == PERMISSIONS_NOT_KNOWN) {
        say(visit, "user", STATE_NOTE, "the server does not tell what this user may do");
    } else if (found.answer == PERMISSIONS_SOME) {
        say(visit, "user", STATE_BAD, "may not: %s", buf_text(&refused));
    } else {
        say(visit, "user", STATE_OK, "%s", SENTENCES[found.answer]);
    }
    if (found.user[0] != '\0') {
        check_users(visit, found.user);
    }
    buf_free(&refused);
}

/* ---- the services ---- */

static void check_services(struct visit *visit)
{
    const struct survey *survey = &visit->look->survey;
    int64_t workers = reading_workers(survey);
    int64_t gateways = reading_gateways(survey);

    say(visit, "services", workers > 0 && gateways > 0 ? STATE_OK : STATE_BAD,
        "heard from: workers %" PRId64 ", gateways %" PRId64 "; %s", workers, gateways,
        survey->lease_holder[0] != '\0' ? survey->lease_holder : "no gateway has the lease");
}

static void check_versions(struct visit *visit)
{
    const struct survey *survey = &visit->look->survey;

    for (size_t i = 0; i < survey->service_count; i++) {
        const struct survey_service *service = &survey->services[i];
        const char *version = json_text(service->report, "version");

        if (stuck_is_alive(survey, service) && version && strcmp(version, PROJECT_VERSION) != 0) {
            say(visit, "versions", STATE_NOTE, "%s is version %s, this program %s", service->name,
                version, PROJECT_VERSION);
        }
    }
}

/* ---- the file ---- */

static void check_file(struct visit *visit)
{
    char path[PATH_SIZE];
    struct schema_found found = {.version = 0};
    struct err err = ERR_INIT;
    struct sqlite *db;

    (void)snprintf(path, sizeof(path), "%s/bot.db", visit->session->settings->data_dir);
    if (access(path, F_OK) != 0) {
        say(visit, "bot.db", STATE_NOTE, "there is no %s here: --data says where it is", path);
        return;
    }
    db = sqlite_open_to_read(path, BUSY_MS, &err);
    if (!db || !schema_find(db, &found, &err)) {
        say(visit, "bot.db", STATE_BAD, "%s: %s", path, err.message);
    } else {
        say(visit, "bot.db", found.version == SCHEMA_VERSION ? STATE_OK : STATE_NOTE,
            "%s, schema %" PRId64 " of %d", path, found.version, SCHEMA_VERSION);
    }
    sqlite_close(db);
}

enum ending verb_doctor(struct session *session, struct err *err)
{
    static void (*const OF_REDIS[])(struct visit *) = {
        check_server, check_memory,   check_clock,    check_library,     check_groups,
        check_rights, check_services, check_versions, check_permissions,
    };
    struct look *look = look_new(session, err);
    struct visit visit = {.session = session, .look = look};

    listing_begin(session->listing, session->schema, COLUMNS, ARRAY_LEN(COLUMNS));
    if (look) {
        say(&visit, "connection", STATE_OK, "%s", redis_address(queue_redis(session->queue)));
    } else {
        say(&visit, "connection", STATE_BAD, "%s", err->message);
    }
    for (size_t i = 0; look && i < ARRAY_LEN(OF_REDIS); i++) {
        OF_REDIS[i](&visit);
    }
    check_file(&visit);
    look_free(look);
    if (!look) {
        *err = ERR_INIT;
        return ENDING_CONNECTION;
    }
    return visit.bad > 0 ? ENDING_PARTIAL : ENDING_OK;
}
