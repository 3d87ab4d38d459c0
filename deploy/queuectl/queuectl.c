/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/queuectl.h"

#include "deploy/queuectl/help.h"
#include "deploy/queuectl/session.h"
#include "shared/base/settings_source.h"
#include "shared/base/stop.h"
#include "shared/base/version.h"
#include "shared/io/json.h"
#include "shared/io/redis_url.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { DEFAULT_TIMEOUT_MS = 3000, TEXT_MAX_BYTES = 256 * 1024, HOST_SIZE = 65 };

/* ---- what is printed without Redis ---- */

static int say_failure(const struct options *options, const char *verb, enum ending ending,
                       const char *text)
{
    struct json *json;
    struct buf line;

    if (!options_has(options, OPTION_JSON)) {
        (void)fprintf(stderr, "queuectl: %s\n", text);
        return ending;
    }
    json = json_object();
    json_set_text(json, "schema", "beget-manager/error/1");
    json_set_text(json, "verb", verb);
    json_set_text(json, "result", ending_name(ending));
    json_set_int(json, "exit_code", ending);
    json_set_text(json, "text", text);
    buf_init(&line, TEXT_MAX_BYTES);
    json_print(json, &line);
    (void)fprintf(stderr, "%s\n", buf_text(&line));
    buf_free(&line);
    json_free(json);
    return ending;
}

/* Help for each verb that the words typed name, "dead" for all of its rows; or for everything. */
static void add_help(const struct options *options, struct buf *out)
{
    const char *name = options->word_count > 0 ? options->words[0] : "";
    const char *second = options->word_count > 1 ? options->words[1] : NULL;

    for (size_t i = 0; i < VERB_COUNT; i++) {
        const struct verb *verb = &VERBS[i];

        if (strcmp(verb->name, name) == 0 &&
            (!second || !verb->second || strcmp(verb->second, second) == 0)) {
            buf_addf(out, "%s", out->len > 0 ? "\n" : "");
            help_verb(verb, out);
        }
    }
    if (out->len == 0) {
        help_all(out);
    }
}

/* What is asked for instead of a verb; empty when it is a verb. */
static void add_text(const struct options *options, struct buf *out)
{
    const char *shell = options_text(options, OPTION_PRINT_COMPLETION);

    if (options_has(options, OPTION_VERSION)) {
        buf_addf(out, "queuectl %s (%s)\n", PROJECT_VERSION, VERSION_COMMIT);
    } else if (options_has(options, OPTION_PRINT_MAN)) {
        help_man(out);
    } else if (shell && strcmp(shell, "bash") == 0) {
        help_bash(out);
    } else if (shell) {
        help_zsh(out);
    } else if (options_has(options, OPTION_HELP) || options->word_count == 0) {
        add_help(options, out);
    }
}

/* True when a text was asked for. */
static bool print_text(const struct options *options)
{
    struct buf out;
    bool asked;

    buf_init(&out, TEXT_MAX_BYTES);
    add_text(options, &out);
    asked = out.len > 0;
    (void)fputs(buf_text(&out), stdout);
    buf_free(&out);
    return asked;
}

/* ---- settings ---- */

/* Takes over --redis, --prefix and --data. */
static bool take_options(const struct options *options, struct queuectl_settings *settings,
                         struct err *err)
{
    const char *given = options_text(options, OPTION_REDIS);
    const char *prefix = options_text(options, OPTION_PREFIX);
    const char *data = options_text(options, OPTION_DATA);
    const char *wrong = prefix ? setting_check_prefix(prefix) : NULL;
    struct redis_url url;

    if (given && !redis_url_parse(given, &url, err)) {
        return err_prefix(err, "--redis");
    }
    if (given && url.password[0] != '\0') {
        return err_set(err, ERR_REJECT,
                       "--redis: no password in a command line, where others can read it:"
                       " set REDIS_URL, or REDIS_URL_FILE to a file with it");
    }
    if (wrong) {
        return err_set(err, ERR_REJECT, "--prefix: %s", wrong);
    }
    if (given) {
        (void)snprintf(settings->redis_url, sizeof(settings->redis_url), "%s", given);
    }
    if (prefix) {
        (void)snprintf(settings->queue_prefix, sizeof(settings->queue_prefix), "%s", prefix);
    }
    if (data) {
        (void)snprintf(settings->data_dir, sizeof(settings->data_dir), "%s", data);
    }
    return true;
}

static bool load_settings(const struct options *options, struct queuectl_settings *out,
                          struct err *err)
{
    struct buf problems;
    struct setting_source *source;
    bool ok;

    buf_init(&problems, TEXT_MAX_BYTES);
    source = settings_source_open(SETTINGS_ENV_PATH, &problems);
    ok = settings_load(QUEUECTL_SETTINGS, QUEUECTL_SETTING_COUNT, settings_source_lookup, source,
                       out, &problems) ||
         err_set(err, ERR_REJECT, "these settings need attention:\n%.200s", buf_text(&problems));
    settings_source_close(source);
    buf_free(&problems);
    return ok && take_options(options, out, err);
}

/* Whose name the log gets: "ann@host". */
static void find_who(const struct options *options, const struct queuectl_settings *settings,
                     char out[], size_t out_size)
{
    const char *given = options_text(options, OPTION_WHO);
    char host[HOST_SIZE] = "";
    char uid[24];
    const char *user = settings->sudo_user[0] != '\0' ? settings->sudo_user : settings->user;

    if (given) {
        (void)snprintf(out, out_size, "%s", given);
        return;
    }
    (void)snprintf(uid, sizeof(uid), "uid%ld", (long)getuid());
    if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0') {
        (void)snprintf(host, sizeof(host), "host");
    }
    (void)snprintf(out, out_size, "%s@%s", user[0] != '\0' ? user : uid, host);
}

/* ---- with Redis ---- */

static struct listing_style style_of(const struct options *options,
                                     const struct queuectl_settings *settings)
{
    struct winsize size = {.ws_col = 0};
    bool terminal = isatty(STDOUT_FILENO) == 1;

    if (terminal) {
        (void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    }
    return (struct listing_style){
        .json = options_has(options, OPTION_JSON),
        .color =
            terminal && settings->no_color[0] == '\0' && !options_has(options, OPTION_NO_COLOR),
        .utc = options_has(options, OPTION_UTC),
        .width = size.ws_col,
    };
}

static int run_verb(struct session *session, const struct listing_style *style)
{
    struct err err = ERR_INIT;
    enum ending ending = ENDING_FAILED;

    session->queue = queue_new(
        &(struct queue_options){
            .redis_url = session->settings->redis_url,
            .prefix = session->settings->queue_prefix,
            .name = "queuectl",
            .timeout_ms = session->timeout_ms,
            .accept_unsafe = true, /* an unfit server is where people have to help */
        },
        &err);
    session->listing = listing_new(stdout, style);
    if (session->queue) {
        ending = session->verb->run(session, &err);
    }
    listing_end(session->listing);
    listing_free(session->listing);
    queue_free(session->queue);
    if (err.kind == ERR_NONE) {
        return ending;
    }
    ending = ending == ENDING_FAILED ? ending_of(&err) : ending;
    return say_failure(session->options, session->verb->name,
                       session->verb->monitor ? (enum ending)CHECK_UNKNOWN : ending, err.message);
}

int queuectl_main(int argc, char *const argv[])
{
    static struct options options; /* not on the stack: it is large, as are those below */
    static struct queuectl_settings settings;
    struct session session = {.options = &options, .settings = &settings};
    struct listing_style style;
    struct err err = ERR_INIT;
    size_t taken = 0;

    if (!options_parse(argc, argv, &options, &err)) {
        return say_failure(&options, "", ENDING_USAGE, err.message);
    }
    if (print_text(&options)) {
        return ENDING_OK;
    }
    if (!verb_find(&options, &session.verb, &taken, &err) ||
        !load_settings(&options, &settings, &err) || !stop_install(&err)) {
        return say_failure(&options, options.words[0],
                           session.verb && session.verb->monitor ? (enum ending)CHECK_UNKNOWN
                                                                 : ENDING_USAGE,
                           err.message);
    }
    (void)snprintf(session.schema, sizeof(session.schema), "%s%s%s", session.verb->name,
                   session.verb->second ? "-" : "",
                   session.verb->second ? session.verb->second : "");
    session.arguments = options.words + taken;
    session.argument_count = options.word_count - taken;
    session.timeout_ms = options_ms(&options, OPTION_TIMEOUT, DEFAULT_TIMEOUT_MS);
    find_who(&options, &settings, session.who, sizeof(session.who));
    tzset();
    style = style_of(&options, &settings);
    return run_verb(&session, &style);
}
