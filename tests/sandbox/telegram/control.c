/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/control.h"

#include "shared/base/clock.h"
#include "tests/sandbox/sandbox.h"
#include "tests/sandbox/telegram/methods.h"

#include <stdio.h>
#include <string.h>

enum { WAIT_DEFAULT_S = 10, WAIT_MAX_S = 60 };

int64_t control_query_int(const struct control *control, const char *name, int64_t fallback)
{
    const char *text = httpd_query(control->request, name);

    return text ? params_to_int(text) : fallback;
}

int64_t control_deadline_ms(const struct control *control)
{
    int64_t seconds = control_query_int(control, "timeout_s", WAIT_DEFAULT_S);

    if (seconds < 0 || seconds > WAIT_MAX_S) {
        seconds = WAIT_MAX_S;
    }
    return clock_monotonic_ms() + seconds * 1000;
}

static struct json *get_people(struct control *control, struct err *err)
{
    struct json *out = json_object();

    (void)err;
    json_set(out, "people", world_people_json(&control->sim->world));
    json_set(out, "chats", world_chats_json(&control->sim->world));
    return out;
}

static struct json *get_changes(struct control *control, struct err *err)
{
    struct sim *sim = control->sim;
    int64_t after = control_query_int(control, "after", 0);
    int64_t deadline_ms = control_deadline_ms(control);
    struct json *out;

    while (sim->version <= after && sim_wait(sim, deadline_ms)) {
    }
    out = get_people(control, err);
    json_set_int(out, "version", sim->version);
    json_set(out, "faults", faults_to_json(&sim->faults));
    json_set(out, "violations", json_copy(sim->log.violations));
    json_set(out, "commands", json_copy(sim->commands));
    json_set_text(out, "webhook", sim->webhook_url);
    json_set_int(out, "waiting_updates", (int64_t)updates_count(&sim->updates, sim_now_ms(sim)));
    return out;
}

static struct json *get_log(struct control *control, struct err *err)
{
    struct sim *sim = control->sim;
    const char *method = httpd_query(control->request, "method");
    int64_t after = control_query_int(control, "after", 0);
    bool wait = httpd_query(control->request, "timeout_s") != NULL;
    int64_t deadline_ms = control_deadline_ms(control);
    struct json *out = request_log_to_json(&sim->log, after, method);

    (void)err;
    while (wait && json_count(json_at(out, "requests")) == 0 && sim_wait(sim, deadline_ms)) {
        json_free(out);
        out = request_log_to_json(&sim->log, after, method);
    }
    return out;
}

static struct json *get_commands(struct control *control, struct err *err)
{
    (void)err;
    return json_copy(control->sim->commands);
}

static struct json *push_update(struct control *control, struct err *err)
{
    struct sim *sim = control->sim;
    struct json *out = json_object();

    (void)err;
    json_set_int(out, "update_id", updates_push(&sim->updates, control->body, sim_now_ms(sim)));
    sim_notify(sim);
    return out;
}

static struct json *set_next_update_id(struct control *control, struct err *err)
{
    int64_t id;

    if (!json_int(control->body, "id", &id) || id < 1) {
        (void)err_set(err, ERR_REJECT, "id: a positive number is needed");
        return NULL;
    }
    updates_set_next_id(&control->sim->updates, id);
    return json_object();
}

static struct json *set_token(struct control *control, struct err *err)
{
    const char *token = json_text(control->body, "token");

    if (!token || !sim_set_token(control->sim, token, err)) {
        (void)(token || err_set(err, ERR_REJECT, "token: a text is needed"));
        return NULL;
    }
    return json_object();
}

static struct json *set_webhook(struct control *control, struct err *err)
{
    struct sim *sim = control->sim;
    const char *url = json_text(control->body, "url");

    if (!url || strlen(url) >= sizeof(sim->webhook_url)) {
        (void)err_set(err, ERR_REJECT, "url: a text of up to 255 bytes is needed");
        return NULL;
    }
    (void)snprintf(sim->webhook_url, sizeof(sim->webhook_url), "%s", url);
    if (*url != '\0') {
        poll_end_parked(sim, true);
    }
    sim_touch(sim, NULL);
    return json_object();
}

static struct json *set_clock(struct control *control, struct err *err)
{
    struct sim *sim = control->sim;
    int64_t advance_ms = 0;
    bool frozen = sim->frozen;

    if (json_int(control->body, "advance_ms", &advance_ms) && advance_ms < 0) {
        (void)err_set(err, ERR_REJECT, "advance_ms: must not be negative");
        return NULL;
    }
    (void)json_bool(control->body, "frozen", &frozen);
    sim_set_clock(sim, advance_ms, frozen);
    return json_object();
}

static struct json *add_fault(struct control *control, struct err *err)
{
    if (!faults_add(&control->sim->faults, control->body, err)) {
        return NULL;
    }
    sim_touch(control->sim, NULL);
    return json_object();
}

static struct json *clear_faults(struct control *control, struct err *err)
{
    (void)err;
    control->sim->faults.count = 0;
    sim_touch(control->sim, NULL);
    return json_object();
}

static struct json *reset(struct control *control, struct err *err)
{
    (void)err;
    sim_reset(control->sim);
    return json_object();
}

static const struct {
    const char *method;
    const char *path;
    control_fn *run;
} ROUTES[] = {
    {"GET", "/control/changes", get_changes},
    {"GET", "/control/chat", control_chat},
    {"GET", "/control/commands", get_commands},
    {"GET", "/control/log", get_log},
    {"GET", "/control/people", get_people},
    {"GET", "/control/wait", control_wait},
    {"POST", "/control/block", control_block},
    {"POST", "/control/burst", control_burst},
    {"POST", "/control/clock", set_clock},
    {"POST", "/control/edit", control_edit},
    {"POST", "/control/fault", add_fault},
    {"POST", "/control/fault/clear", clear_faults},
    {"POST", "/control/group", control_group},
    {"POST", "/control/migrate", control_migrate},
    {"POST", "/control/next_update_id", set_next_update_id},
    {"POST", "/control/person", control_person},
    {"POST", "/control/press", control_press},
    {"POST", "/control/reset", reset},
    {"POST", "/control/send", control_send},
    {"POST", "/control/token", set_token},
    {"POST", "/control/update", push_update},
    {"POST", "/control/webhook", set_webhook},
};

static control_fn *find_route(const struct httpd_request *request)
{
    for (size_t i = 0; i < ARRAY_LEN(ROUTES); i++) {
        if (strcmp(ROUTES[i].method, request->method) == 0 &&
            strcmp(ROUTES[i].path, request->path) == 0) {
            return ROUTES[i].run;
        }
    }
    return NULL;
}

/* The body of a POST, to be freed; NULL when it is no JSON object. */
static struct json *read_body(const struct httpd_request *request, struct err *err)
{
    struct json *body =
        request->body_len == 0 ? json_object() : json_parse(request->body, request->body_len, err);

    if (body && json_type(body) != JSON_OBJECT) {
        (void)err_set(err, ERR_REJECT, "the body is not a JSON object");
        json_free(body);
        return NULL;
    }
    return body;
}

static struct json *run(struct control *control, control_fn *route, struct err *err)
{
    struct json *out;

    (void)pthread_mutex_lock(&control->sim->lock);
    out = route(control, err);
    (void)pthread_mutex_unlock(&control->sim->lock);
    return out;
}

void control_handle(struct sim *sim, const struct httpd_request *request,
                    struct httpd_response *response)
{
    struct control control = {.sim = sim, .request = request};
    control_fn *route = find_route(request);
    struct err err = ERR_INIT;
    struct json *body = NULL;
    struct json *out = NULL;

    if (!route) {
        response->status = 404;
        (void)err_set(&err, ERR_REJECT, "there is no such control");
    } else {
        response->status = 400;
        body = read_body(request, &err);
        control.body = body;
    }
    if (body) {
        out = run(&control, route, &err);
    }
    if (out) {
        response->status = 200;
    } else {
        out = json_object();
        json_set_text(out, "error", err.message);
    }
    json_print(out, &response->body);
    json_free(out);
    json_free(body);
}
