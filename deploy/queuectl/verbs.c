/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/verbs.h"

#include "deploy/queuectl/thresholds.h"
#include "deploy/queuectl/verb_functions.h"

#include <string.h>

/* clang-format off */
const struct verb VERBS[] = {
    {.name = "ls", .run = verb_ls,
     .help = "How much waits in each stream, and since when"},
    {.name = "stats", .options = {OPTION_WATCH}, .run = verb_stats,
     .help = "Everything that is counted, and what each process does",
     .more = "With --watch the counters are shown with what they grow in a minute."},
    {.name = "stuck", .options = {OPTION_OLDER}, .run = verb_stuck,
     .help = "What is stuck, since when, why, and what to type next",
     .more = "--older says from when on something that waits counts as stuck (60s). What is stuck so that people\n"
             "get no answers comes first. Each command can be typed as it is printed."},
    {.name = "check", .options = {OPTION_OLDER, OPTION_WARN, OPTION_CRIT}, .monitor = true, .table = thresholds_help, .run = verb_check,
     .help = "One line and an exit code for monitors, as Nagios' plugins have it",
     .more = "Redis that cannot be asked is CRITICAL. --warn and --crit change from which value on something is told:\n"
             "--warn waiting=20 --crit oldest=10m --warn dead=off. What is checked:"},
    {.name = "show", .arguments = "u<update_id>|ID", .least = 1, .most = 1, .run = verb_show,
     .help = "All that there is of an update or an entry now: who has it, its fields, what was begun",
     .more = "What people wrote is masked: --texts shows it."},
    {.name = "trace", .arguments = "u<update_id>|ID", .least = 1, .most = 1, .run = verb_trace,
     .help = "What became of an update, from its arrival to the delivery of its replies",
     .more = "Every step and every call of the hosting API with how long it took, across workers and restarts; what the log\n"
             "has of it, from bot.db in DATA_DIR; and where it is now."},
    {.name = "tail", .options = {OPTION_FOLLOW, OPTION_CHAT, OPTION_KIND, OPTION_LINES}, .run = verb_tail,
     .help = "The last steps of all updates (20), and with -f those that come"},
    {.name = "retry", .arguments = "ID...", .least = 1, .most = VERB_ANY_NUMBER, .changes = true, .run = verb_retry,
     .help = "From the dead: an update as if it were new, a reply is sent",
     .more = "An ID is that of the entry, or u<update_id>. An update whose outcome nobody knows has to be settled first."},
    {.name = "drop", .arguments = "ID...", .least = 1, .most = VERB_ANY_NUMBER, .options = {OPTION_REASON}, .changes = true, .run = verb_drop,
     .help = "Take out an update that waits, or a dead letter",
     .more = "Who waits for an answer has to be told something: --reason."},
    {.name = "release", .arguments = "ID...", .least = 1, .most = VERB_ANY_NUMBER, .changes = true, .run = verb_release,
     .help = "Take an update from a worker that hangs; the next one takes it",
     .more = "What was begun of it is not begun again: the next worker looks whether it was carried out."},
    {.name = "cancel", .arguments = "u<update_id>|ID", .least = 1, .most = 1, .options = {OPTION_REASON}, .changes = true, .run = verb_cancel,
     .help = "An update is not carried out, unless it has begun to change something",
     .more = "While it waits, it is taken out and its chat is told; a worker that has it does not begin to change anything."},
    {.name = "dead", .second = "ls", .options = {OPTION_OLDER, OPTION_KIND, OPTION_MATCH}, .run = verb_dead_ls,
     .help = "What was given up, and why"},
    {.name = "dead", .second = "show", .arguments = "ID", .least = 1, .most = 1, .run = verb_dead_show,
     .help = "All fields of a dead letter"},
    {.name = "dead", .second = "retry", .arguments = "[ID...]", .most = VERB_ANY_NUMBER,
     .options = {OPTION_OLDER, OPTION_KIND, OPTION_MATCH, OPTION_ALL}, .changes = true, .run = verb_dead_retry,
     .help = "Try again those that are named or meant",
     .more = "--dry-run says how many are meant, and what would become of the first ten."},
    {.name = "dead", .second = "drop", .arguments = "[ID...]", .most = VERB_ANY_NUMBER,
     .options = {OPTION_OLDER, OPTION_KIND, OPTION_MATCH, OPTION_ALL, OPTION_REASON}, .changes = true, .run = verb_dead_drop,
     .help = "Throw away those that are named or meant",
     .more = "Their chats were told when they were given up; with --reason they are told once more."},
    {.name = "pause", .changes = true, .run = verb_pause,
     .help = "What runs goes on to its end, nothing else begins",
     .more = "What people write meanwhile waits; nothing is lost."},
    {.name = "resume", .changes = true, .run = verb_resume,
     .help = "The workers go on after a pause"},
    {.name = "drain", .options = {OPTION_WAIT}, .changes = true, .run = verb_drain,
     .help = "Pause, and wait until nothing runs and all replies are sent",
     .more = "The queue stays paused. Ends with 5 when something is left after the wait."},
    {.name = "consumers", .second = "ls", .run = verb_consumers_ls,
     .help = "The workers' threads, what they have, and what they say that they do",
     .more = "_park holds updates behind another one of their chat, _free what any worker may take."},
    {.name = "consumers", .second = "rm", .arguments = "NAME", .least = 1, .most = 1, .changes = true, .run = verb_consumers_rm,
     .help = "Forget a thread of a worker that is gone",
     .more = "Refused while it has updates: they would never be taken over."},
    {.name = "limits", .second = "get", .run = verb_limits_get,
     .help = "How many calls each account may make, what is left, and who has to wait",
     .more = "Room is what there was at the last call."},
    {.name = "limits", .second = "set", .arguments = "LOGIN 60/60,5000/86400|own", .least = 2, .most = 2, .changes = true, .run = verb_limits_set,
     .help = "Calls per seconds, up to five limits at once, from the next call on",
     .more = "own gives the account back to the worker's settings."},
    {.name = "limits", .second = "clear", .arguments = "LOGIN|chat:ID", .least = 1, .most = 1, .changes = true, .run = verb_limits_clear,
     .help = "End a wait that Beget or Telegram has imposed",
     .more = "Only for a wait that is known to be void: whoever calls before his time is made to wait for longer."},
    {.name = "unknown", .second = "ls", .run = verb_unknown_ls,
     .help = "Changes of which nobody knows whether they were carried out"},
    {.name = "unknown", .second = "settle", .arguments = "u<update_id> done|not-done", .least = 2, .most = 2, .changes = true, .run = verb_unknown_settle,
     .help = "Say what the hosting account shows",
     .more = "After not-done the update may be tried again, if it is among the dead."},
    {.name = "fsck", .options = {OPTION_REPAIR}, .changes = true, .run = verb_fsck,
     .help = "Look for what surgery by hand may have broken, and repair it with --repair",
     .more = "Without --repair nobody is asked and nothing changes. A repair loses nothing. Ends with 5 when something is\n"
             "found and not repaired."},
    {.name = "metrics", .options = {OPTION_TEXTFILE}, .run = verb_metrics,
     .help = "How the queue stands, for Prometheus, as every worker serves it on /metrics",
     .more = "When Redis cannot be asked, that is what is told, and it ends with 3."},
    {.name = "doctor", .run = verb_doctor,
     .help = "Is everything as it should be around the queue: Redis, clocks, rights, services, bot.db",
     .more = "Ends with 5 when something is bad."},
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
