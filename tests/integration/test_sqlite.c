/* SPDX-License-Identifier: MIT */
/* shared/io/sqlite on real files: what is kept exactly, and what each damaged file is called. */
#include "shared/io/sqlite.h"
#include "tests/integration/tempdir.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A folder and the path of a database in it. */
struct world {
    struct tempdir dir;
    char path[TEMPDIR_PATH_SIZE];
};

static int set_up(void **state)
{
    static struct world world;

    tempdir_make(&world.dir);
    tempdir_path(&world.dir, "bot.db", world.path);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    tempdir_remove(&world->dir);
    return 0;
}

static struct sqlite *open_db(const char *path)
{
    struct err err = ERR_INIT;
    struct sqlite *sqlite = sqlite_open(path, 1000, &err);

    if (!sqlite) {
        fail_msg("%s", err.message);
    }
    return sqlite;
}

static void exec(struct sqlite *sqlite, const char *sql)
{
    struct err err = ERR_INIT;

    if (!sqlite_exec(sqlite, sql, &err)) {
        fail_msg("%s", err.message);
    }
}

static int64_t query(struct sqlite *sqlite, const char *sql)
{
    struct err err = ERR_INIT;
    int64_t number = 0;

    assert_true(sqlite_query_int(sqlite, sql, -99, &number, &err));
    return number;
}

/* Opening `path` must fail; the message names the file and holds `why`. */
static void assert_refused(const char *path, enum err_kind kind, const char *why)
{
    struct err err = ERR_INIT;

    assert_null(sqlite_open(path, 50, &err));
    assert_int_equal(err.kind, kind);
    assert_non_null(strstr(err.message, path));
    if (!strstr(err.message, why)) {
        fail_msg("\"%s\" does not hold \"%s\"", err.message, why);
    }
}

static void write_file(const char *path, const char *bytes, size_t len)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static mode_t mode_of(const char *path)
{
    struct stat status;

    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 0777;
}

/* ---- opening ---- */

static void a_missing_file_is_created_for_its_owner_alone(void **state)
{
    const struct world *world = *state;
    char wal[TEMPDIR_PATH_SIZE];
    mode_t old = umask(0);
    struct sqlite *sqlite = open_db(world->path);

    (void)umask(old);
    exec(sqlite, "CREATE TABLE t (x)");
    tempdir_path(&world->dir, "bot.db-wal", wal);
    assert_int_equal(mode_of(world->path), 0600);
    assert_int_equal(mode_of(wal), 0600);
    sqlite_close(sqlite);
}

static void an_existing_file_keeps_its_rows_and_its_mode(void **state)
{
    const struct world *world = *state;
    struct sqlite *sqlite = open_db(world->path);

    exec(sqlite, "CREATE TABLE t (x); INSERT INTO t VALUES (42)");
    sqlite_close(sqlite);
    assert_int_equal(chmod(world->path, 0640), 0);
    sqlite = open_db(world->path);
    assert_int_equal(query(sqlite, "SELECT x FROM t"), 42);
    assert_int_equal(mode_of(world->path), 0640);
    sqlite_close(sqlite);
}

static void an_empty_file_is_a_database(void **state)
{
    const struct world *world = *state;
    struct sqlite *sqlite;

    write_file(world->path, "", 0);
    sqlite = open_db(world->path);
    assert_int_equal(query(sqlite, "SELECT count(*) FROM sqlite_master"), 0);
    sqlite_close(sqlite);
}

static void commits_are_durable(void **state)
{
    const struct world *world = *state;
    struct sqlite *sqlite = open_db(world->path);
    struct err err = ERR_INIT;
    struct sqlite_statement *mode = sqlite_prepare(sqlite, "PRAGMA journal_mode", &err);
    bool row = false;

    assert_non_null(mode);
    assert_true(sqlite_step(mode, &row, &err));
    assert_true(row);
    assert_string_equal(sqlite_column_text(mode, 0), "wal");
    sqlite_finish(mode);
    assert_int_equal(query(sqlite, "PRAGMA synchronous"), 2); /* FULL */
    sqlite_close(sqlite);
}

static void something_else_is_refused_with_advice(void **state)
{
    const struct world *world = *state;
    static const char TEXT[] =
        "This is a letter, and it is long enough to have a header of 100 "
        "bytes, which is where SQLite looks first.\n";

    write_file(world->path, TEXT, sizeof(TEXT) - 1);
    assert_refused(world->path, ERR_FATAL, "not a database: move it away or restore a backup");
}

static void a_file_with_a_damaged_page_is_refused_with_advice(void **state)
{
    const struct world *world = *state;
    struct sqlite *sqlite = open_db(world->path);
    struct err err = ERR_INIT;
    FILE *file;
    int64_t ignored;

    exec(sqlite, "CREATE TABLE t (x); INSERT INTO t VALUES (1)");
    sqlite_close(sqlite);
    file = fopen(world->path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, 4096, SEEK_SET), 0); /* the table's own page */
    for (int i = 0; i < 4096; i++) {
        assert_int_equal(fputc(0xaa, file), 0xaa);
    }
    assert_int_equal(fclose(file), 0);
    sqlite = open_db(world->path);
    assert_false(sqlite_query_int(sqlite, "SELECT count(*) FROM t", 0, &ignored, &err));
    assert_int_equal(err.kind, ERR_FATAL);
    assert_non_null(strstr(err.message, "malformed: move it away and restore a backup"));
    sqlite_close(sqlite);
}

static void a_missing_folder_is_refused_with_advice(void **state)
{
    const struct world *world = *state;
    char path[TEMPDIR_PATH_SIZE];

    tempdir_path(&world->dir, "missing/bot.db", path);
    assert_refused(path, ERR_FATAL, "check that its folder exists");
}

static void a_folder_is_refused(void **state)
{
    const struct world *world = *state;

    assert_refused(world->dir.path, ERR_FATAL, "check that");
}

/* File modes do not bind root: there the same open succeeds, and both are asserted. */
static void a_folder_without_write_permission_is_refused(void **state)
{
    const struct world *world = *state;
    struct err err = ERR_INIT;
    struct sqlite *sqlite;

    assert_int_equal(chmod(world->dir.path, 0500), 0);
    sqlite = sqlite_open(world->path, 50, &err);
    assert_int_equal(chmod(world->dir.path, 0700), 0);
    if (geteuid() == 0) {
        assert_non_null(sqlite);
    } else {
        assert_null(sqlite);
        assert_int_equal(err.kind, ERR_FATAL);
        assert_non_null(strstr(err.message, "this user may write there"));
    }
    sqlite_close(sqlite);
}

static void a_file_without_write_permission_is_refused(void **state)
{
    const struct world *world = *state;
    struct err err = ERR_INIT;
    struct sqlite *sqlite = open_db(world->path);

    exec(sqlite, "CREATE TABLE t (x)");
    sqlite_close(sqlite);
    assert_int_equal(chmod(world->path, 0400), 0);
    sqlite = sqlite_open(world->path, 50, &err);
    if (geteuid() == 0) {
        assert_non_null(sqlite);
    } else {
        assert_null(sqlite);
        assert_int_equal(err.kind, ERR_FATAL);
        assert_non_null(strstr(err.message, "read-only: check that this user may write it"));
    }
    sqlite_close(sqlite);
}

/* ---- two handles on one file ---- */

static void a_lock_held_by_another_is_a_reason_to_retry(void **state)
{
    const struct world *world = *state;
    struct sqlite *holder = open_db(world->path);
    struct err err = ERR_INIT;
    struct sqlite *other;

    exec(holder, "CREATE TABLE t (x); BEGIN IMMEDIATE");
    other = sqlite_open(world->path, 20, &err);
    assert_non_null(other);
    assert_false(sqlite_exec(other, "INSERT INTO t VALUES (1)", &err));
    assert_int_equal(err.kind, ERR_RETRY);
    assert_non_null(strstr(err.message, "locked: another process is using it"));
    exec(holder, "COMMIT");
    exec(other, "INSERT INTO t VALUES (1)");
    sqlite_close(other);
    sqlite_close(holder);
}

static void an_exclusive_lock_delays_opening(void **state)
{
    const struct world *world = *state;
    struct sqlite *holder = open_db(world->path);

    /* Leaving WAL takes the whole file, as a foreign tool or an older program might. */
    exec(holder,
         "PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE;"
         "CREATE TABLE t (x)");
    assert_refused(world->path, ERR_RETRY, "locked");
    sqlite_close(holder);
    sqlite_close(open_db(world->path));
}

/* Whether another process finds a lock on the file. */
static bool is_locked(const char *path)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        int fd = open(path, O_RDWR);

        _exit(fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status) == 1;
}

/* POSIX drops all of a process's locks on a file when any descriptor of it is closed. */
static void a_second_open_keeps_the_locks_of_the_first(void **state)
{
    const struct world *world = *state;
    struct sqlite *first = open_db(world->path);

    exec(first, "CREATE TABLE t (x)");
    assert_true(is_locked(world->path));
    sqlite_close(open_db(world->path));
    assert_true(is_locked(world->path));
    sqlite_close(first);
    assert_false(is_locked(world->path));
}

static void a_full_disk_is_a_reason_to_retry(void **state)
{
    const struct world *world = *state;
    struct sqlite *sqlite = open_db(world->path);
    struct err err = ERR_INIT;

    exec(sqlite, "CREATE TABLE t (x); PRAGMA max_page_count = 3");
    assert_false(sqlite_exec(sqlite, "INSERT INTO t VALUES (zeroblob(100000))", &err));
    assert_int_equal(err.kind, ERR_RETRY);
    assert_non_null(strstr(err.message, "full: free some space on its disk"));
    sqlite_close(sqlite);
}

/* ---- statements ---- */

static struct sqlite *open_with_table(const struct world *world)
{
    struct sqlite *sqlite = open_db(world->path);

    exec(sqlite, "CREATE TABLE t (id INTEGER, text TEXT)");
    return sqlite;
}

static struct sqlite_statement *prepare(struct sqlite *sqlite, const char *sql)
{
    struct err err = ERR_INIT;
    struct sqlite_statement *statement = sqlite_prepare(sqlite, sql, &err);

    if (!statement) {
        fail_msg("%s", err.message);
    }
    return statement;
}

static void all_of_int64_is_kept_exactly(void **state)
{
    static const int64_t NUMBERS[] = {INT64_MIN, -1001234567890123, 0, 9007199254740993, INT64_MAX};
    struct sqlite *sqlite = open_with_table(*state);
    struct sqlite_statement *insert = prepare(sqlite, "INSERT INTO t VALUES (?, NULL)");
    struct sqlite_statement *select = prepare(sqlite, "SELECT id FROM t ORDER BY rowid");
    struct err err = ERR_INIT;
    bool row = false;

    for (size_t i = 0; i < ARRAY_LEN(NUMBERS); i++) {
        sqlite_bind_int(insert, 1, NUMBERS[i]);
        assert_true(sqlite_run(insert, &err));
    }
    for (size_t i = 0; i < ARRAY_LEN(NUMBERS); i++) {
        assert_true(sqlite_step(select, &row, &err));
        assert_true(row);
        assert_true(sqlite_column_int(select, 0) == NUMBERS[i]);
    }
    assert_true(sqlite_step(select, &row, &err));
    assert_false(row);
    sqlite_finish(select);
    sqlite_finish(insert);
    sqlite_close(sqlite);
}

struct text_row {
    const char *name;
    const char *text; /* NULL: the database's NULL */
};

static struct text_row text_rows[] = {
    {"plain text is kept", "hello"},
    {"an empty text is not NULL", ""},
    {"NULL is not a text", NULL},
    {"quotes and SQL are text", "'); DROP TABLE t; -- \" ` \\"},
    {"Cyrillic and emoji are kept", "Привет, 🙂 мир"},
    {"line breaks and tabs are kept", "a\r\n\tb\x01"},
    {"digits stay text", "0012.50"},
};

static void keeps_text(void **state)
{
    const struct text_row *row = *state;
    void *world = NULL;
    struct sqlite *sqlite;
    struct sqlite_statement *insert;
    struct sqlite_statement *select;
    struct err err = ERR_INIT;
    bool found = false;

    (void)set_up(&world);
    sqlite = open_with_table(world);
    insert = prepare(sqlite, "INSERT INTO t VALUES (1, ?)");
    select = prepare(sqlite, "SELECT text, text IS NULL, typeof(text) FROM t");
    sqlite_bind_text(insert, 1, row->text);
    assert_true(sqlite_run(insert, &err));
    assert_true(sqlite_step(select, &found, &err));
    assert_true(found);
    if (row->text) {
        assert_string_equal(sqlite_column_text(select, 0), row->text);
        assert_string_equal(sqlite_column_text(select, 2), "text");
    } else {
        assert_null(sqlite_column_text(select, 0));
        assert_int_equal(sqlite_column_int(select, 1), 1);
    }
    sqlite_finish(select);
    sqlite_finish(insert);
    sqlite_close(sqlite);
    (void)tear_down(&world);
}

static void bound_text_is_copied(void **state)
{
    struct sqlite *sqlite = open_with_table(*state);
    struct sqlite_statement *insert = prepare(sqlite, "INSERT INTO t VALUES (1, ?)");
    char text[] = "before";
    struct err err = ERR_INIT;

    sqlite_bind_text(insert, 1, text);
    memcpy(text, "after!", sizeof(text));
    assert_true(sqlite_run(insert, &err));
    assert_int_equal(query(sqlite, "SELECT count(*) FROM t WHERE text = 'before'"), 1);
    sqlite_finish(insert);
    sqlite_close(sqlite);
}

static void the_last_step_forgets_the_parameters(void **state)
{
    struct sqlite *sqlite = open_with_table(*state);
    struct sqlite_statement *insert = prepare(sqlite, "INSERT INTO t VALUES (?, ?)");
    struct err err = ERR_INIT;

    sqlite_bind_int(insert, 1, 5);
    sqlite_bind_text(insert, 2, "x");
    assert_true(sqlite_run(insert, &err));
    assert_true(sqlite_run(insert, &err));
    assert_int_equal(query(sqlite, "SELECT count(*) FROM t WHERE id IS NULL AND text IS NULL"), 1);
    sqlite_finish(insert);
    sqlite_close(sqlite);
}

static void a_failed_statement_is_usable_again(void **state)
{
    struct sqlite *sqlite = open_with_table(*state);
    struct sqlite_statement *insert;
    struct err err = ERR_INIT;

    exec(sqlite, "CREATE UNIQUE INDEX one ON t (id)");
    insert = prepare(sqlite, "INSERT INTO t VALUES (?, 'x')");
    sqlite_bind_int(insert, 1, 1);
    assert_true(sqlite_run(insert, &err));
    sqlite_bind_int(insert, 1, 1);
    assert_false(sqlite_run(insert, &err));
    assert_int_equal(err.kind, ERR_FATAL);
    assert_non_null(strstr(err.message, "UNIQUE constraint failed"));
    sqlite_bind_int(insert, 1, 2);
    assert_true(sqlite_run(insert, &err));
    sqlite_finish(insert);
    sqlite_close(sqlite);
}

static void a_parameter_that_does_not_exist_fails_the_step(void **state)
{
    struct sqlite *sqlite = open_with_table(*state);
    struct sqlite_statement *insert = prepare(sqlite, "INSERT INTO t VALUES (?, 'x')");
    struct err err = ERR_INIT;

    sqlite_bind_int(insert, 2, 1);
    assert_false(sqlite_run(insert, &err));
    assert_int_equal(err.kind, ERR_FATAL);
    assert_int_equal(query(sqlite, "SELECT count(*) FROM t"), 0);
    sqlite_finish(insert);
    sqlite_close(sqlite);
}

static void a_row_where_none_is_expected_is_an_error(void **state)
{
    struct sqlite *sqlite = open_with_table(*state);
    struct sqlite_statement *select = prepare(sqlite, "SELECT 1");
    struct err err = ERR_INIT;

    assert_false(sqlite_run(select, &err));
    assert_int_equal(err.kind, ERR_FATAL);
    sqlite_finish(select);
    sqlite_close(sqlite);
}

static void bad_sql_is_refused_with_sqlites_text(void **state)
{
    struct sqlite *sqlite = open_with_table(*state);
    struct err err = ERR_INIT;

    assert_null(sqlite_prepare(sqlite, "SELEKT 1", &err));
    assert_int_equal(err.kind, ERR_FATAL);
    assert_non_null(strstr(err.message, "near \"SELEKT\": syntax error"));
    assert_false(sqlite_exec(sqlite, "INSERT INTO nowhere VALUES (1)", &err));
    assert_non_null(strstr(err.message, "no such table: nowhere"));
    sqlite_close(sqlite);
}

static void a_number_is_asked_for_in_one_call(void **state)
{
    struct sqlite *sqlite = open_with_table(*state);

    assert_int_equal(query(sqlite, "SELECT 7"), 7);
    assert_int_equal(query(sqlite, "SELECT id FROM t"), -99);
    assert_int_equal(query(sqlite, "SELECT max(id) FROM t"), -99);
    sqlite_close(sqlite);
}

static void a_rolled_back_transaction_leaves_nothing(void **state)
{
    struct sqlite *sqlite = open_with_table(*state);

    exec(sqlite, "BEGIN; INSERT INTO t VALUES (1, 'x')");
    exec(sqlite, "ROLLBACK");
    assert_int_equal(query(sqlite, "SELECT count(*) FROM t"), 0);
    sqlite_close(sqlite);
}

static bool greet(const char *name, struct buf *out)
{
    buf_addf(out, "hello %s", name);
    return strcmp(name, "nobody") != 0;
}

static void a_function_of_ours_is_called_by_sql(void **state)
{
    struct sqlite *sqlite = open_with_table(*state);
    struct err err = ERR_INIT;

    assert_true(sqlite_add_function(sqlite, "greet", greet, &err));
    assert_int_equal(query(sqlite, "SELECT greet('Борис') = 'hello Борис'"), 1);
    assert_int_equal(query(sqlite, "SELECT greet('') = 'hello '"), 1);
    assert_int_equal(query(sqlite, "SELECT greet('nobody') IS NULL"), 1);
    assert_int_equal(query(sqlite, "SELECT greet(NULL) IS NULL"), 1);
    assert_int_equal(query(sqlite, "SELECT greet(7) IS NULL"), 1);
    assert_int_equal(query(sqlite, "SELECT greet(printf('%2000s', 'x')) IS NULL"), 1);
    sqlite_close(sqlite);
}

static void closing_nothing_is_allowed(void **state)
{
    (void)state;
    sqlite_close(NULL);
    sqlite_finish(NULL);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(text_rows) + 25] = {
        WITH_FOLDER(a_missing_file_is_created_for_its_owner_alone),
        WITH_FOLDER(an_existing_file_keeps_its_rows_and_its_mode),
        WITH_FOLDER(an_empty_file_is_a_database),
        WITH_FOLDER(commits_are_durable),
        WITH_FOLDER(something_else_is_refused_with_advice),
        WITH_FOLDER(a_file_with_a_damaged_page_is_refused_with_advice),
        WITH_FOLDER(a_missing_folder_is_refused_with_advice),
        WITH_FOLDER(a_folder_is_refused),
        WITH_FOLDER(a_folder_without_write_permission_is_refused),
        WITH_FOLDER(a_file_without_write_permission_is_refused),
        WITH_FOLDER(a_lock_held_by_another_is_a_reason_to_retry),
        WITH_FOLDER(an_exclusive_lock_delays_opening),
        WITH_FOLDER(a_second_open_keeps_the_locks_of_the_first),
        WITH_FOLDER(a_full_disk_is_a_reason_to_retry),
        WITH_FOLDER(all_of_int64_is_kept_exactly),
        WITH_FOLDER(bound_text_is_copied),
        WITH_FOLDER(the_last_step_forgets_the_parameters),
        WITH_FOLDER(a_failed_statement_is_usable_again),
        WITH_FOLDER(a_parameter_that_does_not_exist_fails_the_step),
        WITH_FOLDER(a_row_where_none_is_expected_is_an_error),
        WITH_FOLDER(bad_sql_is_refused_with_sqlites_text),
        WITH_FOLDER(a_number_is_asked_for_in_one_call),
        WITH_FOLDER(a_rolled_back_transaction_leaves_nothing),
        WITH_FOLDER(a_function_of_ours_is_called_by_sql),
        cmocka_unit_test(closing_nothing_is_allowed),
    };
    size_t count = 25;

    for (size_t i = 0; i < ARRAY_LEN(text_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = text_rows[i].name,
            .test_func = keeps_text,
            .initial_state = &text_rows[i],
        };
    }
    return cmocka_run_group_tests_name("sqlite", tests, NULL, NULL);
}
