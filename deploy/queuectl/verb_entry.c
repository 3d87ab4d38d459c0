/* SPDX-License-Identifier: MIT */
/* retry, drop, release and cancel: what is done to one entry, or to several that are named. */
#include "deploy/queuectl/act.h"
#include "deploy/queuectl/entry_name.h"
#include "deploy/queuectl/verb_functions.h"
#include "shared/base/mem.h"

#include <stdio.h>
#include <stdlib.h>

/* Said to the chat when the person on call says nothing; in both languages, as nobody asks which.
 */
static const char CANCELLED[] = "Отменено оператором. Cancelled by an operator.";

/* Which function an entry is given to, and with which text. */
struct deed {
    const char *name; /* "Release" */
    const char *function;
    const char *text; /* or NULL */
};

/* The IDs that the arguments name, owned by the caller. */
static bool find_entries(struct session *session, char (**out)[REDIS_ID_SIZE], enum ending *ending,
                         struct err *err)
{
    char(*ids)[REDIS_ID_SIZE] = xcalloc(session->argument_count + 1, sizeof(*ids));

    for (size_t i = 0; i < session->argument_count; i++) {
        bool found = false;

        *ending = entry_update_id(session->arguments[i]) || entry_is_id(session->arguments[i])
                      ? ENDING_FAILED
                      : ENDING_USAGE;
        if (!entry_find(session, session->arguments[i], ids[i], &found, err)) {
            free(ids);
            return false;
        }
        if (!found) {
            free(ids);
            *ending = ENDING_NOT_FOUND;
            return err_set(err, ERR_REJECT,
                           "update %.30s neither runs nor is among the dead: while it waits, give"
                           " the ID of its entry",
                           session->arguments[i]);
        }
    }
    *out = ids;
    return true;
}

static enum ending do_to_entries(struct session *session, const struct deed *deed, struct err *err)
{
    char(*ids)[REDIS_ID_SIZE] = NULL;
    enum ending ending = ENDING_FAILED;
    char question[128];
    struct act *acts;

    if (!find_entries(session, &ids, &ending, err)) {
        return ending;
    }
    acts = xcalloc(session->argument_count, sizeof(*acts));
    for (size_t i = 0; i < session->argument_count; i++) {
        acts[i] = (struct act){
            .function = deed->function, .subject = ids[i], .words = {ids[i]}, .text = deed->text};
    }
    (void)snprintf(question, sizeof(question), "%s %s%s", deed->name, ids[0],
                   session->argument_count > 1 ? " and the others" : "");
    ending = act_run(session, question, acts, session->argument_count, err);
    free(acts);
    free(ids);
    return ending;
}

enum ending verb_retry(struct session *session, struct err *err)
{
    return do_to_entries(session, &(struct deed){"Retry", "bq_retry", NULL}, err);
}

enum ending verb_release(struct session *session, struct err *err)
{
    return do_to_entries(session, &(struct deed){"Release", "bq_release", NULL}, err);
}

enum ending verb_drop(struct session *session, struct err *err)
{
    const char *reason = options_text(session->options, OPTION_REASON);

    return do_to_entries(session, &(struct deed){"Drop", "bq_drop", reason ? reason : ""}, err);
}

enum ending verb_cancel(struct session *session, struct err *err)
{
    const char *reason = options_text(session->options, OPTION_REASON);
    const char *update_id = entry_update_id(session->arguments[0]);
    const char *name = update_id ? update_id : session->arguments[0];
    char question[128];

    if (!update_id && !entry_is_id(name)) {
        (void)err_set(err, ERR_REJECT,
                      "%.60s: neither an update, u<number>, nor the ID of an entry", name);
        return ENDING_USAGE;
    }
    (void)snprintf(question, sizeof(question), "Cancel update %.60s", name);
    return act_run(session, question,
                   &(struct act){.function = "bq_cancel",
                                 .subject = name,
                                 .words = {name},
                                 .text = reason ? reason : CANCELLED},
                   1, err);
}
