/* SPDX-License-Identifier: MIT */
/* beget-sim: an imitation of a hosting account and its API, on a loopback address. */
#include "shared/base/log.h"
#include "shared/base/stop.h"
#include "shared/io/httpd.h"
#include "tests/sandbox/beget/seed.h"
#include "tests/sandbox/beget/sim.h"
#include "tests/sandbox/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_MAX_BYTES = 8 << 20 };

static const char PROGRAM[] = "beget-sim";

/* From the file, without its line end, or from the environment. */
static bool read_password(const char *path, char out[SIM_PASSWORD_SIZE], struct err *err)
{
    const char *given =
        getenv("BEGET_SIM_PASSWORD"); /* NOLINT(concurrency-mt-unsafe): no thread yet */
    FILE *file;
    size_t len;

    if (!path) {
        if (!given || given[0] == '\0' || strlen(given) >= SIM_PASSWORD_SIZE) {
            return err_set(err, ERR_FATAL, "--password-file or BEGET_SIM_PASSWORD is required");
        }
        (void)snprintf(out, SIM_PASSWORD_SIZE, "%s", given);
        return true;
    }
    file = fopen(path, "r");
    if (!file) {
        return err_set(err, ERR_FATAL, "cannot open the password file %s", path);
    }
    len = fread(out, 1, SIM_PASSWORD_SIZE - 1, file);
    (void)fclose(file);
    out[len] = '\0';
    out[strcspn(out, "\r\n")] = '\0';
    return out[0] != '\0' || err_set(err, ERR_FATAL, "the password file %s is empty", path);
}

static bool serve(const char *listen, const struct sim_options *options, struct err *err)
{
    struct sim sim;
    struct httpd *httpd;

    if (!stop_install(err)) {
        return false;
    }
    sim_init(&sim, options);
    httpd = httpd_start(listen, BODY_MAX_BYTES, sim_handle, &sim, err);
    if (httpd) {
        sandbox_announce(PROGRAM, listen, httpd_port(httpd));
        sandbox_wait_for_stop();
    }
    httpd_stop(httpd);
    sim_free(&sim);
    return httpd != NULL;
}

int main(int argc, char **argv)
{
    const char *listen;
    const char *any_address;
    const char *login;
    const char *password_file;
    const char *domains;
    const char *rate;
    /* clang-format off */
    const struct sandbox_option rows[] = {
        {"--listen",        &listen,        "127.0.0.1:8082", NULL,     "loopback address and port, 0 for any"},
        SANDBOX_ALLOW_ANY_ADDRESS(&any_address),
        {"--login",         &login,         "sandbox",        NULL,     "login of the account"},
        {"--password-file", &password_file, NULL,             NULL,     "holds the API password; else BEGET_SIM_PASSWORD"},
        {"--domains",       &domains,       "0",              NULL,     "generated domains, d0001.example and on"},
        {"--rate",          &rate,          "on",             "on|off", "60 requests a minute"},
    };
    /* clang-format on */
    struct sim_options options = {0};
    char password[SIM_PASSWORD_SIZE];
    struct err err = ERR_INIT;
    int code = sandbox_parse_options(PROGRAM, rows, ARRAY_LEN(rows), argc, argv);

    if (code != SANDBOX_GO_ON) {
        return code;
    }
    if (!sandbox_parse_int(domains, SEED_DOMAINS_MAX, &options.domains)) {
        (void)err_set(&err, ERR_FATAL, "--domains is a number up to %d", (int)SEED_DOMAINS_MAX);
        return sandbox_failed(PROGRAM, &err);
    }
    log_init(PROGRAM, LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT);
    if (!read_password(password_file, password, &err)) {
        return sandbox_failed(PROGRAM, &err);
    }
    if (strcmp(any_address, "no") == 0 && !sandbox_check_loopback(listen, &err)) {
        return sandbox_failed(PROGRAM, &err);
    }
    options.login = login;
    options.password = password;
    options.rate_off = strcmp(rate, "off") == 0;
    return serve(listen, &options, &err) ? EXIT_SUCCESS : sandbox_failed(PROGRAM, &err);
}
