/* SPDX-License-Identifier: MIT */
#include "worker/page/act.h"

#include "shared/base/compiler.h"
#include "shared/base/utf8.h"

#include <stdio.h>
#include <string.h>

enum { WORD_BYTES_MOST = 450 }; /* what functions for operators take */

/* Where an argument of a function comes from. */
enum source { FROM_NOTHING, FROM_ID, FROM_OUTCOME, FROM_WHO, FROM_WHY, FROM_NO_TEXT };

/* clang-format off */
static const struct verb {
    const char *name;
    const char *function;
    enum source words[ACT_WORDS_MOST];
} VERBS[] = {
    {"check",   NULL,         {FROM_NOTHING}},
    {"retry",   "bq_retry",   {FROM_ID, FROM_WHO, FROM_WHY}},
    {"drop",    "bq_drop",    {FROM_ID, FROM_WHO, FROM_WHY, FROM_NO_TEXT}}, /* the dead: their chats were told */
    {"settle",  "bq_settle",  {FROM_ID, FROM_OUTCOME, FROM_WHO, FROM_WHY}},
    {"release", "bq_release", {FROM_ID, FROM_WHO, FROM_WHY}},
    {"pause",   "bq_pause",   {FROM_WHO, FROM_WHY}},
    {"resume",  "bq_resume",  {FROM_WHO, FROM_WHY}},
};
/* clang-format on */

static const struct verb *verb_of(const char *name)
{
    for (size_t i = 0; name && i < ARRAY_LEN(VERBS); i++) {
        if (strcmp(VERBS[i].name, name) == 0) {
            return &VERBS[i];
        }
    }
    return NULL;
}

static void read_who(struct act *act)
{
    const char *name = json_text(act->tree, "who");
    bool named = name && name[0] != '\0';

    (void)snprintf(act->who, sizeof(act->who), "page%s%.*s", named ? " " : "",
                   named ? (int)utf8_fit_bytes(name, strlen(name), ACT_WHO_SIZE - sizeof("page "))
                         : 0,
                   named ? name : "");
}

/* A text that a person has to give, or NULL. */
static const char *given(const struct act *act, const char *name, struct err *err)
{
    const char *text = json_text(act->tree, name);

    if (!text || text[0] == '\0' || strlen(text) > WORD_BYTES_MOST) {
        (void)err_set(err, ERR_REJECT, "\"%s\" is missing or too long", name);
        return NULL;
    }
    return text;
}

static const char *outcome_of(const struct act *act, struct err *err)
{
    const char *outcome = given(act, "outcome", err);

    if (outcome && strcmp(outcome, "done") != 0 && strcmp(outcome, "not-done") != 0) {
        (void)err_set(err, ERR_REJECT, "\"outcome\" is neither \"done\" nor \"not-done\"");
        return NULL;
    }
    return outcome;
}

static const char *word_from(const struct act *act, enum source source, struct err *err)
{
    switch (source) {
    case FROM_ID:
        return given(act, "id", err);
    case FROM_OUTCOME:
        return outcome_of(act, err);
    case FROM_WHO:
        return act->who;
    case FROM_WHY:
        return given(act, "why", err);
    case FROM_NO_TEXT:
    case FROM_NOTHING:
        break;
    }
    return "";
}

static bool read_words(const struct verb *verb, struct act *act, struct err *err)
{
    act->function = verb->function;
    for (size_t i = 0; i < ACT_WORDS_MOST && verb->words[i] != FROM_NOTHING; i++) {
        act->words[i] = word_from(act, verb->words[i], err);
        if (!act->words[i]) {
            return false;
        }
        act->word_count++;
    }
    return true;
}

bool act_read(const char *body, size_t len, struct act *out, struct err *err)
{
    const struct verb *verb;

    *out = (struct act){.tree = json_parse(body, len, err)};
    if (!out->tree) {
        return false;
    }
    verb = verb_of(json_text(out->tree, "verb"));
    read_who(out);
    if (verb ? read_words(verb, out, err)
             : err_set(err, ERR_REJECT, "\"verb\" is none that this page has")) {
        return true;
    }
    act_free(out);
    return false;
}

void act_free(struct act *act)
{
    json_free(act->tree);
    act->tree = NULL;
}
