/* SPDX-License-Identifier: MIT */
/* Backups and restores of real files: beside a process that writes, on full disks, of damaged
 * files. */
#include "worker/journal/backup.h"
#include "worker/journal/restore.h"

#include "shared/base/buf.h"
#include "shared/base/stop.h"
#include "shared/io/sqlite.h"
#include "tests/integration/tempdir.h"
#include "worker/journal/lock.h"
#include "worker/journal/schema.h"

#include <dirent.h>
#include <errno.h>
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

enum { BACKUPS = 20, CHILD_LIFE_S = 60, FULL_BYTES = 128 * 1024, MANY_ROWS = 20000 };

/* The folder of bot.db, and that of its backups. */
struct world {
    struct tempdir dir;
    char db[TEMPDIR_PATH_SIZE];
    char folder[TEMPDIR_PATH_SIZE];
    char copy[TEMPDIR_PATH_SIZE];
    pid_t writer; /* 0 for none */
};

static struct world world;

static int set_up(void **state)
{
    (void)state;
    world = (struct world){.writer = 0};
    tempdir_make(&world.dir);
    tempdir_path(&world.dir, "bot.db", world.db);
    tempdir_path(&world.dir, "backups", world.folder);
    tempdir_path(&world.dir, "copy.db", world.copy);
    assert_int_equal(mkdir(world.folder, 0700), 0);
    return 0;
}

static void end_child(pid_t child, int signal_number)
{
    int status;

    assert_int_equal(kill(child, signal_number), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
}

static int tear_down(void **state)
{
    (void)state;
    if (world.writer) {
        end_child(world.writer, SIGKILL);
    }
    tempdir_remove(&world.dir);
    return 0;
}

static struct sqlite *open_db(const char *path)
{
    struct err err = ERR_INIT;
    struct sqlite *db = sqlite_open(path, 5000, &err);

    if (!db) {
        fail_msg("%s", err.message);
    }
    return db;
}

static void exec(struct sqlite *db, const char *sql)
{
    struct err err = ERR_INIT;

    if (!sqlite_exec(db, sql, &err)) {
        fail_msg("%s", err.message);
    }
}

static int64_t number(const char *path, const char *sql)
{
    struct err err = ERR_INIT;
    struct sqlite *db = sqlite_open_to_read(path, 5000, &err);
    int64_t out = -1;

    if (!db || !sqlite_query_int(db, sql, -1, &out, &err)) {
        fail_msg("%s", err.message);
    }
    sqlite_close(db);
    return out;
}

/* A bot.db with tables, and with `rows` rows of the log. */
static struct sqlite *make_db(const char *path, int rows)
{
    struct sqlite *db = open_db(path);
    struct err err = ERR_INIT;
    struct buf sql;
    int64_t from;

    assert_true(schema_migrate(db, &from, &err));
    buf_init(&sql, 1024);
    buf_addf(&sql,
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
             " INSERT INTO action_logs (chat_id, action, details)"
             " SELECT 1002, 'start', hex(randomblob(100)) FROM n WHERE %d > 0",
             rows, rows);
    exec(db, buf_text(&sql));
    buf_free(&sql);
    return db;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static int count_files(const char *folder, const char *part)
{
    DIR *names = opendir(folder);
    const struct dirent *entry;
    int count = 0;

    assert_non_null(names);
    while ((entry = readdir(names))) { /* NOLINT(concurrency-mt-unsafe): one thread */
        count += strstr(entry->d_name, part) != NULL;
    }
    (void)closedir(names);
    return count;
}

static void assert_backup(const char *to, struct backup_made *out)
{
    struct err err = ERR_INIT;

    if (!backup_make(world.dir.path, to, 14, out, &err)) {
        fail_msg("%s", err.message);
    }
}

/* No backup is made; nothing is left of the attempt. */
static void assert_no_backup(const char *to, enum err_kind kind, const char *why)
{
    struct backup_made made;
    struct err err = ERR_INIT;

    assert_false(backup_make(world.dir.path, to, 14, &made, &err));
    if (err.kind != kind || !strstr(err.message, why)) {
        fail_msg("%s: \"%s\" does not hold \"%s\"", err_kind_name(err.kind), err.message, why);
    }
    assert_int_equal(count_files(world.folder, "bot"), 0);
    assert_int_equal(count_files(world.dir.path, ".part"), 0);
}

static void fill_file(const char *path, long at, const char *bytes)
{
    FILE *file = fopen(path, at < 0 ? "w" : "r+");

    assert_non_null(file);
    assert_int_equal(fseek(file, at < 0 ? 0 : at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, strlen(bytes), file), strlen(bytes));
    assert_int_equal(fclose(file), 0);
}

/* ---- beside who writes ---- */

static void write_for_ever(int ready)
{
    struct sqlite *db = open_db(world.db);

    (void)alarm(CHILD_LIFE_S);
    for (int64_t i = 1;; i++) {
        char sql[512];

        (void)snprintf(sql, sizeof(sql),
                       "BEGIN IMMEDIATE;"
                       "INSERT INTO action_logs (chat_id, action, details)"
                       " VALUES (1, 'load', hex(randomblob(400)));"
                       "UPDATE journal SET position = '%" PRId64 "-0'; COMMIT",
                       i);
        exec(db, sql);
        if (i == 10 && write(ready, "x", 1) != 1) {
            _exit(1);
        }
    }
}

static void start_writer(void)
{
    int pipe_ends[2];
    char byte;

    assert_int_equal(pipe(pipe_ends), 0);
    world.writer = fork();
    if (world.writer == 0) {
        write_for_ever(pipe_ends[1]);
    }
    assert_true(world.writer > 0);
    assert_int_equal(read(pipe_ends[0], &byte, 1), 1);
    (void)close(pipe_ends[0]);
    (void)close(pipe_ends[1]);
}

static int64_t position_of(const char *path)
{
    return number(path, "SELECT CAST(position AS INTEGER) FROM journal");
}

/* A backup is a moment: the rows are those of the position beside them, whatever is written
 * meanwhile. */
static void a_backup_beside_a_writer_is_one_moment(void **state)
{
    int64_t before_all;

    (void)state;
    sqlite_close(make_db(world.db, MANY_ROWS)); /* more pages than are copied at a time */
    start_writer();
    before_all = position_of(world.db);
    for (int i = 0; i < BACKUPS; i++) {
        int64_t before = position_of(world.db);
        struct backup_made made;
        int64_t in_it;

        assert_backup(world.copy, &made);
        in_it = position_of(world.copy);
        assert_true(in_it >= before);
        assert_true(in_it == number(world.copy,
                                    "SELECT count(*) FROM action_logs"
                                    " WHERE action = 'load'"));
        assert_true(made.facts.rows == MANY_ROWS + in_it);
        assert_true(strtoll(made.facts.position, NULL, 10) == in_it);
    }
    assert_true(position_of(world.db) > before_all + BACKUPS); /* it was not made to wait */
}

static void a_backup_is_one_file_for_its_owner_that_needs_no_other(void **state)
{
    struct sqlite *db = make_db(world.db, 10);
    struct backup_made made;
    struct stat status;
    char bytes[20];
    int file;

    (void)state;
    assert_backup(world.folder, &made);
    sqlite_close(db);
    assert_int_equal(count_files(world.folder, "bot"), 1);
    assert_int_equal(stat(made.path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    file = open(made.path, O_RDONLY);
    assert_int_equal(read(file, bytes, sizeof(bytes)), sizeof(bytes));
    (void)close(file);
    assert_int_equal(bytes[18], 1); /* no write-ahead log, says SQLite's file format */
    assert_int_equal(bytes[19], 1);
}

static void what_is_only_in_the_wal_is_in_the_backup(void **state)
{
    struct sqlite *db = make_db(world.db, 0);
    struct backup_made made;

    (void)state;
    exec(db, "INSERT INTO allowed_chats (chat_id, added_by) VALUES (1002, '1001')");
    assert_backup(world.copy, &made);
    assert_int_equal(made.facts.chats, 1);
    sqlite_close(db);
}

/* ---- folders ---- */

static void of_a_folder_the_newest_stay_and_all_that_is_no_backup(void **state)
{
    static const char *const THERE[] = {"bot-20250101T000000Z.db", "bot-20250102T000000Z.db",
                                        "bot-20250103T000000Z.db", "notes", "bot.db"};
    struct backup_made made;
    struct err err = ERR_INIT;
    char path[2 * TEMPDIR_PATH_SIZE];

    (void)state;
    sqlite_close(make_db(world.db, 1));
    for (size_t i = 0; i < ARRAY_LEN(THERE); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", world.folder, THERE[i]);
        fill_file(path, -1, "x");
    }
    assert_true(backup_make(world.dir.path, world.folder, 2, &made, &err));
    assert_int_equal(made.removed, 2);
    assert_true(exists(made.path));
    assert_int_equal(count_files(world.folder, "bot-"), 2);
    assert_int_equal(count_files(world.folder, "bot-20250103T000000Z.db"), 1);
    assert_int_equal(count_files(world.folder, "notes"), 1);
}

static void a_part_of_a_killed_process_is_overwritten(void **state)
{
    struct backup_made made;
    char part[2 * TEMPDIR_PATH_SIZE];

    (void)state;
    sqlite_close(make_db(world.db, 1));
    (void)snprintf(part, sizeof(part), "%s/bot-backup.part", world.folder);
    fill_file(part, -1, "half of something, and no database");
    assert_backup(world.folder, &made);
    assert_false(exists(part));
    assert_int_equal(made.facts.rows, 1);
}

/* ---- what is refused ---- */

static void without_a_bot_db_there_is_no_backup(void **state)
{
    (void)state;
    assert_no_backup(world.folder, ERR_FATAL, "No such file");
    assert_false(exists(world.db));
}

static void a_damaged_file_is_not_backed_up(void **state)
{
    (void)state;
    sqlite_close(make_db(world.db, 3000));
    for (long page = 20; page < 60; page++) {
        fill_file(world.db, page * 4096, "these bytes are of no table and of no index");
    }
    assert_no_backup(world.folder, ERR_FATAL, "malformed: move it away and restore a backup");
}

/* Each of its pages can be read; they do not go together. */
static void a_file_that_contradicts_itself_is_not_backed_up(void **state)
{
    struct sqlite *db = make_db(world.db, 10);

    (void)state;
    exec(db,
         "PRAGMA writable_schema = ON;"
         "DELETE FROM sqlite_master WHERE type = 'index' AND name LIKE 'idx_action_logs%'");
    sqlite_close(db);
    assert_no_backup(world.folder, ERR_FATAL, "damaged: ");
}

static void another_programs_file_is_not_backed_up(void **state)
{
    struct sqlite *db = open_db(world.db);

    (void)state;
    exec(db, "CREATE TABLE customers (id INTEGER)");
    sqlite_close(db);
    assert_no_backup(world.folder, ERR_FATAL, "not a database of this bot");
}

static void bot_db_itself_is_no_place_for_its_backup(void **state)
{
    (void)state;
    sqlite_close(make_db(world.db, 1));
    assert_no_backup(world.db, ERR_FATAL, "is the bot.db itself");
    assert_int_equal(number(world.db, "SELECT count(*) FROM action_logs"), 1);
}

static void a_full_disk_leaves_what_was_there(void **state)
{
    struct backup_made made;
    struct rlimit whole;
    struct rlimit full;
    struct err err = ERR_INIT;
    bool done;

    (void)state;
    sqlite_close(make_db(world.db, 0));
    assert_backup(world.copy, &made);
    sqlite_close(make_db(world.db, 3000));
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error, not the end */
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &whole), 0);
    full = (struct rlimit){.rlim_cur = FULL_BYTES, .rlim_max = whole.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    done = backup_make(world.dir.path, world.copy, 1, &made, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &whole), 0);
    assert_false(done);
    assert_int_equal(err.kind, ERR_RETRY);
    assert_non_null(strstr(err.message, "disk"));
    assert_int_equal(count_files(world.dir.path, ".part"), 0);
    assert_int_equal(number(world.copy, "SELECT count(*) FROM action_logs"), 0);
}

static void a_backup_ends_at_shutdown_and_leaves_nothing(void **state)
{
    struct err err = ERR_INIT;
    pid_t child;
    int status;

    (void)state;
    sqlite_close(make_db(world.db, 3000));
    child = fork(); /* the latch is of a process, for ever */
    if (child == 0) {
        struct backup_made made;
        bool done;

        if (!stop_install(&err)) {
            _exit(2);
        }
        stop_request();
        done = backup_make(world.dir.path, world.copy, 1, &made, &err);
        _exit(!done && err.kind == ERR_STOPPED ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_false(exists(world.copy));
    assert_int_equal(count_files(world.dir.path, ".part"), 0);
}

/* ---- the way back ---- */

static void assert_restored(struct restored *out)
{
    struct err err = ERR_INIT;

    if (!restore(world.dir.path, world.copy, out, &err)) {
        fail_msg("%s", err.message);
    }
    assert_int_equal(count_files(world.dir.path, ".part"), 0);
}

static void make_backup_of(int rows)
{
    struct backup_made made;

    sqlite_close(make_db(world.db, rows));
    assert_backup(world.copy, &made);
}

static void a_restore_puts_the_backup_in_place_and_keeps_what_was_there(void **state)
{
    struct restored made;
    struct sqlite *db;

    (void)state;
    make_backup_of(3);
    db = make_db(world.db, 4);
    sqlite_close(db);
    assert_restored(&made);
    assert_int_equal(made.facts.rows, 3);
    assert_int_equal(number(world.db, "SELECT count(*) FROM action_logs"), 3);
    assert_int_equal(number(made.kept, "SELECT count(*) FROM action_logs"), 7);
    assert_true(exists(world.copy));
}

/* A child makes rows that are in the -wal alone, and dies. */
static void leave_a_wal(void)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct sqlite *db = open_db(world.db);

        exec(db, "INSERT INTO action_logs (chat_id, action) VALUES (1, 'last')");
        (void)kill(getpid(), SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
}

static void the_wal_of_before_is_kept_and_not_replayed(void **state)
{
    struct restored made;
    char wal[2 * TEMPDIR_PATH_SIZE];

    (void)state;
    make_backup_of(3);
    leave_a_wal();
    (void)snprintf(wal, sizeof(wal), "%s-wal", world.db);
    assert_true(exists(wal));
    assert_restored(&made);
    assert_false(exists(wal));
    assert_int_equal(number(world.db, "SELECT count(*) FROM action_logs"), 3);
    assert_int_equal(number(made.kept, "SELECT count(*) FROM action_logs WHERE action = 'last'"),
                     1);
}

static void a_damaged_bot_db_is_replaced_and_kept(void **state)
{
    struct restored made;

    (void)state;
    make_backup_of(3);
    fill_file(world.db, -1, "a letter to somebody");
    assert_restored(&made);
    assert_int_equal(number(world.db, "SELECT count(*) FROM action_logs"), 3);
    assert_true(exists(made.kept));
}

static void a_folder_that_is_not_there_is_made(void **state)
{
    char folder[TEMPDIR_PATH_SIZE];
    char path[2 * TEMPDIR_PATH_SIZE];
    struct restored made;
    struct err err = ERR_INIT;

    (void)state;
    make_backup_of(3);
    tempdir_path(&world.dir, "new/data", folder);
    assert_true(restore(folder, world.copy, &made, &err));
    assert_string_equal(made.kept, "");
    (void)snprintf(path, sizeof(path), "%s/bot.db", folder);
    assert_int_equal(number(path, "SELECT count(*) FROM action_logs"), 3);
}

/* Nothing is changed: bot.db has its four rows. */
static void assert_not_restored(enum err_kind kind, const char *why)
{
    struct restored made;
    struct err err = ERR_INIT;

    assert_false(restore(world.dir.path, world.copy, &made, &err));
    if (err.kind != kind || !strstr(err.message, why)) {
        fail_msg("%s: \"%s\" does not hold \"%s\"", err_kind_name(err.kind), err.message, why);
    }
    assert_int_equal(number(world.db, "SELECT count(*) FROM action_logs"), 4);
    assert_int_equal(count_files(world.dir.path, "before"), 0);
    assert_int_equal(count_files(world.dir.path, ".part"), 0);
}

static void nothing_is_restored_while_a_worker_keeps_the_folder(void **state)
{
    char lock[TEMPDIR_PATH_SIZE];
    int ready[2];
    pid_t child;
    char byte;

    (void)state;
    make_backup_of(4);
    tempdir_path(&world.dir, "bot.db.lock", lock);
    assert_int_equal(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        struct err err = ERR_INIT;

        if (lock_take(lock, &err) >= 0 && write(ready[1], "x", 1) == 1) {
            (void)poll(NULL, 0, CHILD_LIFE_S * 1000);
        }
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_not_restored(ERR_RETRY, "stop its worker first");
    end_child(child, SIGKILL);
    (void)close(ready[0]);
    (void)close(ready[1]);
}

static void nothing_is_restored_from_what_is_no_backup(void **state)
{
    (void)state;
    sqlite_close(make_db(world.db, 4));
    assert_not_restored(ERR_FATAL, "No such file");
    fill_file(world.copy, -1, "a letter to somebody, of more than a few bytes in length");
    assert_not_restored(ERR_FATAL, "not a database");
    assert_int_equal(unlink(world.copy), 0);
    sqlite_close(open_db(world.copy));
    assert_not_restored(ERR_FATAL, "empty");
}

static void root_makes_nothing_in_the_folder_of_a_workers_user(void **state)
{
    (void)state;
    make_backup_of(4);
    if (geteuid() != 0) {
        skip();
    }
    assert_int_equal(chown(world.dir.path, 10001, 10001), 0);
    assert_not_restored(ERR_FATAL, "belongs to the user 10001: run this as that user");
}

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_backup_beside_a_writer_is_one_moment),
        WORLD_TEST(a_backup_is_one_file_for_its_owner_that_needs_no_other),
        WORLD_TEST(what_is_only_in_the_wal_is_in_the_backup),
        WORLD_TEST(of_a_folder_the_newest_stay_and_all_that_is_no_backup),
        WORLD_TEST(a_part_of_a_killed_process_is_overwritten),
        WORLD_TEST(without_a_bot_db_there_is_no_backup),
        WORLD_TEST(a_damaged_file_is_not_backed_up),
        WORLD_TEST(a_file_that_contradicts_itself_is_not_backed_up),
        WORLD_TEST(another_programs_file_is_not_backed_up),
        WORLD_TEST(bot_db_itself_is_no_place_for_its_backup),
        WORLD_TEST(a_full_disk_leaves_what_was_there),
        WORLD_TEST(a_backup_ends_at_shutdown_and_leaves_nothing),
        WORLD_TEST(a_restore_puts_the_backup_in_place_and_keeps_what_was_there),
        WORLD_TEST(the_wal_of_before_is_kept_and_not_replayed),
        WORLD_TEST(a_damaged_bot_db_is_replaced_and_kept),
        WORLD_TEST(a_folder_that_is_not_there_is_made),
        WORLD_TEST(nothing_is_restored_while_a_worker_keeps_the_folder),
        WORLD_TEST(nothing_is_restored_from_what_is_no_backup),
        WORLD_TEST(root_makes_nothing_in_the_folder_of_a_workers_user),
    };

    return cmocka_run_group_tests_name("backup", tests, NULL, NULL);
}
