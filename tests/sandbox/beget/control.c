/* SPDX-License-Identifier: MIT */
/* /control/: what a test or a person at the sandbox may see and change. */
#include "tests/sandbox/beget/sim.h"

#include "shared/io/idn.h"
#include "shared/io/json.h"
#include "tests/sandbox/beget/envelope.h"
#include "tests/sandbox/beget/literal.h"
#include "tests/sandbox/beget/seed.h"
#include "tests/sandbox/sandbox.h"

#include <stdio.h>
#include <string.h>

/* One request under way; the lock is held. */
struct control {
    struct sim *sim;
    const struct httpd_request *request;
    const struct json *input; /* the body, an object; empty for GET */
};

/* The answer, which the caller owns, or NULL with the reason. */
typedef struct json *control_fn(const struct control *control, struct err *err);

static struct json *done(void)
{
    struct json *answer = json_object();

    json_set_bool(answer, "ok", true);
    return answer;
}

static struct json *show_state(const struct control *control, struct err *err)
{
    struct json *state = account_show(&control->sim->account);

    (void)err;
    json_set(state, "modes", modes_show(&control->sim->modes));
    json_set(state, "faults", faults_show(&control->sim->faults));
    return state;
}

static struct json *show_log(const struct control *control, struct err *err)
{
    const char *text = httpd_query(control->request, "after");
    int64_t after = 0;

    if (text && !sandbox_parse_int(text, INT64_MAX, &after)) {
        (void)err_set(err, ERR_REJECT, "after is a number");
        return NULL;
    }
    return request_log_show(&control->sim->log, after);
}

static struct json *add_fault(const struct control *control, struct err *err)
{
    return faults_add(&control->sim->faults, control->input, err) ? done() : NULL;
}

static struct json *clear_faults(const struct control *control, struct err *err)
{
    (void)err;
    faults_clear(&control->sim->faults);
    return done();
}

static struct json *set_modes(const struct control *control, struct err *err)
{
    if (!modes_set(&control->sim->modes, control->input, err)) {
        return NULL;
    }
    return modes_show(&control->sim->modes);
}

/* Both forms of the name in "fqdn", whichever it is in. */
static bool read_fqdn(const struct control *control, char ascii[IDN_ASCII_SIZE],
                      char fqdn[IDN_UNICODE_SIZE], struct err *err)
{
    const char *text = json_text(control->input, "fqdn");

    if (!text) {
        return err_set(err, ERR_REJECT, "fqdn is missing");
    }
    if (!idn_to_ascii(text, ascii, err)) {
        return false;
    }
    idn_to_unicode(ascii, fqdn);
    return true;
}

static void send_elsewhere(struct name *domain)
{
    struct json *records = json_copy(domain->records);

    json_set(records, "DNS",
             literal("[{\"value\":\"ada.ns.example\"},{\"value\":\"bob.ns.example\"}]"));
    json_set(records, "DNS_IP", literal("[{\"value\":\"\"},{\"value\":\"\"}]"));
    name_set_records(domain, domain->set_type, records);
    domain->beget_dns = false;
}

static struct json *add_domain(const struct control *control, struct err *err)
{
    struct sim *sim = control->sim;
    char ascii[IDN_ASCII_SIZE];
    char fqdn[IDN_UNICODE_SIZE];
    bool beget_dns = true;
    struct name *domain;
    struct json *answer;

    if (!read_fqdn(control, ascii, fqdn, err)) {
        return NULL;
    }
    if (account_find(&sim->account, ascii)) {
        (void)err_set(err, ERR_REJECT, "%s is there already", ascii);
        return NULL;
    }
    (void)json_bool(control->input, "beget_dns", &beget_dns);
    domain = seed_domain(&sim->account, fqdn, ascii, sim_now_ms(sim));
    domain->under_control = beget_dns;
    (void)json_bool(control->input, "under_control", &domain->under_control);
    if (!beget_dns) {
        send_elsewhere(domain);
    }
    answer = json_object();
    json_set_int(answer, "id", domain->id);
    return answer;
}

/* The name is made a subdomain, so that getData shows it, unless it is a domain. */
static struct name *make_readable(struct account *account, const char *ascii, const char *fqdn)
{
    const struct name *domain = account_owner(account, ascii);
    struct name *name = account_find(account, ascii);

    if (name && name->kind == NAME_BLIND) {
        account_remove(account, name);
        name = NULL;
    }
    if (!name && domain) {
        return seed_subdomain(account, NAME_SUBDOMAIN, fqdn, ascii, domain->id);
    }
    if (name && name->kind == NAME_TWIN) {
        name->kind = NAME_SUBDOMAIN;
    }
    return name;
}

static struct json *set_records(const struct control *control, struct err *err)
{
    const struct json *records = json_at(control->input, "records");
    char ascii[IDN_ASCII_SIZE];
    char fqdn[IDN_UNICODE_SIZE];
    struct name *name;
    int64_t set_type = 1;

    if (!read_fqdn(control, ascii, fqdn, err)) {
        return NULL;
    }
    (void)json_int(control->input, "set_type", &set_type);
    if (json_type(records) != JSON_OBJECT || set_type < 1 || set_type > 3) {
        (void)err_set(err, ERR_REJECT, "records is an object, set_type is 1, 2 or 3");
        return NULL;
    }
    name = make_readable(&control->sim->account, ascii, fqdn);
    if (!name) {
        (void)err_set(err, ERR_REJECT, "%s lies in no domain of the account", ascii);
        return NULL;
    }
    name_set_records(name, (int)set_type, json_copy(records));
    return done();
}

static struct json *advance_clock(const struct control *control, struct err *err)
{
    int64_t ms = 0;

    if (!json_int(control->input, "advance_ms", &ms) || ms < 0) {
        (void)err_set(err, ERR_REJECT, "advance_ms is a number, 0 or more");
        return NULL;
    }
    control->sim->clock_ahead_ms += ms;
    return done();
}

static struct json *set_password(const struct control *control, struct err *err)
{
    const char *password = json_text(control->input, "password");

    if (!password || password[0] == '\0' || strlen(password) >= SIM_PASSWORD_SIZE) {
        (void)err_set(err, ERR_REJECT, "password is a text, not empty");
        return NULL;
    }
    (void)snprintf(control->sim->password, SIM_PASSWORD_SIZE, "%s", password);
    return done();
}

static struct json *reset(const struct control *control, struct err *err)
{
    (void)err;
    sim_reset(control->sim);
    return done();
}

/* clang-format off */
static const struct {
    const char *method;
    const char *path;
    control_fn *handler;
} ROUTES[] = {
    {"GET",  "/control/log",         show_log     },
    {"GET",  "/control/state",       show_state   },
    {"POST", "/control/clock",       advance_clock},
    {"POST", "/control/domain",      add_domain   },
    {"POST", "/control/fault",       add_fault    },
    {"POST", "/control/fault/clear", clear_faults },
    {"POST", "/control/mode",        set_modes    },
    {"POST", "/control/password",    set_password },
    {"POST", "/control/records",     set_records  },
    {"POST", "/control/reset",       reset        },
};
/* clang-format on */

static control_fn *find_route(const struct httpd_request *request)
{
    for (size_t i = 0; i < ARRAY_LEN(ROUTES); i++) {
        if (strcmp(ROUTES[i].path, request->path) == 0 &&
            strcmp(ROUTES[i].method, request->method) == 0) {
            return ROUTES[i].handler;
        }
    }
    return NULL;
}

static struct json *read_body(const struct httpd_request *request, struct err *err)
{
    struct json *body;

    if (request->body_len == 0) {
        return json_object();
    }
    body = json_parse(request->body, request->body_len, err);
    if (body && json_type(body) != JSON_OBJECT) {
        (void)err_set(err, ERR_REJECT, "the body is not a JSON object");
        json_free(body);
        body = NULL;
    }
    return body;
}

void control_handle(struct sim *sim, const struct httpd_request *request,
                    struct httpd_response *response)
{
    control_fn *handler = find_route(request);
    struct err err = ERR_INIT;
    struct json *input = read_body(request, &err);
    struct control control = {.sim = sim, .request = request, .input = input};
    struct json *answer = NULL;

    if (handler && input) {
        (void)pthread_mutex_lock(&sim->lock);
        answer = handler(&control, &err);
        (void)pthread_mutex_unlock(&sim->lock);
    }
    if (!answer) {
        response->status = handler ? 400 : 404;
        answer = json_object();
        json_set_text(answer, "error", handler ? err.message : "no such control");
    }
    envelope_print(answer, &response->body);
    json_free(answer);
    json_free(input);
}
