/* SPDX-License-Identifier: MIT */
#include "worker/backup_verbs.h"

#include "worker/journal/backup.h"
#include "worker/journal/restore.h"
#include "worker/worker_settings.h"

#include <inttypes.h>
#include <string.h>

/* "0-0" is where a file without events begins. */
static const char *last_event(const struct file_facts *facts)
{
    bool none = facts->position[0] == '\0' || strcmp(facts->position, "0-0") == 0;

    return none ? "none" : facts->position;
}

static void add_facts(struct buf *out, const struct file_facts *facts)
{
    buf_addf(out,
             "%" PRId64 " bytes, schema %" PRId64 ", rows %" PRId64 ", chats %" PRId64
             ", grants %" PRId64 ", creators %" PRId64 ", last event %s\n",
             facts->bytes, facts->schema, facts->rows, facts->chats, facts->grants, facts->creators,
             last_event(facts));
}

static bool run_backup(const void *settings, const char *path, struct buf *out, struct err *err)
{
    const struct worker_settings *worker = settings;
    struct backup_made made;

    if (!backup_make(worker->data_dir, path, (size_t)worker->backup_keep, &made, err)) {
        return false;
    }
    buf_addf(out, "%s: ", made.path);
    add_facts(out, &made.facts);
    return true;
}

static bool run_verify(const void *settings, const char *path, struct buf *out, struct err *err)
{
    struct file_facts facts;

    (void)settings;
    if (!file_check(path, &facts, err)) {
        return false;
    }
    buf_addf(out, "%s is good: ", path);
    add_facts(out, &facts);
    return true;
}

static bool run_restore(const void *settings, const char *path, struct buf *out, struct err *err)
{
    const struct worker_settings *worker = settings;
    struct restored made;

    if (!restore(worker->data_dir, path, &made, err)) {
        return false;
    }
    buf_addf(out, "%s/bot.db is restored: ", worker->data_dir);
    add_facts(out, &made.facts);
    if (made.kept[0] != '\0') {
        buf_addf(out, "The file of before is kept: %s\n", made.kept);
    }
    buf_addf(
        out,
        "An empty Redis gets these rights when the worker starts. A Redis that has rights keeps "
        "its own, and this file gets them: start with an empty one if these shall apply.\n"
        "Events since the last one are followed as far as Redis still has them; what it has let "
        "go of is missing in this file.\n");
    return true;
}

static const char *const OF_BACKUP[] = {"DATA_DIR", "BACKUP_KEEP", NULL};
static const char *const OF_VERIFY[] = {NULL};
static const char *const OF_RESTORE[] = {"DATA_DIR", NULL};

const struct program_verb BACKUP_VERBS[BACKUP_VERB_COUNT] = {
    {"backup", "PATH",
     "copies bot.db, also while it is in use, to a file, or into a folder of which the newest "
     "BACKUP_KEEP stay",
     OF_BACKUP, run_backup},
    {"verify", "PATH", "says whether a copy of bot.db is whole, and what is in it", OF_VERIFY,
     run_verify},
    {"restore", "PATH", "puts a copy in the place of bot.db, which is kept; no worker may use it",
     OF_RESTORE, run_restore},
};
