/* SPDX-License-Identifier: MIT */
/* worker/journal/backup_name.c: names, which backups are too many, and when the next one is due. */
#include "worker/journal/backup_name.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { HOUR_MS = 3600000 };

static void a_name_tells_its_moment(void **state)
{
    static const struct {
        int64_t ms;
        const char *name;
    } ROWS[] = {
        {0, "bot-19700101T000000Z.db"},
        {951827696000, "bot-20000229T123456Z.db"},
        {1709251199000, "bot-20240229T235959Z.db"},
        {1709251200000, "bot-20240301T000000Z.db"},
        {1795717803000, "bot-20261126T183003Z.db"},
        {4107542399000, "bot-21000228T235959Z.db"},
        {4107542400000, "bot-21000301T000000Z.db"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        char name[BACKUP_NAME_SIZE];

        backup_name(ROWS[i].ms + 999, name);
        assert_string_equal(name, ROWS[i].name);
        assert_true(backup_name_ms(name) == ROWS[i].ms);
    }
}

static void later_names_are_greater(void **state)
{
    char before[BACKUP_NAME_SIZE] = "";

    (void)state;
    for (int64_t ms = 0; ms < 4200000000000; ms += 86399000) {
        char name[BACKUP_NAME_SIZE];

        backup_name(ms, name);
        assert_true(strcmp(before, name) < 0);
        assert_true(backup_name_ms(name) == ms);
        memcpy(before, name, sizeof(before));
    }
}

/* Whatever lies in the folder besides backups is never removed. */
static void other_names_are_no_backups(void **state)
{
    static const char *const NAMES[] = {
        "",
        "bot.db",
        "bot-backup.part",
        "bot-20261126T183003Z.db.part",
        "bot-20261126T183003Z.db-wal",
        "copy of bot-20261126T183003Z.db",
        "bot-20261126T183003Z",
        "bot-20261126 183003Z.db",
        "bot-2026112aT183003Z.db",
        "bot-20261131T183003Z.db",
        "bot-20230229T183003Z.db",
        "bot-20260026T183003Z.db",
        "bot-20261326T183003Z.db",
        "bot-20261126T243003Z.db",
        "bot-20261126T186003Z.db",
        "bot-########T######Z.db",
        "bot.db.before-1795718284059",
        "bot.db.schema-2-20261126T183402Z",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        if (backup_name_ms(NAMES[i]) != -1) {
            fail_msg("\"%s\" is taken for a backup", NAMES[i]);
        }
    }
}

static void the_newest_stay(void **state)
{
    int64_t moments[] = {5000, 1000, 4000, 2000, 3000};

    (void)state;
    assert_int_equal(backup_too_many(moments, 5, 2), 3);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(moments[i], (int64_t)(i + 1) * 1000);
    }
    assert_int_equal(backup_too_many(moments, 5, 5), 0);
    assert_int_equal(backup_too_many(moments, 5, 14), 0);
    assert_int_equal(backup_too_many(moments, 5, 0), 4); /* never all of them */
    assert_int_equal(backup_too_many(NULL, 0, 2), 0);
}

static void the_next_one_is_due_a_while_after_the_newest(void **state)
{
    const int64_t now = 1795717803000;
    const int64_t fresh[] = {now - 50 * HOUR_MS, now - 2 * HOUR_MS, now - 26 * HOUR_MS};
    const int64_t old[] = {now - 50 * HOUR_MS, now - 26 * HOUR_MS};
    const int64_t future[] = {now - 2 * HOUR_MS, now + 100 * HOUR_MS};

    (void)state;
    assert_true(backup_due_ms(NULL, 0, 24 * HOUR_MS, now) == now);
    assert_true(backup_due_ms(fresh, 3, 24 * HOUR_MS, now) == now + 22 * HOUR_MS);
    assert_true(backup_due_ms(old, 2, 24 * HOUR_MS, now) == now);
    assert_true(backup_due_ms(future, 2, 24 * HOUR_MS, now) == now + 22 * HOUR_MS);
    assert_true(backup_due_ms(&future[1], 1, 24 * HOUR_MS, now) == now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_tells_its_moment),
        cmocka_unit_test(later_names_are_greater),
        cmocka_unit_test(other_names_are_no_backups),
        cmocka_unit_test(the_newest_stay),
        cmocka_unit_test(the_next_one_is_due_a_while_after_the_newest),
    };

    return cmocka_run_group_tests_name("backup_name", tests, NULL, NULL);
}
