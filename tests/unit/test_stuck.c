/* SPDX-License-Identifier: MIT */
/* What is stuck, why, and what to type: a survey in, findings out. */
#include "shared/ops/stuck.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define WORKER(seen, rest)                   \
    "{\"name\":\"web1-5\",\"seen_ms\":" seen \
    ",\"report\":{\"role\":\"worker\","      \
    "\"host\":\"web1\",\"pid\":5" rest "}}"
#define GATEWAY(checks)                                                         \
    "{\"name\":\"web1-4\",\"seen_ms\":999000,\"report\":{\"role\":\"gateway\"," \
    "\"host\":\"web1\",\"pid\":4,\"checks\":{" checks "}}}"
#define SERVICES(list) "\"services\":[" list "],"
#define ALIVE          WORKER("999000", "")
#define SILENT         WORKER("900000", "")
#define GONE                                                                   \
    "{\"name\":\"web1-5\",\"seen_ms\":900000,\"report\":{\"role\":\"worker\"," \
    "\"host\":\"web1\",\"pid\":6}}"
#define NATIVE(seen)                                      \
    "{\"name\":\"web1-6\",\"seen_ms\":" seen              \
    ",\"report\":{\"role\":\"worker\",\"host\":\"web1\"," \
    "\"pid\":6,\"container\":false}}"
#define UNIT(role, pid, seen, rest)                                                \
    "{\"name\":\"web1-" pid "\",\"seen_ms\":" seen ",\"report\":{\"role\":\"" role \
    "\",\"host\":\"web1\",\"pid\":" pid ",\"run_by\":\"systemd\",\"container\":false" rest "}}"
#define LONG "12345678901234567890123456789012345678901234567890"
#define RUNNING(rest)                                                        \
    "\"running\":[{\"id\":\"7-10\",\"update_id\":\"10\",\"chat_id\":\"42\"," \
    "\"consumer\":\"web1-5-2\",\"received_ms\":800000,\"behind\":3" rest "}],"

/* What follows has the last word on nothing: of two members with one name the first counts. */
#define WELL                                                                 \
    "\"now_ms\":1000000,\"lease\":{\"holder\":\"web1-4\",\"left_ms\":9000}," \
    "\"services\":[" ALIVE "," GATEWAY("") "]}"

static char state_stopped(int64_t pid)
{
    return pid == 5 ? 'T' : 'S';
}

struct row {
    const char *name;
    const char *json; /* before WELL            */
    const char *info;
    enum stuck_cause cause; /* the only finding, STUCK_CAUSE_COUNT for none */
    const char *subject;
    const char *words; /* in the sentence */
    const char *command;
};

/* clang-format off */
static struct row ROWS[] = {
    {"all is well", "", "", STUCK_CAUSE_COUNT, "", "", ""},
    {"an update that has run for a moment",
     RUNNING(",\"idle_ms\":5000") "\"now_ms\":805000," SERVICES(WORKER("804000", "")), "", STUCK_CAUSE_COUNT, "", "", ""},
    {"Redis evicts", "", "redis_version:7.0.15\r\nmaxmemory_policy:allkeys-lru\r\naof_enabled:1\r\n",
     STUCK_REDIS_UNSAFE, "Redis", "maxmemory-policy is allkeys-lru", "docker-compose.override.yml"},
    {"Redis evicts, and no container is there", SERVICES(NATIVE("999000")),
     "redis_version:7.0.15\r\nmaxmemory_policy:allkeys-lru\r\naof_enabled:1\r\n",
     STUCK_REDIS_UNSAFE, "Redis", "maxmemory-policy is allkeys-lru", "redis-cli CONFIG SET appendonly yes"},
    {"Redis is nearly full", "", "used_memory:96468992\r\nmaxmemory:104857600\r\n",
     STUCK_REDIS_FULL, "Redis", "92 of 100 MB", "raise maxmemory to 216mb in docker-compose.override.yml"},
    {"Redis is nearly full, and no container is there", SERVICES(NATIVE("999000")), "used_memory:96468992\r\nmaxmemory:104857600\r\n",
     STUCK_REDIS_FULL, "Redis", "92 of 100 MB", "redis-cli CONFIG SET maxmemory 216mb"},
    {"Redis has no limit", "", "used_memory:96468992\r\nmaxmemory:0\r\n", STUCK_CAUSE_COUNT, "", "", ""},
    {"the queue contradicts itself", "\"damage\":[\"chat 1 is kept busy\"],", "",
     STUCK_DAMAGED, "queue", "chat 1 is kept busy", "queuectl fsck --repair"},
    {"no gateway ever", SERVICES(ALIVE) "\"lease\":{\"holder\":\"\"},", "",
     STUCK_NO_GATEWAY, "gateway", "none has reported", "docker-compose up -d gateway"},
    {"a worker that was stopped by a signal", SERVICES(SILENT), "",
     STUCK_NO_WORKER, "worker", "process 5 was stopped by a signal", "kill -CONT 5  # on web1"},
    {"a worker that has failed", SERVICES(WORKER("999000", ",\"ended\":\"bot.db is not ours\"")), "",
     STUCK_NO_WORKER, "worker", "web1-5 has ended 1 s ago: bot.db is not ours", "docker-compose up -d worker"},
    {"a worker without a container was killed", SERVICES(NATIVE("900000")), "",
     STUCK_NO_WORKER, "worker", "was last heard from 100 s ago", "deploy/run  # on web1, or what else starts the worker"},
    {"a worker that systemd runs was killed", SERVICES(UNIT("worker", "6", "900000", "")), "",
     STUCK_NO_WORKER, "worker", "was last heard from 100 s ago", "systemctl start beget-manager-worker  # on web1"},
    {"no worker ever, where systemd runs the gateway", SERVICES(UNIT("gateway", "4", "999000", "")), "",
     STUCK_NO_WORKER, "worker", "none has reported", "systemctl start beget-manager-worker  # on web1"},
    {"a gateway that systemd runs and that waits",
     SERVICES(ALIVE "," UNIT("gateway", "4", "999000", ",\"checks\":{\"lease\":{\"ok\":false,\"why\":\"no answer of Redis\"}}"))
     "\"lease\":{\"holder\":\"\"},", "",
     STUCK_NO_GATEWAY, "gateway", "web1-4 runs and does not work", "journalctl -u beget-manager-gateway -n 20  # on web1"},
    {"Telegram refuses the token of a gateway that systemd runs",
     SERVICES(ALIVE "," UNIT("gateway", "4", "999000", ",\"checks\":{\"telegram\":{\"ok\":false,\"why\":\"401 Unauthorized\"}}")), "",
     STUCK_TELEGRAM, "web1-4", "401 Unauthorized",
     "/beget-manager/secrets/telegram-bot-token, then: systemctl restart beget-manager-gateway  # on web1"},
    {"nobody takes what waits for a worker that systemd runs", SERVICES(UNIT("worker", "6", "999000", ""))
     "\"updates\":{\"unread\":9,\"oldest_unread\":{\"id\":\"900000-1\",\"ms\":900000}},", "",
     STUCK_UPDATES_WAIT, "9 updates", "nobody has taken 900000-1",
     "/beget-manager/worker.env, then: systemctl restart beget-manager-worker  # on web1"},
    {"nobody takes what waits, and no container is there", SERVICES(NATIVE("999000"))
     "\"updates\":{\"unread\":9,\"oldest_unread\":{\"id\":\"900000-1\",\"ms\":900000}},", "",
     STUCK_UPDATES_WAIT, "9 updates", "nobody has taken 900000-1", "start a second worker, or raise WORKER_THREADS"},
    {"Beget refuses the password of a worker without a container",
     SERVICES("{\"name\":\"web1-6\",\"seen_ms\":999000,\"report\":{\"role\":\"worker\",\"host\":\"web1\",\"container\":false,"
     "\"checks\":{\"beget\":{\"ok\":false,\"why\":\"look at BEGET_PASSWORD\"}}}}"), "",
     STUCK_BEGET, "web1-6", "look at BEGET_PASSWORD",
     "set BEGET_LOGIN and BEGET_PASSWORD in .env, then: deploy/run  # on web1, or what else starts the worker"},
    {"a name that a shell would obey", "\"limits\":[{\"account\":\"a; rm -rf '/'\",\"until_ms\":1060000}],", "",
     STUCK_BEGET_LIMIT, "account a; rm -rf '/'", "for 60 s more", "queuectl limits clear 'a; rm -rf '\\''/'\\''' --why"},
    {"a name that is too long to be one",
     "\"limits\":[{\"account\":\"" LONG LONG LONG LONG "\",\"until_ms\":1060000}],", "",
     STUCK_BEGET_LIMIT, "account " LONG "1234567890123456789012345678901234567", "for 60 s more", "queuectl limits clear '' --why"},
    {"a gateway that was killed a moment ago", SERVICES(ALIVE "," GATEWAY("")) "\"lease\":{\"holder\":\"\"},", "",
     STUCK_NO_GATEWAY, "gateway", "web1-4 was last heard from 1 s ago", "docker-compose up -d gateway"},
    {"a gateway that runs and waits", SERVICES(ALIVE "," GATEWAY("\"updates\":{\"ok\":true},\"lease\":{\"ok\":false,\"why\":\"no answer of Redis\"}"))
     "\"lease\":{\"holder\":\"\"},", "",
     STUCK_NO_GATEWAY, "gateway", "web1-4 runs and does not work: no answer of Redis", "docker-compose logs --tail=20 gateway"},
    {"Telegram is not reached",
     SERVICES(ALIVE "," GATEWAY("\"telegram\":{\"ok\":false,\"age_ms\":70000,\"why\":\"cannot connect\"}")), "",
     STUCK_TELEGRAM, "web1-4", "cannot connect", "docker-compose logs --tail=20 gateway"},
    {"another program polls",
     SERVICES(ALIVE "," GATEWAY("\"telegram\":{\"ok\":false,\"age_ms\":70000,\"why\":\"409 Conflict: terminated\"}")), "",
     STUCK_TELEGRAM, "web1-4", "409 Conflict", "stop the other program"},
    {"Telegram refuses the token",
     SERVICES(ALIVE "," GATEWAY("\"telegram\":{\"ok\":false,\"age_ms\":70000,\"why\":\"401 Unauthorized\"}")), "",
     STUCK_TELEGRAM, "web1-4", "401 Unauthorized", "set TELEGRAM_BOT_TOKEN"},
    {"Beget refuses the password",
     SERVICES(WORKER("999000", ",\"checks\":{\"beget\":{\"ok\":false,\"why\":\"login refused: look at BEGET_LOGIN, BEGET_PASSWORD\"}}") "," GATEWAY("")), "",
     STUCK_BEGET, "web1-5", "login refused", "set BEGET_LOGIN and BEGET_PASSWORD"},
    {"a worker that has just begun and has not heard of Beget",
     SERVICES(WORKER("999000", ",\"started_ms\":998000,\"checks\":{\"beget\":{\"ok\":false,\"age_ms\":null,\"why\":\"not yet\"}}") "," GATEWAY("")), "",
     STUCK_CAUSE_COUNT, "", "", ""},
    {"a worker that has begun a while ago and has not heard of Beget",
     SERVICES(WORKER("999000", ",\"started_ms\":979000,\"checks\":{\"beget\":{\"ok\":false,\"age_ms\":null,\"why\":\"not yet\"}}") "," GATEWAY("")), "",
     STUCK_BEGET, "web1-5", "not yet", "docker-compose logs --tail=20 worker"},
    {"a worker that has just begun and that Beget refuses again",
     SERVICES(WORKER("999000", ",\"started_ms\":998000,\"checks\":{\"beget\":{\"ok\":false,\"age_ms\":500,\"why\":\"refused: look at BEGET_PASSWORD\"}}") "," GATEWAY("")), "",
     STUCK_BEGET, "web1-5", "refused", "set BEGET_LOGIN"},
    {"Beget is not reached",
     SERVICES(WORKER("999000", ",\"checks\":{\"beget\":{\"ok\":false,\"why\":\"no answer\"}}") "," GATEWAY("")), "",
     STUCK_BEGET, "web1-5", "no answer", "docker-compose logs --tail=20 worker"},
    {"a worker meets the limit of Beget",
     SERVICES(WORKER("999000", ",\"checks\":{\"beget\":{\"ok\":false,\"why\":\"the account's limit of calls is used up\"}}") "," GATEWAY(""))
     "\"limits\":[{\"account\":\"login\",\"until_ms\":1060000}],", "",
     STUCK_BEGET_LIMIT, "account login", "for 60 s more", "queuectl limits clear login"},
    {"bot.db has an event of a newer program",
     SERVICES(WORKER("999000", ",\"checks\":{\"journal\":{\"ok\":false,\"why\":\"an event is a newer program's\"}}") "," GATEWAY("")), "",
     STUCK_JOURNAL, "web1-5", "newer program", "install this worker's newer version"},
    {"bot.db cannot be written",
     SERVICES(WORKER("999000", ",\"checks\":{\"journal\":{\"ok\":false,\"why\":\"disk full\"}}") "," GATEWAY("")), "",
     STUCK_JOURNAL, "web1-5", "disk full", "df -h"},
    {"the journal has no events, as its Redis is away",
     SERVICES(WORKER("999000", ",\"checks\":{\"journal\":{\"ok\":false,\"why\":\"redis h:6379/0: connection lost\"}}") "," GATEWAY("")), "",
     STUCK_JOURNAL, "web1-5", "connection lost", "docker-compose logs --tail=20 worker"},
    {"a silent worker has an update, another worker is there",
     SERVICES(GONE ","  "{\"name\":\"web2-5\",\"seen_ms\":999000,\"report\":{\"role\":\"worker\"}}")
     RUNNING(",\"idle_ms\":100000"), "",
     STUCK_HELD_BY_SILENT, "update 10", "web1-5-2 has it and is silent for 100 s; chat 42 waits, with 3 behind it",
     "queuectl release 7-10 --why \"its worker is silent\""},
    {"a worker that was stopped by a signal has an update",
     SERVICES(SILENT ","  "{\"name\":\"web2-5\",\"seen_ms\":999000,\"report\":{\"role\":\"worker\"}}")
     RUNNING(",\"idle_ms\":100000"), "",
     STUCK_HELD_BY_SILENT, "update 10", "web1-5-2 has it", "kill -CONT 5"},
    {"the same after a call was begun",
     SERVICES("{\"name\":\"web2-5\",\"seen_ms\":999000,\"report\":{\"role\":\"worker\"}}")
     RUNNING(",\"idle_ms\":100000,\"begun\":{\"what\":\"dns/changeRecords x\"}"), "",
     STUCK_HELD_BY_SILENT, "update 10", "it has begun \"dns/changeRecords x\"", "queuectl release 7-10"},
    {"a call hangs", RUNNING(",\"idle_ms\":5000"), "",
     STUCK_RUNNING_LONG, "update 10", "web1-5-2 works on it for 200 s", "queuectl release 7-10 --why \"its call hangs\""},
    {"a worker has just begun with an old update",
     SERVICES(WORKER("999000", ",\"doing\":[{\"entry\":\"7-10\",\"since_ms\":999000}]") "," GATEWAY(""))
     RUNNING(",\"idle_ms\":5000"), "", STUCK_CAUSE_COUNT, "", "", ""},
    {"nobody takes what waits",
     "\"updates\":{\"unread\":9,\"free\":0,\"running\":4,\"oldest_unread\":{\"id\":\"900000-1\",\"ms\":900000}},", "",
     STUCK_UPDATES_WAIT, "9 updates", "nobody has taken 900000-1 for 100 s: 4 are being worked on",
     "docker-compose up -d --scale worker=2"},
    {"nobody takes what was given back",
     "\"updates\":{\"free\":1,\"running\":4,\"oldest_free\":{\"id\":\"100000-1\",\"ms\":100000},\"free_since_ms\":930000},", "",
     STUCK_UPDATES_WAIT, "1 updates", "nobody has taken 100000-1 for 70 s", "docker-compose up -d --scale worker=2"},
    {"an old update was given back a moment ago",
     "\"updates\":{\"free\":1,\"running\":4,\"oldest_free\":{\"id\":\"100000-1\",\"ms\":100000},\"free_since_ms\":999000},", "",
     STUCK_CAUSE_COUNT, "", "", ""},
    {"a reply waits",
     "\"replies\":{\"length\":2,\"oldest\":{\"id\":\"900000-0\",\"ms\":900000,\"chat_id\":\"42\",\"kind\":\"sendMessage\"}},", "",
     STUCK_REPLIES_WAIT, "chat 42", "sendMessage has not been delivered for 100 s", "queuectl show 900000-0"},
    {"Telegram floods a chat",
     "\"replies\":{\"length\":2,\"oldest\":{\"id\":\"900000-0\",\"ms\":900000,\"chat_id\":\"42\"}},"
     "\"floods\":[{\"chat_id\":\"42\",\"until_ms\":4600000,\"waiting\":2}],", "",
     STUCK_TELEGRAM_FLOOD, "chat 42", "for 3600 s more; 2 replies wait", "queuectl limits clear chat:42"},
    {"Beget's limit is used up", "\"limits\":[{\"account\":\"login\",\"until_ms\":1060000}],", "",
     STUCK_BEGET_LIMIT, "account login", "for 60 s more", "queuectl limits clear login"},
    {"a bot.db is gone",
     "\"events\":{\"length\":50,\"newest_ms\":999000,\"oldest\":{\"ms\":300000},"
     "\"followers\":[{\"name\":\"journal-1\",\"position\":\"200000-0\"},{\"name\":\"journal-2\",\"position\":\"999000-0\"}]},", "",
     STUCK_EVENTS_BEHIND, "journal-1", "699 s behind", "redis-cli XGROUP DESTROY '{beget}:events' journal-1"},
    {"a bot.db has just begun to follow",
     "\"events\":{\"length\":5,\"newest_ms\":999000,\"oldest\":{\"ms\":900000},"
     "\"followers\":[{\"name\":\"journal-1\",\"position\":\"0-0\"}]},", "", STUCK_CAUSE_COUNT, "", "", ""},
    {"the queue is paused",
     "\"meta\":{\"paused\":\"1\",\"paused_by\":\"ann\",\"paused_why\":\"repair\",\"paused_ms\":\"990000\"},", "",
     STUCK_PAUSED, "queue", "paused by ann: repair", "queuectl resume"},
    {"nobody knows an outcome",
     "\"unknown\":{\"count\":1,\"some\":[{\"update_id\":\"10\",\"chat_id\":\"42\",\"outcome\":{\"what\":\"dns/changeRecords x\",\"ms\":5}}]},", "",
     STUCK_UNKNOWN, "update 10", "\"dns/changeRecords x\" was carried out for chat 42:", "queuectl unknown settle u10 done"},
    {"an update was given up",
     "\"dead\":{\"length\":1,\"oldest\":[{\"id\":\"9-0\",\"kind\":\"message\",\"update_id\":\"10\",\"chat_id\":\"42\","
     "\"reason\":\"delivered 3 times\",\"died_ms\":5}]},", "",
     STUCK_DEAD, "update 10", "message of chat 42 was given up: delivered 3 times", "queuectl drop 9-0"},
};
/* clang-format on */

static struct stuck_findings found;

static void search(const char *json, const char *info)
{
    const struct stuck_options options = {.patience_ms = STUCK_PATIENCE_MS,
                                          .prefix = "beget",
                                          .host = "web1",
                                          .process_state = state_stopped};
    struct survey survey = {.tree = NULL};
    struct err err = ERR_INIT;
    char text[4096];

    (void)snprintf(text, sizeof(text), "{%s%s", json, WELL);
    if (!survey_read(text, info, &survey, &err)) {
        fail_msg("%s", err.message);
    }
    stuck_find(&survey, &options, &found);
    survey_free(&survey);
}

static void assert_has(const char *text, const char *words)
{
    if (!strstr(text, words)) {
        fail_msg("\"%s\" does not say \"%s\"", text, words);
    }
}

static void a_row_is_found(void **state)
{
    const struct row *row = *state;

    search(row->json, row->info);
    if (row->cause == STUCK_CAUSE_COUNT) {
        assert_int_equal(found.count, 0);
        return;
    }
    assert_int_equal(found.count, 1);
    assert_string_equal(stuck_cause_name(found.rows[0].cause), stuck_cause_name(row->cause));
    assert_string_equal(found.rows[0].subject, row->subject);
    assert_has(found.rows[0].what, row->words);
    assert_has(found.rows[0].command, row->command);
}

/* The worst is what somebody reads first. */
static void the_critical_come_first(void **state)
{
    (void)state;
    search("\"meta\":{\"paused\":\"1\"}," SERVICES(SILENT), "");
    assert_int_equal(found.count, 2);
    assert_int_equal(found.rows[0].cause, STUCK_NO_WORKER);
    assert_int_equal(found.rows[1].cause, STUCK_PAUSED);
}

static void each_cause_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < STUCK_CAUSE_COUNT; i++) {
        enum stuck_cause cause = STUCK_CAUSE_COUNT;

        assert_true(stuck_cause_of(stuck_cause_name((enum stuck_cause)i), &cause));
        assert_int_equal(cause, i);
        assert_true(strlen(stuck_cause_help(cause)) > 0);
    }
}

static void what_has_no_room_is_counted(void **state)
{
    char json[16384] = "\"damage\":[\"x\"";
    size_t len = strlen(json);

    (void)state;
    for (size_t i = 0; i < STUCK_FINDINGS_MOST + 4; i++) {
        len += (size_t)snprintf(json + len, sizeof(json) - len, ",\"x\"");
    }
    (void)snprintf(json + len, sizeof(json) - len, "],");
    search(json, "");
    assert_int_equal(found.count, STUCK_FINDINGS_MOST);
    assert_int_equal(found.left_out, 5);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(ROWS) + 3];

    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        tests[i] = (struct CMUnitTest){
            .name = ROWS[i].name, .test_func = a_row_is_found, .initial_state = &ROWS[i]};
    }
    tests[ARRAY_LEN(ROWS)] = (struct CMUnitTest)cmocka_unit_test(the_critical_come_first);
    tests[ARRAY_LEN(ROWS) + 1] =
        (struct CMUnitTest)cmocka_unit_test(each_cause_has_a_name_of_its_own);
    tests[ARRAY_LEN(ROWS) + 2] = (struct CMUnitTest)cmocka_unit_test(what_has_no_room_is_counted);
    return cmocka_run_group_tests_name("stuck", tests, NULL, NULL);
}
