/* SPDX-License-Identifier: MIT */
/* The log, read from real files beside somebody who writes them. */
#include "worker/journal/log_reader.h"

#include "shared/base/compiler.h"
#include "shared/io/sqlite.h"
#include "tests/integration/tempdir.h"
#include "worker/journal/schema.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SHOWN_SIZE = 4096 };

struct world {
    struct tempdir dir;
    char path[TEMPDIR_PATH_SIZE];
    struct sqlite *db; /* of the one who writes; NULL when there is no file */
    struct log_reader *reader;
    struct log_page page; /* of the last question */
};

static struct world world;

static int set_up_empty(void **state)
{
    (void)state;
    world = (struct world){.db = NULL};
    tempdir_make(&world.dir);
    tempdir_path(&world.dir, "bot.db", world.path);
    world.reader = log_reader_new(world.dir.path);
    return 0;
}

static void close_file(void)
{
    sqlite_close(world.db);
    world.db = NULL;
}

static void open_file(void)
{
    struct err err = ERR_INIT;
    int64_t from;

    world.db = sqlite_open(world.path, 1000, &err);
    if (!world.db || !schema_migrate(world.db, &from, &err)) {
        fail_msg("%s", err.message);
    }
}

static int set_up(void **state)
{
    (void)set_up_empty(state);
    open_file();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    log_page_free(&world.page);
    log_reader_free(world.reader);
    close_file();
    tempdir_remove(&world.dir);
    return 0;
}

static void exec(const char *sql)
{
    struct err err = ERR_INIT;

    if (!sqlite_exec(world.db, sql, &err)) {
        fail_msg("%s", err.message);
    }
}

/* Twelve rows, by people, chats, names and actions. */
static void add_rows(void)
{
    exec(
        "INSERT INTO action_logs (id, chat_id, user_id, username, action, target, result, before,"
        "  after, ms, created_at) VALUES"
        " (1,  1001, 1001, 'anna',  'start',   NULL,                     'ok',      NULL, NULL, "
        "1000, ''),"
        " (2,  1001, 1001, 'anna',  'dns',     'example-shop.ru',        'ok',      NULL, NULL, "
        "2000, ''),"
        " (3,  1002, 1002, 'boris', 'dns_add', 'example-shop.ru',        'ok',      '{}', "
        "'{\"a\":1}', 3000, ''),"
        " (4,  1002, 1002, 'boris', 'dns_add', 'example-shop.ru',        'unknown', '{}', NULL, "
        "4000, ''),"
        " (5,  1002, 1002, 'boris', 'dns_del', 'example-shop.ru',        'ok',      '{\"a\":1}', "
        "'{}', 5000, ''),"
        " (6,  1001, 1001, 'anna',  'dns_set', 'xn--e1afmkfd.xn--p1ai',  'ok',      '1', '2', "
        "6000, ''),"
        " (7, -1002000000001, 1002, 'boris', 'sub_add', 'lab.example-shop.ru', 'ok', '{}', "
        "'{\"id\":7}', 7000, ''),"
        " (8, -1002000000001, 1003, 'Vera Stranger', 'dns', 'example-shop.ru', 'refused', NULL, "
        "NULL, 8000, ''),"
        " (9,  1001, 1001, 'anna',  'access_allow', '1002',              'ok',      NULL, '{}', "
        "9000, ''),"
        " (10, 1001, 1001, 'anna',  'access_deny',  '1003',              'ok',      NULL, NULL, "
        "10000, ''),"
        " (11, 1002, NULL, NULL,    'dead',         NULL,                'error',   NULL, NULL, "
        "11000, ''),"
        " (12, 1002, 1002, 'boris', 'dns_set', 'example-shop.ru',        'ok',      '{}', "
        "'{\"b\":2}', 12000, '')");
}

/* "12 11 10": the ids of the page. */
static const char *ids(void)
{
    static char shown[SHOWN_SIZE];
    size_t len = 0;

    shown[0] = '\0';
    for (size_t i = 0; i < world.page.count; i++) {
        len += (size_t)snprintf(shown + len, sizeof(shown) - len, "%s%" PRId64, i > 0 ? " " : "",
                                world.page.rows[i].id);
    }
    return shown;
}

static const char *ask(const struct log_query *query)
{
    struct err err = ERR_INIT;

    log_page_free(&world.page);
    if (!log_read(world.reader, query, &world.page, &err)) {
        fail_msg("%s", err.message);
    }
    return ids();
}

struct filter_row {
    const char *name;
    const char *filter;
    const char *ids;
    bool deeds;
};

static struct filter_row filter_rows[] = {
    {"no filter finds everything", NULL, "12 11 10 9 8 7 6 5 4 3 2 1", false},
    {"an empty one, too", " ", "12 11 10 9 8 7 6 5 4 3 2 1", false},
    {"a person by @name", "@Boris", "12 7 5 4 3", false},
    {"a person by a part of the full name", "stranger", "8", false},
    {"an id finds the person, the chat and what was done to them", "1002", "12 11 9 7 5 4 3",
     false},
    {"a group by its id", "-1002000000001", "8 7", false},
    {"a name, and those below it", "example-shop.ru", "12 8 7 5 4 3 2", false},
    {"a name in Cyrillic", "Пример.рф", "6", false},
    {"a name in punycode", "xn--e1afmkfd.xn--p1ai", "6", false},
    {"an action", "sub_add", "7", false},
    {"the beginning of actions", "access", "10 9", false},
    {"each row once, whatever fits", "d", "12 11 10 8 7 6 5 4 3 2", false},
    {"nothing", "nowhere.example", "", false},
    {"no pattern of SQL", "%", "", false},
    {"whoever only looked is left out", "", "12 11 9 8 7 6 5 4 3", true},
    {"also among what is looked for", "example-shop.ru", "12 8 7 5 4 3", true},
    {"and of a person", "anna", "9 6", true},
    {"and of an id", "1001", "9 6", true},
};

static void finds(void **state)
{
    const struct filter_row *row = *state;
    struct log_query query = {.filter = row->filter, .most = 100, .deeds = row->deeds};

    add_rows();
    assert_string_equal(ask(&query), row->ids);
    assert_false(world.page.older || world.page.newer || world.page.partial);
}

static void a_row_has_everything(void **state)
{
    const struct log_row *row;

    (void)state;
    add_rows();
    (void)ask(&(struct log_query){.before_id = 6, .most = 1});
    row = &world.page.rows[0];
    assert_int_equal(row->id, 5);
    assert_int_equal(row->ms, 5000);
    assert_int_equal(row->chat_id, 1002);
    assert_int_equal(row->user_id, 1002);
    assert_string_equal(row->user, "boris");
    assert_string_equal(row->action, "dns_del");
    assert_string_equal(row->target, "example-shop.ru");
    assert_string_equal(row->result, "ok");
    assert_string_equal(row->before, "{\"a\":1}");
    assert_string_equal(row->after, "{}");
}

static void what_a_row_has_not_is_empty(void **state)
{
    const struct log_row *row;

    (void)state;
    add_rows();
    (void)ask(&(struct log_query){.filter = "dead", .most = 1});
    row = &world.page.rows[0];
    assert_int_equal(row->user_id, 0);
    assert_string_equal(row->user, "");
    assert_string_equal(row->target, "");
    assert_string_equal(row->before, "");
}

static void a_row_of_the_python_bot_has_its_time(void **state)
{
    (void)state;
    exec(
        "INSERT INTO action_logs (chat_id, username, action, created_at)"
        " VALUES (1, 'anna', '/start', '2025-03-01 10:00:00')");
    (void)ask(&(struct log_query){.filter = "@anna", .most = 5});
    assert_int_equal(world.page.rows[0].ms, INT64_C(1740823200000));
    assert_string_equal(world.page.rows[0].action, "/start");
    assert_string_equal(world.page.rows[0].result, "");
}

/* ---- pages ---- */

struct turn_row {
    const char *name;
    struct log_query query;
    const char *ids;
    bool newer, older;
};

static struct turn_row turn_rows[] = {
    {"the newest page", {NULL, 0, 0, 5, false}, "12 11 10 9 8", false, true},
    {"the next one", {NULL, 8, 0, 5, false}, "7 6 5 4 3", true, true},
    {"the last one", {NULL, 3, 0, 5, false}, "2 1", true, false},
    {"a last one that is full", {NULL, 6, 0, 5, false}, "5 4 3 2 1", true, false},
    {"beyond the last one", {NULL, 1, 0, 5, false}, "", true, false},
    {"back", {NULL, 0, 2, 5, false}, "7 6 5 4 3", true, true},
    {"back to a page that is not full gives the newest",
     {NULL, 0, 9, 5, false},
     "12 11 10 9 8",
     false,
     true},
    {"back to a full newest page", {NULL, 0, 7, 5, false}, "12 11 10 9 8", false, true},
    {"filtered", {"@boris", 0, 0, 2, false}, "12 7", false, true},
    {"filtered, the next one", {"@boris", 7, 0, 2, false}, "5 4", true, true},
    {"filtered, back", {"@boris", 0, 3, 2, false}, "5 4", true, true},
    {"found in several columns", {"1002", 0, 0, 2, false}, "12 11", false, true},
    {"found in several columns, back", {"1002", 0, 4, 2, false}, "7 5", true, true},
    {"one row", {NULL, 0, 0, 1, false}, "12", false, true},
    {"as many as there are", {NULL, 0, 0, 12, false}, "12 11 10 9 8 7 6 5 4 3 2 1", false, false},
};

static void turns(void **state)
{
    const struct turn_row *row = *state;

    add_rows();
    assert_string_equal(ask(&row->query), row->ids);
    assert_int_equal(world.page.newer, row->newer);
    assert_int_equal(world.page.older, row->older);
}

static void a_page_stays_while_rows_are_added(void **state)
{
    (void)state;
    add_rows();
    exec("INSERT INTO action_logs (chat_id, action) VALUES (1, 'later')");
    assert_string_equal(ask(&(struct log_query){.before_id = 8, .most = 5}), "7 6 5 4 3");
}

static void a_page_of_large_rows_has_fewer(void **state)
{
    struct log_query query = {.most = LOG_ROWS_MAX};

    (void)state;
    exec(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6)"
        " INSERT INTO action_logs (id, chat_id, action, after)"
        " SELECT i, 1, 'dns_set', hex(zeroblob(1000000)) FROM n"); /* 2,000,000 characters each */
    assert_string_equal(ask(&query), "6 5 4");
    assert_true(world.page.older);
    query.before_id = 4;
    assert_string_equal(ask(&query), "3 2 1");
    assert_false(world.page.older);
    assert_string_equal(ask(&(struct log_query){.after_id = 2, .most = 3}), "5 4 3");
    assert_true(world.page.newer);
}

/* ---- the history of a name ---- */

static void the_last_changes_of_a_name_are_those_that_were_made(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    add_rows();
    assert_true(log_last_changes(world.reader, "example-shop.ru", 2, &world.page, &err));
    assert_string_equal(ids(), "12 5");
    assert_true(world.page.older);
    assert_string_equal(world.page.rows[0].after, "{\"b\":2}");
    log_page_free(&world.page);
    assert_true(log_last_changes(world.reader, "example-shop.ru", 10, &world.page, &err));
    assert_string_equal(ids(), "12 5 3");
    assert_false(world.page.older);
    log_page_free(&world.page);
    assert_true(log_last_changes(world.reader, "nowhere.example", 10, &world.page, &err));
    assert_int_equal(world.page.count, 0);
}

static void what_an_update_has_done_is_found(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    add_rows();
    exec("UPDATE action_logs SET ref = id / 4");
    assert_true(log_of_update(world.reader, 1, 10, &world.page, &err));
    assert_string_equal(ids(), "7 6 5 4");
    log_page_free(&world.page);
    assert_true(log_of_update(world.reader, 1, 2, &world.page, &err));
    assert_string_equal(ids(), "7 6");
    assert_true(world.page.older);
    log_page_free(&world.page);
    assert_true(log_of_update(world.reader, 99, 10, &world.page, &err));
    assert_int_equal(world.page.count, 0);
}

/* ---- files that cannot be read ---- */

static void assert_fails(enum err_kind kind, const char *why)
{
    struct err err = ERR_INIT;

    assert_false(log_read(world.reader, &(struct log_query){.most = 5}, &world.page, &err));
    assert_int_equal(err.kind, kind);
    if (!strstr(err.message, why)) {
        fail_msg("\"%s\" is not in \"%s\"", why, err.message);
    }
}

static void a_missing_file_is_told_and_not_made(void **state)
{
    (void)state;
    assert_fails(ERR_REJECT, "No such file");
    assert_int_not_equal(access(world.path, F_OK), 0);
    open_file(); /* it comes later */
    add_rows();
    assert_string_equal(ask(&(struct log_query){.most = 2}), "12 11");
}

static void a_file_that_is_no_database_is_told(void **state)
{
    FILE *file = fopen(world.path, "w");

    (void)state;
    assert_non_null(file);
    for (int i = 0; i < 100; i++) {
        (void)fputs("this is a letter to somebody and not a database\n", file);
    }
    assert_int_equal(fclose(file), 0);
    assert_fails(ERR_REJECT, "restore a backup");
}

static void a_damaged_file_is_told(void **state)
{
    FILE *file;

    (void)state;
    add_rows();
    close_file();
    file = fopen(world.path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, 4096, SEEK_SET), 0);
    for (int i = 0; i < 4096 * 30; i++) {
        (void)fputc('x', file);
    }
    assert_int_equal(fclose(file), 0);
    assert_fails(ERR_REJECT, "restore a backup");
}

static void a_file_of_an_older_version_is_waited_for(void **state)
{
    (void)state;
    exec("DELETE FROM schema_version WHERE version > 2");
    assert_fails(ERR_RETRY, "up to date");
}

static void a_file_of_a_newer_version_is_read(void **state)
{
    (void)state;
    add_rows();
    exec("INSERT INTO schema_version (version, description) VALUES (99, 'x')");
    assert_string_equal(ask(&(struct log_query){.most = 1}), "12");
}

static void who_writes_holds_nobody_up_and_is_not_held_up(void **state)
{
    (void)state;
    add_rows();
    exec("BEGIN EXCLUSIVE; INSERT INTO action_logs (chat_id, action) VALUES (1, 'half done')");
    assert_string_equal(ask(&(struct log_query){.most = 1}), "12");
    exec("COMMIT");
    assert_string_equal(ask(&(struct log_query){.most = 1}), "13");
}

static void a_question_leaves_no_files_behind(void **state)
{
    char wal[TEMPDIR_PATH_SIZE];

    (void)state;
    tempdir_path(&world.dir, "bot.db-wal", wal);
    add_rows();
    (void)ask(&(struct log_query){.most = 5});
    assert_int_equal(access(wal, F_OK), 0);
    close_file(); /* folds it in, as nobody else has the file open */
    assert_int_not_equal(access(wal, F_OK), 0);
}

/* ---- a large file ---- */

static struct filter_row large_rows[] = {
    {"everything in a large log", "", "30000 29999 29998", false},
    {"a person in a large log", "@person7", "29980 29883 29786", false},
    {"an id in a large log", "1000007", "29980 29883 29786", false},
    {"a name in a large log", "name77.example.com", "29077 28077 27077", false},
    {"a part of many names in a large log", "7.exa", "29997 29987 29977", false},
    {"an action of most rows in a large log", "dns", "30000 29999 29998", false},
    {"a change among many looks", "", "30000 20000", true},
    {"a change of a name among many looks", "name0.example", "30000 20000", true},
};

static void finds_the_newest(void **state)
{
    const struct filter_row *row = *state;

    exec(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)"
        " INSERT INTO action_logs (chat_id, user_id, username, action, target, before)"
        " SELECT 1, 1000000 + i % 97, 'person' || (i % 97), iif(i % 10 = 0, 'dns_add', 'dns'),"
        "  'name' || (i % 1000) || '.example.com', iif(i % 10000 = 0, '{}', NULL) FROM n");
    assert_string_equal(ask(&(struct log_query){.filter = row->filter,
                                                .most = row->deeds ? 2 : 3,
                                                .deeds = row->deeds}),
                        row->ids);
    assert_true(world.page.older);
}

static void more_values_than_are_looked_through_are_told(void **state)
{
    (void)state;
    exec(
        "WITH RECURSIVE n (i) AS (SELECT 100000 UNION ALL SELECT i + 1 FROM n WHERE i < 125000)"
        " INSERT INTO action_logs (chat_id, action, target) SELECT 1, 'dns', 'n' || i FROM n");
    assert_string_equal(ask(&(struct log_query){.filter = "n12499", .most = 10}), "");
    assert_true(world.page.partial);
    assert_string_equal(ask(&(struct log_query){.filter = "n124999", .most = 10}), "25000");
}

#define WITH_FILE(test)   cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up_empty, tear_down)
#define ADD_ROWS(tests, count, test, rows)                                            \
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {                                    \
        (tests)[(*(count))++] =                                                       \
            (struct CMUnitTest){(rows)[i].name, test, set_up, tear_down, &(rows)[i]}; \
    }

int main(void)
{
    struct CMUnitTest
        tests[ARRAY_LEN(filter_rows) + ARRAY_LEN(turn_rows) + ARRAY_LEN(large_rows) + 14] = {
            WITH_FILE(a_row_has_everything),
            WITH_FILE(what_a_row_has_not_is_empty),
            WITH_FILE(a_row_of_the_python_bot_has_its_time),
            WITH_FILE(a_page_stays_while_rows_are_added),
            WITH_FILE(a_page_of_large_rows_has_fewer),
            WITH_FILE(the_last_changes_of_a_name_are_those_that_were_made),
            WITH_FILE(what_an_update_has_done_is_found),
            WITH_FOLDER(a_missing_file_is_told_and_not_made),
            WITH_FOLDER(a_file_that_is_no_database_is_told),
            WITH_FILE(a_damaged_file_is_told),
            WITH_FILE(a_file_of_an_older_version_is_waited_for),
            WITH_FILE(a_file_of_a_newer_version_is_read),
            WITH_FILE(who_writes_holds_nobody_up_and_is_not_held_up),
            WITH_FILE(a_question_leaves_no_files_behind),
            WITH_FILE(more_values_than_are_looked_through_are_told),
        };
    size_t count = 14;

    ADD_ROWS(tests, &count, finds, filter_rows);
    ADD_ROWS(tests, &count, turns, turn_rows);
    ADD_ROWS(tests, &count, finds_the_newest, large_rows);
    return cmocka_run_group_tests_name("log reader", tests, NULL, NULL);
}
