/* SPDX-License-Identifier: MIT */
/* telegram-sim: a strict imitation of the Bot API, with people to be and faults to order. */
#include "shared/base/log.h"
#include "shared/base/stop.h"
#include "tests/sandbox/sandbox.h"
#include "tests/sandbox/telegram/server.h"
#include "tests/sandbox/telegram/sim.h"

#include <string.h>

static const char PROGRAM[] = "telegram-sim";

enum { BODY_MAX_BYTES = 16 << 20 };

struct options {
    const char *listen;
    const char *any_address;
    const char *token;
    const char *flood;
    const char *log_level;
};

static int parse(struct options *out, int argc, char **argv)
{
    const struct sandbox_option rows[] = {
        {"--listen", &out->listen, "127.0.0.1:8081", NULL, "address and port; port 0 takes any"},
        SANDBOX_ALLOW_ANY_ADDRESS(&out->any_address),
        {"--token", &out->token, "7000000001:SANDBOX-token-that-is-not-secret-0001", NULL,
         "of the bot; its digits are the bot's id"},
        {"--flood", &out->flood, "on", "on|off", "limits on sending"},
        {"--log", &out->log_level, "warn", "warn|info", "what goes to stderr"},
    };

    return sandbox_parse_options(PROGRAM, rows, ARRAY_LEN(rows), argc, argv);
}

static bool may_listen(const struct options *options, struct err *err)
{
    return strcmp(options->any_address, "yes") == 0 || sandbox_check_loopback(options->listen, err);
}

int main(int argc, char **argv)
{
    struct options options;
    struct err err = ERR_INIT;
    struct sim *sim = NULL;
    struct httpd *httpd = NULL;
    int code = parse(&options, argc, argv);

    if (code != SANDBOX_GO_ON) {
        return code;
    }
    log_init(PROGRAM, strcmp(options.log_level, "info") == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARN,
             LOG_FORMAT_LOGFMT);
    if (!may_listen(&options, &err) || !stop_install(&err)) {
        code = sandbox_failed(PROGRAM, &err);
        goto out;
    }
    sim = sim_new(options.token, strcmp(options.flood, "on") == 0, &err);
    if (sim) {
        httpd = httpd_start(options.listen, BODY_MAX_BYTES, server_handle, sim, &err);
    }
    if (!httpd) {
        code = sandbox_failed(PROGRAM, &err);
        goto out;
    }
    sandbox_announce(PROGRAM, options.listen, httpd_port(httpd));
    sandbox_wait_for_stop();
    sim_stop(sim);
    code = 0;
out:
    httpd_stop(httpd);
    sim_free(sim);
    return code;
}
