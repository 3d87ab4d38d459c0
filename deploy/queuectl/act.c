/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/act.h"

#include "deploy/queuectl/cell.h"
#include "shared/base/compiler.h"
#include "shared/queue/operators.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SENTENCE_MAX_BYTES = 4096, ANSWER_MAX = 16 };

static const struct column COLUMNS[] = {
    {"subject", NULL, CELL_TEXT}, {"done", NULL, CELL_TRUTH}, {"dry_run", NULL, CELL_TRUTH},
    {"result", NULL, CELL_TEXT},  {"text", NULL, CELL_TEXT},
};

/* Asks on the terminal; the answer is one line, "" for none. */
static void ask(const char *question, const char *hint, char out[], int out_size)
{
    struct buf visible;

    buf_init(&visible, SENTENCE_MAX_BYTES);
    cell_harmless(&visible, question);
    (void)fprintf(stderr, "%s? %s", buf_text(&visible), hint);
    buf_free(&visible);
    if (!fgets(out, out_size, stdin)) {
        out[0] = '\0';
    }
    out[strcspn(out, "\r\n")] = '\0';
}

/* Anything but y or yes is no. */
static bool said_yes(const char *question)
{
    char answer[ANSWER_MAX] = "";

    ask(question, "[y/N] ", answer, sizeof(answer));
    return strcmp(answer, "y") == 0 || strcmp(answer, "yes") == 0;
}

/* Finds the reason: the one given, the verb's own, or what is typed now. False for none. */
static bool find_why(struct session *session, const char *own, bool terminal)
{
    const char *given = options_text(session->options, OPTION_WHY);

    (void)snprintf(session->why, sizeof(session->why), "%s", given ? given : own ? own : "");
    if (session->why[0] == '\0' && options_has(session->options, OPTION_DRY_RUN)) {
        (void)snprintf(session->why, sizeof(session->why), "dry run");
    }
    if (session->why[0] == '\0' && terminal) {
        ask("Why, for the log", "", session->why, sizeof(session->why));
    }
    return session->why[0] != '\0';
}

bool act_allowed(struct session *session, const char *question, const char *why, enum ending *out,
                 struct err *err)
{
    bool sure =
        options_has(session->options, OPTION_YES) || options_has(session->options, OPTION_DRY_RUN);
    bool terminal = !sure && isatty(STDIN_FILENO) == 1;

    *out = ENDING_USAGE;
    if (!sure && !terminal) {
        return err_set(err, ERR_REJECT,
                       "this changes something: --yes, or --dry-run to look first");
    }
    if (!find_why(session, why, terminal)) {
        return err_set(err, ERR_REJECT, "say why, for the log: --why \"...\"");
    }
    if (terminal && !said_yes(question)) {
        listing_note(session->listing, "nothing was done");
        *out = ENDING_REFUSED;
        return false;
    }
    return true;
}

static enum ending ending_of_act(enum operator_end end)
{
    static const enum ending ENDINGS[] = {
        [OPERATOR_DONE] = ENDING_OK,
        [OPERATOR_NOT_FOUND] = ENDING_NOT_FOUND,
        [OPERATOR_REFUSED] = ENDING_REFUSED,
    };

    return ENDINGS[end];
}

static bool do_one(struct session *session, const struct act *act, enum ending *out,
                   struct buf *sentence, struct err *err)
{
    const char *words[ACT_WORDS_MAX + 3];
    size_t count = 0;
    enum operator_end end = OPERATOR_DONE;

    while (count < ACT_WORDS_MAX && act->words[count]) {
        words[count] = act->words[count];
        count++;
    }
    words[count++] = session->who;
    words[count++] = session->why;
    if (act->text) {
        words[count++] = act->text;
    }
    if (!queue_operate(
            session->queue,
            &(struct operator_call){.function = act->function,
                                    .words = words,
                                    .word_count = count,
                                    .dry_run = options_has(session->options, OPTION_DRY_RUN)},
            &end, sentence, err)) {
        return false;
    }
    *out = ending_of_act(end);
    return true;
}

static void show(struct session *session, const struct act *act, enum ending ending,
                 const char *sentence)
{
    bool dry_run = options_has(session->options, OPTION_DRY_RUN);

    listing_text(session->listing, act->subject);
    listing_number(session->listing, ending == ENDING_OK && !dry_run);
    listing_number(session->listing, dry_run);
    listing_text(session->listing, ending_name(ending));
    listing_text(session->listing, sentence);
    if (ending != ENDING_OK) {
        listing_tone(session->listing, TONE_BAD);
    }
    listing_row(session->listing);
}

enum ending act_all(struct session *session, const struct act acts[], size_t count, struct err *err)
{
    enum ending first_failure = ENDING_OK;
    size_t done = 0;

    listing_begin(session->listing, session->schema, COLUMNS, ARRAY_LEN(COLUMNS));
    for (size_t i = 0; i < count; i++) {
        struct buf sentence;
        enum ending ending = ENDING_OK;
        bool ok;

        buf_init(&sentence, SENTENCE_MAX_BYTES);
        ok = do_one(session, &acts[i], &ending, &sentence, err);
        if (ok) {
            show(session, &acts[i], ending, buf_text(&sentence));
        }
        buf_free(&sentence);
        if (!ok) {
            return done > 0 ? ENDING_PARTIAL : ENDING_FAILED;
        }
        done += ending == ENDING_OK;
        first_failure = first_failure == ENDING_OK ? ending : first_failure;
    }
    return first_failure != ENDING_OK && done > 0 ? ENDING_PARTIAL : first_failure;
}

enum ending act_run(struct session *session, const char *question, const struct act acts[],
                    size_t count, struct err *err)
{
    enum ending ending = ENDING_FAILED;

    return act_allowed(session, question, NULL, &ending, err) ? act_all(session, acts, count, err)
                                                              : ending;
}
