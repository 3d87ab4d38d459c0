/* SPDX-License-Identifier: MIT */
/*
 * The journal on real files and a real Redis: older files are taken over, and
 * each event is in the file exactly once, whatever is killed when. The follower
 * is a process of its own, so that it can be killed.
 */
/* NOLINTNEXTLINE: the system decides about this name; prlimit() needs it */
#define _GNU_SOURCE

#include "worker/journal/journal.h"

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/stop.h"
#include "shared/queue/keys.h"
#include "tests/integration/redis_server.h"
#include "tests/integration/tempdir.h"
#include "worker/journal/schema.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { DEADLINE_MS = 30000, LOOK_MS = 5, CHILD_LIFE_S = 60 };

struct world {
    struct redis_server *redis;
    struct tempdir dir;
    char db_path[TEMPDIR_PATH_SIZE];
    char log_path[TEMPDIR_PATH_SIZE];
    struct queue_options options;
    int64_t take_every_ms;
    int64_t keep_looks_ms;
    struct queue *queue; /* of the one who adds events */
    pid_t follower;      /* 0 for none                 */
    struct sqlite *db;   /* of the one who looks       */
};

static struct world world;

static struct queue *new_queue(void)
{
    struct err err = ERR_INIT;
    struct queue *queue = queue_new(&world.options, &err);

    assert_non_null(queue);
    return queue;
}

static int set_up(void **state)
{
    (void)state;
    world = (struct world){.redis = redis_server_start(NULL), .take_every_ms = 3600000};
    tempdir_make(&world.dir);
    tempdir_path(&world.dir, "bot.db", world.db_path);
    tempdir_path(&world.dir, "log", world.log_path);
    world.options = (struct queue_options){.redis_url = redis_server_unix_url(world.redis),
                                           .prefix = "test",
                                           .name = "test",
                                           .timeout_ms = 2000,
                                           .accept_unsafe = true};
    world.queue = new_queue();
    return 0;
}

static void end_follower(int signal_number)
{
    int status;

    assert_int_equal(kill(world.follower, signal_number), 0);
    assert_int_equal(waitpid(world.follower, &status, 0), world.follower);
    world.follower = 0;
    if (signal_number == SIGTERM && !(WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
        fail_msg("the follower ended with status %d", status);
    }
}

static int tear_down(void **state)
{
    (void)state;
    if (world.follower) {
        end_follower(SIGKILL);
    }
    sqlite_close(world.db);
    queue_free(world.queue);
    redis_server_stop(world.redis);
    tempdir_remove(&world.dir);
    return 0;
}

/* ---- the file, seen by somebody else ---- */

static struct sqlite *look(void)
{
    struct err err = ERR_INIT;

    if (!world.db) {
        world.db = sqlite_open(world.db_path, 5000, &err);
        assert_non_null(world.db);
    }
    return world.db;
}

static void close_look(void)
{
    sqlite_close(world.db);
    world.db = NULL;
}

static void exec(const char *sql)
{
    struct err err = ERR_INIT;

    if (!sqlite_exec(look(), sql, &err)) {
        fail_msg("%s", err.message);
    }
}

static int64_t number(const char *sql)
{
    struct err err = ERR_INIT;
    int64_t value = -1;

    if (!sqlite_query_int(look(), sql, -1, &value, &err)) {
        fail_msg("%s", err.message);
    }
    return value;
}

/* The first column of all rows, one per line. */
static const char *text(const char *sql)
{
    static char out[16384];
    struct err err = ERR_INIT;
    struct sqlite_statement *query = sqlite_prepare(look(), sql, &err);
    size_t len = 0;
    bool row = false;

    if (!query) {
        fail_msg("%s", err.message);
    }
    out[0] = '\0';
    while (sqlite_step(query, &row, &err) && row) {
        const char *value = sqlite_column_text(query, 0);

        len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%s", len > 0 ? "\n" : "",
                                value ? value : "NULL");
    }
    sqlite_finish(query);
    return out;
}

/* ---- the follower ---- */

static struct journal *open_journal(const char *folder, struct err *err)
{
    const struct journal_options options = {.data_dir = folder,
                                            .queue = world.options,
                                            .take_every_ms = world.take_every_ms,
                                            .keep_looks_ms = world.keep_looks_ms};

    return journal_open(&options, err);
}

static void follow_in_child(void)
{
    struct err err = ERR_INIT;
    struct journal *journal;
    bool ok;
    int log = open(world.log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    (void)alarm(CHILD_LIFE_S);
    (void)dup2(log, STDERR_FILENO);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error, not the end */
    if (!stop_install(&err)) {
        _exit(3);
    }
    journal = open_journal(world.dir.path, &err);
    if (!journal) {
        log_error("open", LOG_TEXT("why", err.message));
        _exit(2);
    }
    ok = journal_follow(journal, &err);
    if (!ok) {
        log_error("follow", LOG_TEXT("why", err.message));
    }
    journal_close(journal);
    _exit(ok ? 0 : 1);
}

static void start_follower(void)
{
    close_look(); /* a handle must not be carried into the child */
    (void)unlink(world.log_path);
    (void)fflush(NULL);
    world.follower = fork();
    assert_true(world.follower >= 0);
    if (world.follower == 0) {
        follow_in_child();
    }
}

/* True when the child's log holds `wanted`. */
static bool is_logged(const char *wanted)
{
    static char log[1 << 18];
    FILE *file = fopen(world.log_path, "r");
    size_t len;

    if (!file) {
        return false;
    }
    len = fread(log, 1, sizeof(log) - 1, file);
    log[len] = '\0';
    (void)fclose(file);
    return strstr(log, wanted) != NULL;
}

/* Looks every few milliseconds until `sql` gives at least `least`, or the deadline passes. */
static void wait_for(const char *sql, int64_t least)
{
    int64_t deadline = clock_monotonic_ms() + DEADLINE_MS;

    while (number(sql) < least) {
        assert_true(clock_monotonic_ms() < deadline);
        (void)poll(NULL, 0, LOOK_MS);
    }
}

static void wait_for_log(const char *wanted)
{
    int64_t deadline = clock_monotonic_ms() + DEADLINE_MS;

    while (!is_logged(wanted)) {
        assert_true(clock_monotonic_ms() < deadline);
        (void)poll(NULL, 0, LOOK_MS);
    }
}

/* The file with its tables is there: the follower has come to following. */
static void wait_until_open(void)
{
    wait_for_log("journal.opened");
}

static const char COUNT[] = "SELECT count(*) FROM action_logs";

/* ---- events ---- */

static struct redis_reply *run(struct redis_command *command)
{
    struct redis_reply *reply = NULL;
    struct err err = ERR_INIT;

    if (!redis_run(queue_redis(world.queue), command, &reply, &err)) {
        fail_msg("%s", err.message);
    }
    return reply;
}

static struct redis_command *events_command(const char *name)
{
    struct redis_command *command = redis_command_new(name);
    char key[QUEUE_KEY_SIZE];

    redis_add_text(command, queue_key(world.queue, KEY_EVENTS, "", key, sizeof(key)));
    return command;
}

static void add_fields(const char *id, const struct field fields[], size_t count)
{
    struct redis_command *command = events_command("XADD");

    redis_add_text(command, id);
    for (size_t i = 0; i < count; i++) {
        redis_add_text(command, fields[i].name);
        redis_add_bytes(command, fields[i].value, fields[i].value_len);
    }
    redis_reply_free(run(command));
}

static void add_event(const char *id, const struct event *event)
{
    struct field fields[EVENT_FIELD_COUNT];
    struct field_scratch scratch = {0};

    event_encode(event, &scratch, fields);
    add_fields(id, fields, EVENT_FIELD_COUNT);
}

static struct event event_number(int64_t ref)
{
    return (struct event){.ref = ref,
                          .chat_id = 1001,
                          .user_id = 1001,
                          .user = "@anna",
                          .action = "dns",
                          .target = "example.com",
                          .result = EVENT_OK,
                          .before = "",
                          .after = "",
                          .ms = 1760000000000};
}

static void add_events(int64_t first_ref, int64_t count)
{
    for (int64_t ref = first_ref; ref < first_ref + count; ref++) {
        struct event event = event_number(ref);

        add_event("*", &event);
    }
}

static int64_t events_in_redis(void)
{
    struct redis_reply *reply = run(events_command("XLEN"));
    int64_t count = -1;

    assert_true(redis_reply_int(reply, &count));
    redis_reply_free(reply);
    return count;
}

/* Every event from 1 to `count` has one row. */
static void check_each_once(int64_t count)
{
    assert_int_equal(number(COUNT), count);
    assert_int_equal(number("SELECT count(DISTINCT ref) FROM action_logs"), count);
    assert_int_equal(number("SELECT min(ref) FROM action_logs"), 1);
    assert_int_equal(number("SELECT max(ref) FROM action_logs"), count);
}

/* ---- files of the Python bot, as its versions have left them ---- */

#define TABLES_1                                                                                \
    "CREATE TABLE allowed_chats (id INTEGER PRIMARY KEY AUTOINCREMENT,"                         \
    " chat_id INTEGER UNIQUE NOT NULL, added_by TEXT NOT NULL,"                                 \
    " added_at DATETIME DEFAULT CURRENT_TIMESTAMP, note TEXT);"                                 \
    "CREATE TABLE action_logs (id INTEGER PRIMARY KEY AUTOINCREMENT, chat_id INTEGER NOT NULL," \
    " user_id INTEGER, username TEXT, action TEXT NOT NULL, details TEXT,"                      \
    " created_at DATETIME DEFAULT CURRENT_TIMESTAMP);"                                          \
    "CREATE INDEX idx_action_logs_created_at ON action_logs(created_at DESC);"                  \
    "CREATE TABLE domain_permissions (id INTEGER PRIMARY KEY AUTOINCREMENT,"                    \
    " chat_id INTEGER NOT NULL, domain_fqdn TEXT NOT NULL,"                                     \
    " can_create_subdomain BOOLEAN DEFAULT 0, can_delete_subdomain BOOLEAN DEFAULT 0,"          \
    " granted_by TEXT NOT NULL, granted_at DATETIME DEFAULT CURRENT_TIMESTAMP,"                 \
    " UNIQUE(chat_id, domain_fqdn));"                                                           \
    "CREATE TABLE subdomain_permissions (id INTEGER PRIMARY KEY AUTOINCREMENT,"                 \
    " chat_id INTEGER NOT NULL, subdomain_fqdn TEXT NOT NULL, granted_by TEXT NOT NULL,"        \
    " granted_at DATETIME DEFAULT CURRENT_TIMESTAMP, UNIQUE(chat_id, subdomain_fqdn));"         \
    "CREATE TABLE created_subdomains (id INTEGER PRIMARY KEY AUTOINCREMENT,"                    \
    " subdomain_fqdn TEXT NOT NULL UNIQUE, created_by_chat_id INTEGER NOT NULL,"                \
    " created_at DATETIME DEFAULT CURRENT_TIMESTAMP);"
#define DATA_1                                                                                     \
    "INSERT INTO allowed_chats (chat_id, added_by, note) VALUES (-1002000000001, '@anna', 'Web');" \
    "INSERT INTO action_logs (chat_id, user_id, username, action, created_at)"                     \
    " VALUES (1001, 1001, 'anna', '/start', '2025-03-01 10:00:00');"                               \
    "INSERT INTO domain_permissions (chat_id, domain_fqdn, can_create_subdomain, granted_by)"      \
    " VALUES (1002, 'example.com', 1, '@anna');"                                                   \
    "INSERT INTO subdomain_permissions (chat_id, subdomain_fqdn, granted_by)"                      \
    " VALUES (1002, 'a.example.org', '@anna');"                                                    \
    "INSERT INTO created_subdomains (subdomain_fqdn, created_by_chat_id)"                          \
    " VALUES ('b.example.com', 1002);"
#define VERSION_TABLE                                                                      \
    "CREATE TABLE schema_version (version INTEGER PRIMARY KEY, description TEXT NOT NULL," \
    " applied_at DATETIME DEFAULT CURRENT_TIMESTAMP);"
#define VERSION(number) \
    "INSERT INTO schema_version (version, description) VALUES (" number ", 'x');"
#define COLUMNS_2_DOMAIN                                                        \
    "ALTER TABLE domain_permissions ADD COLUMN can_edit_dns BOOLEAN DEFAULT 0;" \
    "ALTER TABLE domain_permissions ADD COLUMN can_delete_dns BOOLEAN DEFAULT 0;"
#define COLUMNS_2_SUBDOMAIN                                                          \
    "ALTER TABLE subdomain_permissions ADD COLUMN can_edit_dns BOOLEAN DEFAULT 0;"   \
    "ALTER TABLE subdomain_permissions ADD COLUMN can_delete_dns BOOLEAN DEFAULT 0;" \
    "ALTER TABLE subdomain_permissions ADD COLUMN can_delete_subdomain BOOLEAN DEFAULT 0;"
#define FILE_2 TABLES_1 COLUMNS_2_DOMAIN COLUMNS_2_SUBDOMAIN VERSION_TABLE VERSION("1") VERSION("2")

struct file_row {
    const char *name;
    const char *sql;
    int64_t from;      /* the version that is found     */
    const char *wrong; /* part of the message, or NULL when the file is taken over */
};

/* clang-format off */
static struct file_row file_rows[] = {
    /* what it shows                                     the file                                                                        from  refused because */
    {"a file from before versions is taken over",        TABLES_1 DATA_1,                                                                0,    NULL},
    {"a file of version 1 is taken over",                TABLES_1 DATA_1 VERSION_TABLE VERSION("1"),                                     1,    NULL},
    {"version 1, stopped half way to 2, is taken over",  TABLES_1 DATA_1 COLUMNS_2_DOMAIN VERSION_TABLE VERSION("1"),                    1,    NULL},
    {"version 1, not marked as 2 yet, is taken over",    TABLES_1 DATA_1 COLUMNS_2_DOMAIN COLUMNS_2_SUBDOMAIN VERSION_TABLE VERSION("1"), 1,   NULL},
    {"a file of version 2 is taken over",                FILE_2 DATA_1,                                                                  2,    NULL},
    {"a versions table without a version is taken over", TABLES_1 DATA_1 VERSION_TABLE,                                                  0,    NULL},
    {"a tool's own table does not matter",               FILE_2 DATA_1 "CREATE TABLE _backup_seq (id INTEGER);",                         2,    NULL},
    {"a file of version 8 is refused",                   FILE_2 VERSION("8"),                                                            0,    "newer"},
    {"a file of version 99 is refused",                  FILE_2 VERSION("99"),                                                           0,    "newer"},
    {"somebody else's file is refused",                  "CREATE TABLE customers (id INTEGER); INSERT INTO customers VALUES (1);",       0,    "\"customers\""},
    {"a file with a stranger's versions is refused",     "CREATE TABLE schema_version (version TEXT, dirty INTEGER);",                   0,    "schema_version"},
    {"another table of the same name is refused",        "CREATE TABLE action_logs (id INTEGER, message TEXT);",                         0,    "action_logs"},
    {"a version without its tables is refused",          VERSION_TABLE VERSION("2"),                                                     0,    "1 of its 6"},
    {"the bot's tables among others are refused",        TABLES_1 "CREATE TABLE orders (id INTEGER);",                                   0,    "\"orders\""},
};
/* clang-format on */

/* All columns of all tables of the bot; columns in any order. */
static const char SHAPE[] =
    "SELECT m.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' ||"
    " coalesce(c.dflt_value, '') || ' ' || c.pk"
    " FROM sqlite_master m, pragma_table_info(m.name) c"
    " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '\\_%' ESCAPE '\\'"
    " ORDER BY m.name, c.name";

static bool open_and_close(struct err *err)
{
    struct journal *journal;

    close_look();
    journal = open_journal(world.dir.path, err);
    journal_close(journal);
    return journal != NULL;
}

static void check_taken_over(void)
{
    assert_string_equal(text("SELECT version FROM schema_version ORDER BY version"),
                        "1\n2\n3\n4\n5\n6\n7");
    assert_int_equal(number("PRAGMA user_version"), 6);
    assert_int_equal(number("SELECT chat_id FROM allowed_chats WHERE note = 'Web'"),
                     -1002000000001);
    assert_string_equal(text("SELECT username || action || created_at FROM action_logs"),
                        "anna/start2025-03-01 10:00:00");
    assert_int_equal(number("SELECT can_create_subdomain FROM domain_permissions"), 1);
    assert_int_equal(number("SELECT can_edit_dns FROM domain_permissions"), 0);
    assert_int_equal(number("SELECT can_delete_subdomain FROM subdomain_permissions"), 0);
    assert_string_equal(text("SELECT subdomain_fqdn FROM created_subdomains"), "b.example.com");
    assert_string_equal(text("SELECT position FROM journal"), "0-0");
    assert_string_equal(text("SELECT result FROM action_logs"), "NULL");
    /* what the Python bot says to the file */
    exec(
        "INSERT INTO action_logs (chat_id, user_id, username, action, details)"
        " VALUES (1, 1, 'x', '/help', NULL)");
    assert_string_equal(text("SELECT MAX(version) FROM schema_version"), "7");
}

static void takes_over_or_refuses(void **state)
{
    const struct file_row *row = *state;
    struct err err = ERR_INIT;
    int64_t from = -1;
    char before[8192];
    bool ok;

    exec(row->sql);
    (void)snprintf(before, sizeof(before), "%s", text("SELECT sql FROM sqlite_master"));
    ok = schema_migrate(look(), &from, &err);
    if (row->wrong) {
        assert_false(ok);
        assert_int_equal(err.kind, ERR_FATAL);
        assert_non_null(strstr(err.message, row->wrong));
        assert_string_equal(text("SELECT sql FROM sqlite_master"), before); /* left as it is */
        err = ERR_INIT;
        assert_false(open_and_close(&err));
        assert_int_equal(err.kind, ERR_FATAL);
        assert_non_null(strstr(err.message, world.db_path));
        return;
    }
    assert_true(ok);
    assert_int_equal(from, row->from);
    check_taken_over();
    assert_true(open_and_close(&err));
}

static void an_old_file_becomes_as_a_new_one(void **state)
{
    struct err err = ERR_INIT;
    char fresh[8192];
    char indexes[2048];
    static const char INDEXES[] =
        "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS "
        "NOT NULL AND name <> 'idx_domain_perm_chat' ORDER BY name";

    (void)state;
    assert_true(open_and_close(&err));
    (void)snprintf(fresh, sizeof(fresh), "%s", text(SHAPE));
    (void)snprintf(indexes, sizeof(indexes), "%s", text(INDEXES));
    close_look();
    assert_int_equal(unlink(world.db_path), 0);
    exec(TABLES_1);
    assert_true(open_and_close(&err));
    assert_string_equal(text(SHAPE), fresh);
    assert_string_equal(text(INDEXES), indexes);
}

static void a_newer_file_is_gone_on_with_if_it_says_so(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_true(open_and_close(&err));
    exec(VERSION("8") "ALTER TABLE action_logs ADD COLUMN mood TEXT; PRAGMA user_version = 7;");
    assert_true(open_and_close(&err));
    assert_string_equal(text("SELECT max(version) FROM schema_version"), "8");
    assert_int_equal(number("PRAGMA user_version"), 7);
    exec("PRAGMA user_version = 8");
    assert_false(open_and_close(&err));
    assert_int_equal(err.kind, ERR_FATAL);
    assert_non_null(strstr(err.message, "newer"));
}

/* ---- the copy of an older file ---- */

/* How many files of the folder begin with `beginning`. */
static int count_files(const char *beginning)
{
    DIR *folder = opendir(world.dir.path);
    struct dirent *entry;
    int count = 0;

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        count += strncmp(entry->d_name, beginning, strlen(beginning)) == 0;
    }
    (void)closedir(folder);
    return count;
}

static const char MANY_ROWS[] =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
    " INSERT INTO action_logs (chat_id, action, details)"
    " SELECT 1002, '/start', hex(randomblob(100)) FROM n;";

static void without_room_for_a_copy_a_file_stays_as_it_is(void **state)
{
    struct rlimit whole;
    struct rlimit full;
    struct err err = ERR_INIT;
    bool opened;

    (void)state;
    exec(FILE_2 DATA_1);
    exec(MANY_ROWS);
    close_look();
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error, not the end */
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &whole), 0);
    full = (struct rlimit){.rlim_cur = 128 * 1024, .rlim_max = whole.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    opened = open_and_close(&err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &whole), 0);
    assert_false(opened);
    assert_int_equal(err.kind, ERR_RETRY);
    assert_non_null(strstr(err.message, "cannot be copied"));
    assert_non_null(strstr(err.message, "disk"));
    assert_string_equal(text("SELECT max(version) FROM schema_version"), "2");
    assert_int_equal(count_files("bot.db.schema-"), 0); /* nor the half of one */
    err = ERR_INIT;
    assert_true(open_and_close(&err));
    assert_int_equal(count_files("bot.db.schema-2-"), 1);
}

static void a_copy_that_was_made_for_nothing_is_taken_away(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    exec(FILE_2 DATA_1
         "CREATE TRIGGER no BEFORE INSERT ON schema_version BEGIN"
         " SELECT RAISE(ABORT, 'no'); END;");
    for (int attempt = 0; attempt < 3; attempt++) {
        err = ERR_INIT;
        assert_false(open_and_close(&err));
        assert_int_equal(count_files("bot.db.schema-"), 0);
    }
    exec("DROP TRIGGER no");
    assert_true(open_and_close(&err));
    assert_int_equal(count_files("bot.db.schema-2-"), 1);
}

static void a_new_file_is_not_copied(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_true(open_and_close(&err));
    assert_int_equal(count_files("bot.db.schema-"), 0);
}

static void a_file_keeps_its_name_as_a_follower(void **state)
{
    struct err err = ERR_INIT;
    char name[64];

    (void)state;
    assert_true(open_and_close(&err));
    (void)snprintf(name, sizeof(name), "%s", text("SELECT name FROM journal"));
    assert_int_equal(strlen(name), strlen("journal-0123456789abcdef"));
    assert_true(open_and_close(&err));
    assert_string_equal(text("SELECT name FROM journal"), name);
    assert_int_equal(number("SELECT count(*) FROM schema_version"), 7);
}

static void a_file_that_is_no_database_is_refused(void **state)
{
    struct err err = ERR_INIT;
    FILE *file = fopen(world.db_path, "w");

    (void)state;
    assert_non_null(file);
    for (int i = 0; i < 100; i++) {
        (void)fputs("this is a letter to somebody and not a database\n", file);
    }
    (void)fclose(file);
    assert_false(open_and_close(&err));
    assert_int_equal(err.kind, ERR_FATAL);
}

static void folders_are_made_for_this_user_alone(void **state)
{
    char folder[TEMPDIR_PATH_SIZE];
    char path[TEMPDIR_PATH_SIZE + 32];
    struct err err = ERR_INIT;
    struct journal *journal;
    struct stat status;

    (void)state;
    tempdir_path(&world.dir, "a/b/c", folder);
    journal = open_journal(folder, &err);
    assert_non_null(journal);
    journal_close(journal);
    assert_int_equal(stat(folder, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    (void)snprintf(path, sizeof(path), "%s/bot.db", folder);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void a_folder_that_cannot_be_made_is_said(void **state)
{
    char folder[TEMPDIR_PATH_SIZE];
    struct err err = ERR_INIT;

    (void)state;
    exec("CREATE TABLE x (y INTEGER)"); /* bot.db is a file, not a folder */
    tempdir_path(&world.dir, "bot.db/data", folder);
    assert_null(open_journal(folder, &err));
    assert_int_equal(err.kind, ERR_FATAL);
    assert_non_null(strstr(err.message, "bot.db/data"));
}

/* ---- one at a time ---- */

static void a_second_worker_is_refused_until_the_first_is_dead(void **state)
{
    char pid[32];
    struct err err = ERR_INIT;

    (void)state;
    start_follower();
    wait_until_open();
    assert_false(open_and_close(&err));
    assert_int_equal(err.kind, ERR_RETRY);
    (void)snprintf(pid, sizeof(pid), "process %ld:", (long)world.follower);
    assert_non_null(strstr(err.message, pid));
    end_follower(SIGKILL);
    assert_true(open_and_close(&err));
}

/* ---- following ---- */

static void an_event_becomes_a_row(void **state)
{
    struct event event = {.ref = 501,
                          .chat_id = -1002000000001,
                          .user_id = 1002,
                          .user = "@boris",
                          .action = "dns",
                          .target = "example.com",
                          .result = EVENT_REFUSED,
                          .before = "{\"A\":[]}",
                          .after = "{}",
                          .ms = 1760000000123};
    struct event system = {
        .chat_id = 0, .user = "", .action = "start", .target = "", .before = "", .after = ""};

    (void)state;
    add_event("*", &event);
    add_event("1860000000000-7", &system);
    start_follower();
    wait_until_open();
    wait_for(COUNT, 2);
    assert_string_equal(
        text("SELECT chat_id || '|' || user_id || '|' || username || '|' || action || '|' || "
             "details || '|' || created_at || '|' || ref || '|' || target || '|' || result || '|'"
             " || \"before\" || '|' || \"after\" || '|' || ms FROM action_logs WHERE id = 1"),
        "-1002000000001|1002|boris|dns|example.com: refused|2025-10-09 08:53:20|501|example.com|"
        "refused|{\"A\":[]}|{}|1760000000123");
    assert_string_equal(text("SELECT details || created_at FROM action_logs WHERE id = 2 AND "
                             "user_id IS NULL AND username IS NULL AND target IS NULL AND "
                             "\"before\" IS NULL AND ref IS NULL"),
                        "ok2028-12-09 18:40:00"); /* when Redis got it */
}

static void an_event_that_cannot_be_read_is_kept_as_it_is(void **state)
{
    static const struct field ODD[] = {
        {"v", "1", 1}, {"chat_id", "77", 2}, {"action", "d\xff\0x", 4}, {"ms", "soon", 4}};

    (void)state;
    add_events(1, 1);
    add_fields("*", ODD, 4);
    add_fields("*", (struct field[]){{"what", "", 0}}, 1);
    add_events(2, 1);
    start_follower();
    wait_until_open();
    wait_for(COUNT, 4);
    assert_string_equal(text("SELECT action FROM action_logs ORDER BY id"),
                        "dns\nunreadable\nunreadable\ndns");
    assert_int_equal(number("SELECT chat_id FROM action_logs WHERE id = 2"), 77);
    assert_string_equal(text("SELECT details FROM action_logs WHERE id = 2"),
                        "v=1\nchat_id=77\naction=d??x\nms=soon");
    assert_string_equal(text("SELECT details FROM action_logs WHERE id = 3"), "what=");
    assert_int_equal(number("SELECT created_at IS NOT NULL FROM action_logs WHERE id = 3"), 1);
}

static void an_event_for_a_newer_program_waits(void **state)
{
    static const struct field NEWER[] = {{"v", "99", 2}, {"deed", "new", 3}};

    (void)state;
    add_events(1, 3);
    add_fields("*", NEWER, 2);
    add_events(4, 2);
    start_follower();
    wait_for_log("journal.event_newer");
    assert_int_equal(number(COUNT), 3);
    assert_int_equal(events_in_redis() >= 3, 1); /* the backlog stays to be seen */
    end_follower(SIGTERM);
    assert_int_equal(number(COUNT), 3);
}

static void what_every_file_has_is_let_go(void **state)
{
    int64_t deadline = clock_monotonic_ms() + DEADLINE_MS;

    (void)state;
    add_events(1, 1200); /* more than two batches */
    start_follower();
    wait_until_open();
    wait_for(COUNT, 1200);
    while (events_in_redis() > 0) {
        assert_true(clock_monotonic_ms() < deadline);
        (void)poll(NULL, 0, LOOK_MS);
    }
    check_each_once(1200);
}

static void killed_again_and_again_each_event_is_there_once(void **state)
{
    int64_t added = 0;

    (void)state;
    for (int64_t round = 0; round < 12; round++) {
        add_events(added + 1, 700);
        added += 700;
        start_follower();
        if (round == 0) {
            wait_until_open();
        }
        /* At another point each time: at the start, within a batch, between two, behind all. */
        wait_for(COUNT, round % 4 == 0 ? 0 : added - 700 + round % 4 * 200);
        end_follower(SIGKILL);
    }
    start_follower();
    wait_until_open();
    wait_for(COUNT, added);
    end_follower(SIGTERM);
    check_each_once(added);
}

/* Two followers of one file, as if the lock had failed: the other one was here meanwhile. */
static void a_position_moved_by_somebody_else_is_respected(void **state)
{
    char id[32];

    (void)state;
    start_follower();
    wait_until_open();
    exec("UPDATE journal SET position = '5-0'");
    for (int i = 1; i <= 10; i++) {
        struct event event = event_number(i);

        (void)snprintf(id, sizeof(id), "%d-0", i);
        add_event(id, &event);
    }
    wait_for("SELECT max(ref) FROM action_logs", 10);
    assert_string_equal(text("SELECT ref FROM action_logs ORDER BY id"), "6\n7\n8\n9\n10");
    assert_string_equal(text("SELECT position FROM journal"), "10-0");
}

static void a_busy_file_is_waited_for(void **state)
{
    (void)state;
    start_follower();
    wait_until_open();
    exec("BEGIN IMMEDIATE");
    add_events(1, 5);
    wait_for_log("journal.waiting");
    assert_int_equal(number(COUNT), 0);
    exec("COMMIT");
    wait_for(COUNT, 5);
    wait_for_log("journal.resumed");
    check_each_once(5);
}

static void a_full_disk_is_waited_for(void **state)
{
    struct rlimit whole;
    struct rlimit full;
    struct stat status;

    (void)state;
    add_events(1, 10);
    start_follower();
    wait_until_open();
    wait_for(COUNT, 10);
    assert_int_equal(prlimit(world.follower, RLIMIT_FSIZE, NULL, &whole), 0);
    assert_int_equal(stat(world.db_path, &status), 0);
    full = (struct rlimit){.rlim_cur = 4096, .rlim_max = whole.rlim_max};
    assert_int_equal(prlimit(world.follower, RLIMIT_FSIZE, &full, NULL), 0);
    add_events(11, 400);
    wait_for_log("journal.waiting");
    assert_int_equal(number(COUNT), 10);
    assert_int_equal(events_in_redis(), 400);
    assert_int_equal(prlimit(world.follower, RLIMIT_FSIZE, &whole, NULL), 0);
    wait_for(COUNT, 410);
    check_each_once(410);
}

static void a_redis_that_comes_back_is_followed_again(void **state)
{
    (void)state;
    start_follower();
    wait_until_open();
    add_events(1, 3);
    wait_for(COUNT, 3);
    redis_server_kill(world.redis);
    wait_for_log("journal.waiting");
    redis_server_restart(world.redis); /* without what it had: its memory was all there was */
    queue_free(world.queue);
    world.queue = new_queue();
    add_events(4, 3);
    wait_for(COUNT, 6);
    end_follower(SIGTERM);
    check_each_once(6);
}

/* ---- rights ---- */

/* Writes or deletes a field of a hash, as an operator does. */
static void hash_do(const char *command_name, const char *key, const char *field, const char *value)
{
    struct redis_command *command = redis_command_new(command_name);
    char name[QUEUE_KEY_SIZE];

    redis_add_text(command, queue_key(world.queue, key, "", name, sizeof(name)));
    redis_add_text(command, field);
    if (value) {
        redis_add_text(command, value);
    }
    redis_reply_free(run(command));
}

static bool hash_has(const char *key, const char *field)
{
    struct redis_command *command = redis_command_new("HEXISTS");
    char name[QUEUE_KEY_SIZE];
    struct redis_reply *reply;
    int64_t found = 0;

    redis_add_text(command, queue_key(world.queue, key, "", name, sizeof(name)));
    redis_add_text(command, field);
    reply = run(command);
    assert_true(redis_reply_int(reply, &found));
    redis_reply_free(reply);
    return found == 1;
}

static void add_change(const char *action, const char *target, const char *after)
{
    struct event event = event_number(1);

    event.action = action;
    event.target = target;
    event.after = after;
    add_event("*", &event);
}

static const char DOMAINS[] =
    "SELECT chat_id || ' ' || domain_fqdn || ' ' || can_edit_dns || can_delete_dns ||"
    " can_create_subdomain || can_delete_subdomain || ' ' || granted_by FROM domain_permissions"
    " ORDER BY chat_id, domain_fqdn";
static const char SUBDOMAINS[] =
    "SELECT chat_id || ' ' || subdomain_fqdn || ' ' || can_edit_dns || can_delete_dns ||"
    " can_delete_subdomain || ' ' || granted_by FROM subdomain_permissions"
    " ORDER BY chat_id, subdomain_fqdn";

static void rights_follow_the_events(void **state)
{
    (void)state;
    hash_do("HSET", KEY_ACCESS, "1002", "Boris");
    hash_do("HSET", KEY_GRANTS "1002", "example.com", "EC");
    hash_do("HSET", KEY_GRANTS "1002", "a.example.com", "D");
    hash_do("HSET", KEY_GRANTS "1003", "a.example.com", "C");
    add_change(EVENT_ACCESS_ALLOW, "1002", "{\"note\":\"Boris\"}");
    add_change(EVENT_ACCESS_ALLOW, "1003", "");
    add_change(EVENT_GRANTS_SET, "gone.com", "{\"chat_id\":1003,\"rights\":\"C\"}");
    add_change(EVENT_GRANTS_SET, "a.gone.com", "{\"chat_id\":1003,\"rights\":\"E\"}");
    add_change(EVENT_SUB_ADD, "b.gone.com", "{\"subject\":1003}");
    add_change(EVENT_ACCESS_DENY, "1003", ""); /* takes all of it along */
    add_change(EVENT_GRANTS_SET, "example.com", "{\"chat_id\":1002,\"rights\":\"EDCX\"}");
    add_change(EVENT_GRANTS_SET, "example.com", "{\"chat_id\":1002,\"rights\":\"EC\"}");
    add_change(EVENT_GRANTS_SET, "a.example.com", "{\"chat_id\":1002,\"rights\":\"D\"}");
    add_change(EVENT_GRANTS_SET, "a.example.com", "{\"chat_id\":1003,\"rights\":\"X\"}");
    add_change(EVENT_GRANTS_SET, "a.example.com", "{\"chat_id\":1003,\"rights\":\"C\"}");
    add_change(EVENT_GRANTS_SET, "b.example.com", "{\"chat_id\":1003,\"rights\":\"X\"}");
    add_change(EVENT_GRANTS_UNSET, "b.example.com", "{\"chat_id\":1003}");
    add_change(EVENT_GRANTS_SET, "b.example.com", "no JSON");
    add_change(EVENT_SUB_ADD, "new.example.com", "");
    add_change(EVENT_SUB_ADD, "old.example.com", "");
    add_change(EVENT_GRANTS_SET, "old.example.com", "{\"chat_id\":1002,\"rights\":\"X\"}");
    add_change(EVENT_GRANTS_SET, "old.example.com", "{\"chat_id\":1003,\"rights\":\"C\"}");
    add_change(EVENT_SUB_DEL, "old.example.com", ""); /* this, too */
    start_follower();
    wait_until_open();
    wait_for(COUNT, 19);
    wait_for_log("journal.event_odd");
    assert_string_equal(text("SELECT chat_id || note || added_by FROM allowed_chats"),
                        "1002Borisanna");
    assert_string_equal(text(DOMAINS), "1002 example.com 1010 anna\n1003 a.example.com 0010 anna");
    assert_string_equal(text(SUBDOMAINS), "1002 a.example.com 010 anna");
    assert_string_equal(text("SELECT subdomain_fqdn || created_by_chat_id || created_at"
                             " FROM created_subdomains"),
                        "new.example.com10012025-10-09 08:53:20");
    end_follower(SIGTERM);
    assert_false(is_logged("journal.rights_taken")); /* the events were enough */
}

/* What an older program left behind when it removed a chat is not the chat's when it is let in
 * again. */
static void a_chat_that_is_let_in_anew_has_no_rights(void **state)
{
    (void)state;
    hash_do("HSET", KEY_ACCESS, "1003", "again");
    add_change(EVENT_GRANTS_SET, "example.com", "{\"chat_id\":1003,\"rights\":\"X\"}");
    add_change(EVENT_SUB_ADD, "new.example.com", "{\"subject\":1003}");
    add_change(EVENT_ACCESS_ALLOW, "1003", "{\"note\":\"again\",\"grants\":{}}");
    start_follower();
    wait_until_open();
    wait_for(COUNT, 3);
    assert_string_equal(text(DOMAINS), "");
    assert_string_equal(text("SELECT subdomain_fqdn FROM created_subdomains"), "");
    assert_string_equal(text("SELECT chat_id || note FROM allowed_chats"), "1003again");
    end_follower(SIGTERM);
    assert_false(is_logged("journal.rights_taken")); /* the events were enough */
}

static void groups_whose_members_act_follow_the_events(void **state)
{
    static const char GROUPS[] =
        "SELECT chat_id || ' ' || members_act FROM allowed_chats ORDER BY chat_id";

    (void)state;
    hash_do("HSET", KEY_ACCESS, "-1", "");
    hash_do("HSET", KEY_ACCESS, "-2", "");
    hash_do("HSET", KEY_ACCESS, "-3", "");
    add_change(EVENT_ACCESS_ALLOW, "-1", "");
    add_change(EVENT_ACCESS_ALLOW, "-2", "");
    add_change(EVENT_ACCESS_ALLOW, "-3", "");
    add_change(EVENT_MEMBERS_ON, "-1", "");
    add_change(EVENT_MEMBERS_ON, "-2", "");
    add_change(EVENT_MEMBERS_OFF, "-2", "");
    add_change(EVENT_MEMBERS_ON, "-3", "");
    add_change(EVENT_ACCESS_DENY, "-3", "");
    add_change(EVENT_ACCESS_ALLOW, "-3", "{\"grants\":{}}");
    start_follower();
    wait_until_open();
    wait_for(COUNT, 9);
    assert_string_equal(text(GROUPS), "-3 0\n-2 0\n-1 1");
    end_follower(SIGTERM);
}

static void a_right_is_in_the_file_exactly_when_its_event_is(void **state)
{
    static const char APART[] =
        "SELECT (SELECT count(*) FROM action_logs) - (SELECT count(*) FROM created_subdomains)";
    char name[64];
    int64_t added = 0;

    (void)state;
    for (int64_t round = 0; round < 10; round++) {
        for (int64_t i = 0; i < 600; i++) {
            (void)snprintf(name, sizeof(name), "n%" PRId64 ".example.com", ++added);
            add_change(EVENT_SUB_ADD, name, "");
        }
        start_follower();
        if (round == 0) {
            wait_until_open();
        }
        wait_for(COUNT, added - 600 + round % 3 * 250);
        end_follower(SIGKILL);
        assert_int_equal(number(APART), 0);
    }
    start_follower();
    wait_for(COUNT, added);
    assert_int_equal(number(APART), 0);
}

static void rights_written_by_hand_come_into_the_file(void **state)
{
    (void)state;
    world.take_every_ms = 50;
    start_follower();
    wait_for_log("journal.seeded");
    hash_do("HSET", KEY_ACCESS, "1002", "Boris");
    hash_do("HSET", KEY_GRANTS "1002", "example.com", "ED");
    hash_do("HSET", KEY_GRANTS "1002", "Example.ORG",
            "E"); /* gives no right: names are lower case */
    hash_do("HSET", KEY_GRANTS "group", "example.com", "E");
    wait_for("SELECT count(*) FROM domain_permissions", 1);
    wait_for("SELECT count(*) FROM allowed_chats", 1); /* each kind of rights by itself */
    assert_string_equal(text(DOMAINS), "1002 example.com 1100 redis");
    assert_string_equal(text("SELECT chat_id || note || added_by FROM allowed_chats"),
                        "1002Borisredis");
    hash_do("HSET", KEY_ACCESS, "1002", "Boris B.");
    wait_for("SELECT count(*) FROM allowed_chats WHERE note = 'Boris B.'", 1);
    hash_do("HDEL", KEY_ACCESS, "1002", NULL);
    hash_do("HDEL", KEY_GRANTS "1002", "example.com", NULL);
    wait_for("SELECT count(*) = 0 FROM allowed_chats", 1);
    wait_for("SELECT count(*) = 0 FROM domain_permissions", 1);
}

/* ---- how long the log is kept ---- */

static void only_old_looks_are_removed(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    world.take_every_ms = 50;
    world.keep_looks_ms = INT64_C(86400000);
    assert_true(open_and_close(&err));
    exec(
        "INSERT INTO action_logs (id, chat_id, action, result, after, ms, created_at) VALUES"
        " (1, 1, 'dns',     'ok',      NULL, 1000, '1970-01-01 00:00:01'),"
        " (2, 1, 'dns',     'error',   NULL, 2000, '1970-01-01 00:00:02'),"
        " (3, 1, 'dns_add', 'ok',      '{}', 3000, '1970-01-01 00:00:03'),"
        " (4, 1, 'dns',     'refused', NULL, 4000, '1970-01-01 00:00:04'),"
        " (5, 1, 'dns_add', 'unknown', NULL, 5000, '1970-01-01 00:00:05'),"
        " (6, 1, '/start',  NULL,      NULL, NULL, '1970-01-01 00:00:06'),"
        " (7, 1, 'dns',     'ok',      NULL, 1000 * strftime('%s', 'now'), datetime('now'))");
    exec(
        "WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
        " INSERT INTO action_logs (id, chat_id, action, result, ms, created_at)"
        " SELECT i, 1, 'menu', 'ok', 9000, '1970-01-01 00:00:09' FROM n");
    start_follower();
    wait_for("SELECT count(*) <= 5 FROM action_logs", 1);
    assert_string_equal(text("SELECT id FROM action_logs ORDER BY id"), "3\n4\n5\n6\n7");
}

static void rights_wait_for_a_busy_file(void **state)
{
    (void)state;
    world.take_every_ms = 50;
    start_follower();
    wait_for_log("journal.seeded");
    exec("BEGIN IMMEDIATE");
    hash_do("HSET", KEY_ACCESS, "1002", "Boris");
    wait_for_log("journal.rights_waiting");
    exec("COMMIT");
    wait_for("SELECT count(*) FROM allowed_chats", 1);
}

static void rights_wait_for_a_full_disk(void **state)
{
    struct rlimit whole;
    struct rlimit full;
    char chat[24];

    (void)state;
    world.take_every_ms = 50;
    start_follower();
    wait_for_log("journal.seeded");
    assert_int_equal(prlimit(world.follower, RLIMIT_FSIZE, NULL, &whole), 0);
    full = (struct rlimit){.rlim_cur = 4096, .rlim_max = whole.rlim_max};
    assert_int_equal(prlimit(world.follower, RLIMIT_FSIZE, &full, NULL), 0);
    for (int i = 1; i <= 1000; i++) {
        (void)snprintf(chat, sizeof(chat), "%d", i);
        hash_do("HSET", KEY_ACCESS, chat, "somebody with a note that takes some room");
    }
    wait_for_log("journal.rights_waiting");
    assert_int_equal(number("SELECT count(*) FROM allowed_chats"), 0);
    assert_int_equal(prlimit(world.follower, RLIMIT_FSIZE, &whole, NULL), 0);
    wait_for("SELECT count(*) FROM allowed_chats", 1000);
}

/* The mark was lost and the file is behind: it learns first, then it tells. */
static void a_right_that_was_revoked_does_not_come_back(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_true(open_and_close(&err));
    exec("INSERT INTO allowed_chats (chat_id, added_by) VALUES (1002, 'anna'), (1003, 'anna')");
    add_change(EVENT_ACCESS_DENY, "1002", "");
    start_follower();
    wait_for_log("journal.seeded");
    assert_false(hash_has(KEY_ACCESS, "1002"));
    assert_true(hash_has(KEY_ACCESS, "1003"));
    assert_string_equal(text("SELECT chat_id FROM allowed_chats"), "1003");
}

static void an_emptied_redis_is_seeded_again(void **state)
{
    (void)state;
    start_follower();
    wait_for_log("journal.seeded");
    hash_do("HSET", KEY_ACCESS, "1002", "Boris");
    hash_do("HSET", KEY_ACCESS, "-5", "");
    add_change(EVENT_ACCESS_ALLOW, "-5", "");
    add_change(EVENT_MEMBERS_ON, "-5", "");
    wait_for(COUNT, 2);
    end_follower(SIGTERM);
    start_follower();
    wait_until_open();
    redis_server_kill(world.redis);
    wait_for_log("journal.waiting");
    redis_server_restart(world.redis); /* without what it had */
    wait_for_log("journal.seeded");
    queue_free(world.queue);
    world.queue = new_queue();
    (void)events_in_redis();
    assert_true(hash_has(KEY_ACCESS, "1002"));
    assert_true(hash_has(KEY_MEMBERS, "-5"));
    assert_false(hash_has(KEY_MEMBERS, "1002"));
}

/* At another point each time: before it is noticed, while rights are read, while they are seeded.
 */
static void an_emptied_redis_never_empties_the_file(void **state)
{
    (void)state;
    world.take_every_ms = 5;
    start_follower();
    wait_for_log("journal.seeded");
    hash_do("HSET", KEY_ACCESS, "1002", "Boris");
    wait_for("SELECT count(*) FROM allowed_chats", 1);
    for (int round = 0; round < 100; round++) {
        redis_reply_free(run(redis_command_new("FLUSHALL")));
        (void)poll(NULL, 0, round % 10);
        assert_int_equal(number("SELECT count(*) FROM allowed_chats"), 1);
    }
    end_follower(SIGTERM);
    assert_int_equal(number("SELECT count(*) FROM allowed_chats"), 1);
}

static void a_row_that_is_no_right_stays(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_true(open_and_close(&err));
    exec(
        "INSERT INTO domain_permissions (chat_id, domain_fqdn, granted_by) VALUES (1002, '', 'x')");
    exec("INSERT INTO allowed_chats (chat_id, added_by) VALUES (0, 'x'), ('Boris', 'x')");
    world.take_every_ms = 50;
    start_follower();
    wait_for_log("journal.seeded");
    hash_do("HSET", KEY_ACCESS, "1003", "Vera");
    wait_for("SELECT count(*) FROM allowed_chats WHERE chat_id = 1003", 1);
    hash_do("HDEL", KEY_ACCESS, "1003", NULL);
    wait_for("SELECT count(*) = 0 FROM allowed_chats WHERE chat_id = 1003", 1);
    assert_int_equal(number("SELECT count(*) FROM domain_permissions"), 1);
    assert_int_equal(number("SELECT count(*) FROM allowed_chats"), 2);
}

static void shutdown_ends_following(void **state)
{
    (void)state;
    start_follower();
    wait_until_open();
    end_follower(SIGTERM);
    assert_int_equal(number(COUNT), 0);
}

#define WORLD_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        WORLD_TEST(an_old_file_becomes_as_a_new_one),
        WORLD_TEST(a_newer_file_is_gone_on_with_if_it_says_so),
        WORLD_TEST(without_room_for_a_copy_a_file_stays_as_it_is),
        WORLD_TEST(a_copy_that_was_made_for_nothing_is_taken_away),
        WORLD_TEST(a_new_file_is_not_copied),
        WORLD_TEST(a_file_keeps_its_name_as_a_follower),
        WORLD_TEST(a_file_that_is_no_database_is_refused),
        WORLD_TEST(folders_are_made_for_this_user_alone),
        WORLD_TEST(a_folder_that_cannot_be_made_is_said),
        WORLD_TEST(a_second_worker_is_refused_until_the_first_is_dead),
        WORLD_TEST(an_event_becomes_a_row),
        WORLD_TEST(an_event_that_cannot_be_read_is_kept_as_it_is),
        WORLD_TEST(an_event_for_a_newer_program_waits),
        WORLD_TEST(what_every_file_has_is_let_go),
        WORLD_TEST(killed_again_and_again_each_event_is_there_once),
        WORLD_TEST(a_position_moved_by_somebody_else_is_respected),
        WORLD_TEST(a_busy_file_is_waited_for),
        WORLD_TEST(a_full_disk_is_waited_for),
        WORLD_TEST(a_redis_that_comes_back_is_followed_again),
        WORLD_TEST(rights_follow_the_events),
        WORLD_TEST(a_chat_that_is_let_in_anew_has_no_rights),
        WORLD_TEST(groups_whose_members_act_follow_the_events),
        WORLD_TEST(a_right_is_in_the_file_exactly_when_its_event_is),
        WORLD_TEST(rights_written_by_hand_come_into_the_file),
        WORLD_TEST(only_old_looks_are_removed),
        WORLD_TEST(rights_wait_for_a_busy_file),
        WORLD_TEST(rights_wait_for_a_full_disk),
        WORLD_TEST(a_right_that_was_revoked_does_not_come_back),
        WORLD_TEST(an_emptied_redis_is_seeded_again),
        WORLD_TEST(an_emptied_redis_never_empties_the_file),
        WORLD_TEST(a_row_that_is_no_right_stays),
        WORLD_TEST(shutdown_ends_following),
    };
    struct CMUnitTest tests[ARRAY_LEN(file_rows) + ARRAY_LEN(TESTS)];
    const struct sigaction ignore = {.sa_handler = SIG_IGN};

    (void)sigaction(SIGPIPE, &ignore, NULL); /* as stop_install() does in the services */
    log_init("test", LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT);
    for (size_t i = 0; i < ARRAY_LEN(file_rows); i++) {
        tests[i] = (struct CMUnitTest)WORLD_TEST(takes_over_or_refuses);
        tests[i].name = file_rows[i].name;
        tests[i].initial_state = &file_rows[i];
    }
    memcpy(tests + ARRAY_LEN(file_rows), TESTS, sizeof(TESTS));
    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
