/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/verbs.h"

#include "deploy/queuectl/verb_functions.h"

#include <string.h>

/* clang-format off */
const struct verb VERBS[] = {
    {.name = "pause", .changes = true, .run = verb_pause,
     .help = "What runs goes on to its end, nothing else begins",
     .more = "What people write meanwhile waits; nothing is lost."},
    {.name = "resume", .changes = true, .run = verb_resume,
     .help = "The workers go on after a pause"},
    {.name = "drain", .changes = true, .options = {OPTION_WAIT}, .run = verb_drain,
     .help = "Pause, and wait until nothing runs and all replies are sent",
     .more = "The queue stays paused. Ends with 5 when something is left after the wait."},
};
/* clang-format on */

const size_t VERB_COUNT = sizeof(VERBS) / sizeof(VERBS[0]);

bool verb_takes(const struct verb *verb, enum option option)
{
    if (option < OPTION_FIRST_OWN) {
        return true;
    }
    for (size_t i = 0; i < VERB_OPTIONS_MAX && verb->options[i] != OPTION_NONE; i++) {
        if (verb->options[i] == option) {
            return true;
        }
    }
    return false;
}

static const struct verb *find_row(const struct options *options, size_t *out_taken)
{
    const char *name = options->word_count > 0 ? options->words[0] : "";
    const char *second = options->word_count > 1 ? options->words[1] : "";

    for (size_t i = 0; i < VERB_COUNT; i++) {
        bool named = strcmp(VERBS[i].name, name) == 0;

        if (named && !VERBS[i].second) {
            *out_taken = 1;
            return &VERBS[i];
        }
        if (named && (*second == '\0' || strcmp(VERBS[i].second, second) == 0)) {
            *out_taken = *second == '\0' ? 1 : 2;
            return &VERBS[i];
        }
    }
    return NULL;
}

bool verb_find(const struct options *options, const struct verb **out, size_t *out_taken,
               struct err *err)
{
    size_t taken = 0;
    const struct verb *verb = find_row(options, &taken);
    size_t arguments = options->word_count - taken;

    if (!verb) {
        return err_set(err, ERR_REJECT, "there is no verb %.60s%s%.60s: queuectl --help lists them",
                       options->word_count > 0 ? options->words[0] : "",
                       options->word_count > 1 ? " " : "",
                       options->word_count > 1 ? options->words[1] : "");
    }
    if (arguments < verb->least || arguments > verb->most) {
        return err_set(err, ERR_REJECT, "%s%s%s takes %s: see queuectl %s --help", verb->name,
                       verb->second ? " " : "", verb->second ? verb->second : "",
                       verb->arguments ? verb->arguments : "no arguments", verb->name);
    }
    for (size_t i = 0; i < options->given_count; i++) {
        if (!verb_takes(verb, options->given[i].option)) {
            return err_set(err, ERR_REJECT, "%s takes no %s: see queuectl %s --help", verb->name,
                           option_spec(options->given[i].option)->name, verb->name);
        }
    }
    *out = verb;
    *out_taken = taken;
    return true;
}
