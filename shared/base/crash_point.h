/* SPDX-License-Identifier: MIT */
/*
 * Places at which a test lets a program die, as kill -9 would.
 *
 * CRASH_POINT("worker.taken") is nothing unless the build option CRASH_POINTS is on, which it is in
 * the presets that test and never in what ships. There, CRASH_AT=worker.taken:2 in the environment
 * kills the process when it comes past that place for the second time. A program does not start
 * with a CRASH_AT that it cannot obey: it dies at the first place it passes.
 *
 * CRASH_ON_TEXT(text) is the poisonous update: with CRASH_ON_TEXT=/poison in the environment every
 * program dies that comes to work on a text that begins so.
 *
 * A point stands between two effects that cannot be made one: where a crash leaves the first
 * without the second. This table is all of them; tests/lint/check_crash_points.sh holds it equal
 * to the code.
 */
#ifndef SHARED_BASE_CRASH_POINT_H
#define SHARED_BASE_CRASH_POINT_H

/* clang-format off */
#define CRASH_POINT_TABLE(POINT)                                                              \
    POINT("gateway.polled")    /* updates have come from Telegram, none is in the queue    */ \
    POINT("gateway.pushed")    /* they are in the queue, Telegram has not been told        */ \
    POINT("gateway.confirmed") /* it stops: Telegram has been told, the lease is still its */ \
    POINT("sender.read")       /* a reply is taken from the queue, nothing is sent         */ \
    POINT("sender.sent")       /* Telegram has answered, the queue has not been told       */ \
    POINT("sender.settled")    /* the queue has been told                                  */ \
    POINT("worker.taken")      /* an update is taken, nothing is done                      */ \
    POINT("worker.begun")      /* the intent to call is noted, nothing is called           */ \
    POINT("worker.called")     /* the hosting has answered, nobody has noted it            */ \
    POINT("worker.recorded")   /* the result of the call is noted                          */ \
    POINT("worker.answered")   /* all that it brings is worked out, nothing is written     */ \
    POINT("worker.done")       /* all of it is written                                     */ \
    POINT("worker.noticing")   /* others' changes are in the file, no administrator knows  */ \
    POINT("worker.noticed")    /* word of them is in the queue                             */ \
    POINT("alarms.telling")    /* an alarm begins or ends, no administrator knows          */ \
    POINT("alarms.told")       /* word of it is in the queue                               */ \
    POINT("journal.copied")    /* an older bot.db is copied, nothing in it is changed      */ \
    POINT("journal.migrated")  /* it has made a step to a newer version, not the next one  */ \
    POINT("file.whole")        /* a copy of bot.db is whole and has not got its name yet   */ \
    POINT("restore.kept")      /* the bot.db of before has another name, too, and its own  */
/* clang-format on */

#ifdef CRASH_POINTS
/* Kills the process when CRASH_AT says so. Any thread. */
void crash_point_pass(const char *name);
#define CRASH_POINT(name) crash_point_pass(name)
/* Kills the process when `text` begins with CRASH_ON_TEXT of the environment. Any thread. */
void crash_point_read(const char *text);
#define CRASH_ON_TEXT(text) crash_point_read(text)
#else
#define CRASH_POINT(name)   ((void)0)
#define CRASH_ON_TEXT(text) ((void)0)
#endif

#endif
